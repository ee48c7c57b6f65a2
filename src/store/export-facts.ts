import { rename, rm } from 'node:fs/promises'
import { FACT_FIELDS, FACT_TYPES } from '../facts/fact.ts'
import type { FactStreams } from './facts.ts'

/*
 * Facts as a SQLite file, for questions of one's own. Three tables: `facts`, a row each; `fact_types`, what each type
 * means; `export`, when and how many. `corrected` facts take others back: the view `counted` leaves out both.
 */

const SCHEMA = `
CREATE TABLE facts (
  id TEXT PRIMARY KEY,     -- unique and stable
  at TEXT NOT NULL,        -- when it happened, ISO 8601 in UTC
  type TEXT NOT NULL REFERENCES fact_types (type),
  value REAL,              -- a number whose unit the type says
${FACT_FIELDS.map((field) => `  "${field}" TEXT`).join(',\n')}
) WITHOUT ROWID;
CREATE TABLE fact_types (type TEXT PRIMARY KEY, meaning TEXT NOT NULL);
CREATE TABLE export (at TEXT NOT NULL, facts INTEGER NOT NULL);
CREATE VIEW counted AS
  SELECT * FROM facts WHERE type <> 'corrected' AND id NOT IN (SELECT "of" FROM facts WHERE type = 'corrected');
`
const INDEXES = 'CREATE INDEX facts_at ON facts (at); CREATE INDEX facts_type ON facts (type, at);'

/**
 * Writes every fact that is kept into a new SQLite file, in place of one that is there; resolves with how many. Half a
 * file never stands under the name. Rejects where this Node has no SQLite.
 */
export async function exportFacts(facts: FactStreams, file: string, now: number): Promise<number> {
  const sqlite = await import('node:sqlite').catch(() => {
    throw new Error(`the export needs SQLite, which Node has from 22.13 on; this is Node ${process.version}.`)
  })
  const unfinished = `${file}.unfinished`
  await rm(unfinished, { force: true })
  const database = new sqlite.DatabaseSync(unfinished)
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
    await rename(unfinished, file)
    return count
  } catch (error) {
    if (database.isOpen) database.close()
    await rm(unfinished, { force: true })
    throw error
  }
}
