import type { Sessions } from '../../store/sessions.ts'
import type { Shadow } from '../../store/shadow.ts'
import type { ClockViews } from '../../views/clocks.ts'
import type { ConfigViews } from '../../views/config.ts'
import type { Dependency } from '../health.ts'
import type { V1Parts } from '../v1/v1.ts'
import type { AccessParts } from './access.ts'
import type { OidcSettings } from './oidc.ts'

/** What the page about health asks of the service. */
export interface HealthView {
  /** What the doctor found last, and when (epoch milliseconds); undefined before it has looked. */
  examined():
    | { at: number; findings: readonly { check: string; status: string; found: string; todo?: string }[] }
    | undefined
  examine(): Promise<unknown>
  /** What waits for work, of every kind: how many, and how many of them are due. */
  waiting(): Promise<{ work: string; queue: string; waiting: number; due: number }[]>
}

/** What the console uses besides what `/v1` does. */
export interface ConsoleSettings {
  publicUrl: string
  sessions: Sessions
  /** Emails that may operate, in small letters. */
  operators: readonly string[]
  /** Undefined: nobody signs in by an identity provider. */
  oidc: OidcSettings | undefined
  viewClocks: ClockViews
  viewConfig: ConfigViews
  shadow: Pick<Shadow, 'start' | 'stop'>
  viewHealth: HealthView
  ready: () => Promise<Record<string, Dependency>>
}

/** What pages are made from. `root` is the path at which the console stands outside; `secure`: it is reached by HTTPS. */
export interface ConsoleParts extends Omit<V1Parts, keyof AccessParts>, ConsoleSettings, AccessParts {
  root: string
  secure: boolean
}
