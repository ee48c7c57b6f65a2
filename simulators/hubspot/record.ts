// What a record of the simulated HubSpot is, and what can happen to it.

import type { ObjectType } from './object-types.ts'
import type { ChangedBy, Source } from './sources.ts'

/** One value that a property had. */
export interface HistoryEntry extends Source {
  value: string
  timestamp: string
}

/** One record. Instants are epoch milliseconds. */
export interface CrmRecord {
  id: string
  properties: Record<string, string | null>
  /** Newest first. */
  history: Record<string, HistoryEntry[]>
  createdAt: number
  updatedAt: number
  /** From when on it reads as archived. */
  archivedFrom: number | undefined
  /** The forms that a contact has sent. */
  forms: Set<string>
  /** What it was until when, for a search that lags: nothing before it was created. */
  past: { until: number; properties: Record<string, string | null> | undefined }[]
}

/** Who did something and when it happened: now when absent. */
export interface Told {
  by: ChangedBy
  at?: number | undefined
  /** The person's user id. */
  userId?: number | undefined
}

/** What happened to a record, for whoever tells others about it. */
export type RecordChange = Told &
  (
    | { kind: 'created' | 'changed'; id: string; properties: Record<string, string | null> }
    | { kind: 'deleted' | 'restored' | 'forgotten'; id: string }
    | { kind: 'merged'; primaryId: string; mergedId: string; newId: string; moved: number }
    | { kind: 'associated'; id: string; toType: ObjectType; toId: string; removed: boolean; primary: boolean }
  )
