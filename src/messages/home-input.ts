import type { Absence } from '../handoffs/away.ts'
import type { Handoff } from '../handoffs/handoff.ts'
import type { LeadRecord } from '../leads/lead.ts'

/*
 * What the App Home in Slack is rendered from: what is somebody's own, and, of those who manage a pool, what is their team's.
 */

/** A handoff with its lead. */
export interface HomeLead {
  handoff: Handoff
  lead: LeadRecord
}

/** Some of a list, and how many there are in all. */
export interface HomeList {
  shown: HomeLead[]
  count: number
}

/** What a rep did in the last seven days; `median` in minutes of the clock, `inTime` a share; null: there was nothing. */
export interface HomeWeek {
  leads: number
  answered: number
  median: number | null
  inTime: number | null
}

/** A pool, as far as the Home shows it. */
export interface HomePool {
  pool: string
  waiting: number
  caps: { perDay?: number | undefined; open?: number | undefined }
  next: { rep: string | null; why: string }
  members: {
    rep: string
    name: string
    weight: number
    turns: number
    open: number
    today: number
    available: boolean
    why?: string | undefined
    atWork: boolean
  }[]
}

/** A rep's own part. */
export interface RepHome {
  id: string
  open: HomeList
  attempts: HomeList
  /** Absent for somebody who gets no leads. */
  week?: HomeWeek | undefined
  away?: { now: Absence | undefined; ahead: Absence[]; covers: string[] } | undefined
}

/** A manager's part: of the pools that they manage. */
export interface TeamHome {
  pools: HomePool[]
  open: HomeList
  waiting: HomeList
  /** The breaches of their day. */
  breached: HomeList
  /** Who is away now, in words. */
  away: { rep: string; name: string; words: string }[]
}

/** The whole. */
export interface HomeView {
  user: string
  manages: string[]
  /** Their id in team.yaml; absent for somebody outside the team. */
  who?: string | undefined
  name?: string | undefined
  timeZone: string
  now: number
  mine?: RepHome | undefined
  team?: TeamHome | undefined
}

/** So many of each list are shown. */
export const HOME_LIST = 15
