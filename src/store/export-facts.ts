import { rename, rm } from 'node:fs/promises'
import { FACT_FIELDS, FACT_TYPES, type FactField } from '../facts/fact.ts'
import type { FactStreams } from './facts.ts'

/*
 * Facts as a SQLite file, for questions of one's own. Three tables: `facts`, a row each; `fact_types`, what each type
 * means; `export`, when and how many. `corrected` facts take others back: the view `counted` leaves out both.
 */

// The fields as columns. What each says stands in the file itself: `.schema facts` shows it.
const COLUMNS: Record<FactField, string> = {
  lead: 'TEXT, -- a pseudonym: the facts of one lead have the same',
  handoff: "TEXT, -- the handoff's number of that lead",
  kind: 'TEXT, -- the kind of the handoff (handoffs.yaml)',
  pool: 'TEXT, -- the pool that has the handoff, or had it last (team.yaml)',
  rep: 'TEXT, -- the rep whom it is about (team.yaml)',
  route: 'TEXT, -- the route (routing.yaml); of a handoff that a signal started, the signal',
  rule: 'TEXT, -- the signal that started a handoff',
  source: "TEXT, -- where the lead came from, in HubSpot's words; of enrichment, the provider",
  content: 'TEXT, -- the newest form or page that a signal named, without what follows a question mark',
  stage: 'TEXT, -- the lifecycle stage',
  reason: 'TEXT, -- why or how, see fact_types',
  config: 'TEXT, -- the version of the config that decided',
  amount: 'REAL, -- of a deal',
  shadow: 'TEXT, -- the version of the config that ran beside the live one',
  from: 'TEXT, -- what the live config decided, see fact_types',
  to: 'TEXT, -- what the other one would have decided',
  of: 'TEXT, -- of a correction: the id of the fact that did not happen',
  deal: 'TEXT, -- a digest of the id of a deal: the facts of one deal have the same',
  account: 'TEXT, -- a digest of the company: the facts of leads of one company have the same',
  sampled: "REAL, -- of a lead that went to sales as one of its route's sample: the share of leads that does",
}

const SCHEMA = `
CREATE TABLE fact_types (type TEXT PRIMARY KEY, meaning TEXT NOT NULL);
CREATE TABLE facts (
  id TEXT NOT NULL, -- unique and stable
  at TEXT NOT NULL, -- when it happened, ISO 8601 in UTC
  type TEXT NOT NULL REFERENCES fact_types (type), -- what happened, see fact_types
  value REAL, -- a number, see fact_types for its unit
${FACT_FIELDS.map((field) => `  "${field}" ${COLUMNS[field]}`).join('\n')}
  PRIMARY KEY (id)
) WITHOUT ROWID;
CREATE TABLE export (at TEXT NOT NULL, facts INTEGER NOT NULL);
CREATE VIEW counted AS
  SELECT * FROM facts WHERE type <> 'corrected'
    AND id NOT IN (SELECT "of" FROM facts WHERE type = 'corrected' AND "of" IS NOT NULL)
    AND (handoff IS NULL OR (lead, handoff, type) NOT IN
      (SELECT lead, handoff, reason FROM facts WHERE type = 'corrected' AND "of" IS NULL AND handoff IS NOT NULL AND reason IS NOT NULL));
`
const INDEXES = 'CREATE INDEX facts_at ON facts (at); CREATE INDEX facts_type ON facts (type, at);'

/**
 * Writes every fact that is kept into a new SQLite file, in place of one that is there; resolves with how many. Half a
 * file never stands under the name. Rejects where this Node has no SQLite, or the file cannot be written.
 */
export async function exportFacts(facts: Pick<FactStreams, 'since'>, file: string, now: number): Promise<number> {
  const sqlite = await import('node:sqlite').catch(() => {
    throw new Error(`the export needs SQLite, which Node has from 22.13 on; this is Node ${process.version}.`)
  })
  const unfinished = `${file}.unfinished`
  const cannotWrite = (error: Error) => {
    throw new Error(`cannot write ${file}: ${error.message}`)
  }
  const open = () => new sqlite.DatabaseSync(unfinished)
  const database = await rm(unfinished, { force: true }).then(open).catch(cannotWrite)
  let count = 0
  try {
    // Nobody reads it before it is whole.
    database.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; ${SCHEMA} BEGIN;`)
    // Facts refer to their types, so these come first.
    const meaning = database.prepare('INSERT INTO fact_types (type, meaning) VALUES (?, ?)')
    for (const [type, text] of Object.entries(FACT_TYPES)) meaning.run(type, text)
    const columns = FACT_FIELDS.map((field) => `"${field}"`).join(', ')
    const places = FACT_FIELDS.map(() => '?').join(', ')
    const insert = database.prepare(
      `INSERT INTO facts (id, at, type, value, ${columns}) VALUES (?, ?, ?, ?, ${places})`,
    )
    for await (const some of facts.since(0)) {
      for (const fact of some) {
        const fields = FACT_FIELDS.map((field) => fact[field] ?? null)
        insert.run(fact.id, new Date(fact.at).toISOString(), fact.type, fact.value ?? null, ...fields)
        count += 1
      }
    }
    database.prepare('INSERT INTO export (at, facts) VALUES (?, ?)').run(new Date(now).toISOString(), count)
    database.exec(`COMMIT; ${INDEXES}`)
    database.close()
    await rename(unfinished, file).catch(cannotWrite)
    return count
  } catch (error) {
    if (database.isOpen) database.close()
    await rm(unfinished, { force: true })
    throw error
  }
}
