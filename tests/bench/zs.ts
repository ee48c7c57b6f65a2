import { execFile } from 'node:child_process'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { Redis } from 'ioredis'
import { loadConfig } from '../../src/config/load.ts'
import { answerHandoff } from '../../src/handoffs/handoff.ts'
import { startHandoff } from '../../src/handoffs/start.ts'
import { calendarOf } from '../../src/handoffs/team.ts'
import { decide } from '../../src/leads/decision.ts'
import { createConfigs } from '../../src/store/configs.ts'
import { createRotation } from '../../src/what-if/rotation.ts'
import { facts, leadRecord } from '../support/records.ts'
import { startBenchRedis } from './redis.ts'
import { openStore } from './store.ts'
const redis = await startBenchRedis()
await redis.clear()
const store = await openStore(redis)
const now = Date.parse('2026-11-26T08:00:00Z')
const config = await loadConfig('config', now)
await createConfigs(store.store).keep(config)
let seed = 7
const rnd = () => { seed = (seed * 1103515245 + 12345) & 0x7fffffff; return seed / 0x7fffffff }
const pick = <T,>(list: T[]) => list[Math.floor(rnd() * list.length)] as T
const give = createRotation()
const N = 4000
for (let i = 0; i < N; i++) {
  const at = now - Math.floor(((N - i) / N) * 60 * 86400000)
  const attributes = facts({ email: `x@c${i}.example`, 'email.domain': `c${i}.example`, 'email.free': false, jobTitle: pick(['VP Marketing', 'Engineer', 'Head of Marketing', 'CEO', 'Student', 'Analyst']), 'company.name': 'C', 'company.size': pick([3, 20, 40, 120, 240, 900]), 'company.industry': pick(['computer software', 'retail', 'financial services']), 'leadSource.detail': 'x' })
  const types = ['pricing_page_viewed', 'content_downloaded', 'webinar_attended', 'demo_requested', 'email_opened', 'email_clicked']
  const signals = Array.from({ length: Math.floor(rnd() * 4) }, (_, n) => ({ id: `api-${i}-${n}`, type: pick(types), at: at - Math.floor(rnd() * 40) * 86400000 }))
  const id = String(405_000_000_000 + i)
  const standing = { withSales: false, rejected: false }
  const d = decide(config, { id, attributes, signals } as never, standing, at)
  const handoffs = []
  let rep: string | null = null
  if (d.action === 'assign' && 'pool' in d.route.to) {
    rep = give({ at, lasts: 86400000, wanted: { team: config.team, request: { pool: d.route.to.pool, prefer: 'open' } } })
    if (rep) {
      const kind = config.handoffs.kinds[d.route.handoff ?? '']!
      let h = startHandoff({ id: `${id}-1`, leadId: id, kind: d.route.handoff!, byRoute: true, route: d.route.route, pool: d.route.to.pool, baseline: {} } as never, kind, { rep, pool: d.route.to.pool, how: 'rotation', assignmentId: `${id}-1-1` }, { name: config.team.reps[rep]!.calendar, calendar: calendarOf(config.team, rep) }, at)
      if (rnd() < 0.9) h = answerHandoff(h, { at: (h.counted[0]?.from ?? at) + Math.floor(rnd() * 50) * 60000, how: 'contacted', by: 'U' } as never, undefined, { clock: calendarOf(config.team, rep), holder: calendarOf(config.team, rep) } as never) ?? h
      handoffs.push(h)
    }
  }
  const kept = { at, number: 1, config: config.version, route: d.route.route, to: d.route.to, action: d.action, standing, score: d.score.total, fit: d.score.fit.points, engagement: d.score.engagement.points, band: d.score.band, attributes, signals, rep, probability: 1 }
  await store.put(leadRecord({ id, portalId: '90012345', attributes, signals, handoffs: {}, handoffCount: 0, readBy: config.version, properties: {}, company: null, outcomes: rnd() < 0.1 ? { customer: { at: now } } : {}, configVersion: config.version, rulesVersion: config.rulesVersion }), handoffs as never, [kept as never])
}
await cp('config', '/tmp/h/whatif/new-config', { recursive: true })
const text = await readFile('config/scoring.yaml', 'utf8')
await writeFile('/tmp/h/whatif/new-config/scoring.yaml', text.replace(/webinar_attended: +\{ points: 15 \}/, 'webinar_attended: { points: 25 }').replace(/email_clicked: +\{ points: 5 \}/, 'email_clicked: { points: 1 }'))
const r = new Redis(redis.url)
await r.call('ACL', 'SETUSER', 'what-if', 'on', '>secret', '%R~baton{*', '%R~baton:*', '~baton-clock', 'resetchannels', '-@all', '+zcard', '+zscan', '+lrange', '+hget', '+hgetall', '+eval', '+time', '+info', '+ping')
r.disconnect()
const url = redis.url.replace('redis://', 'redis://what-if:secret@')
const run = (...args: string[]) => new Promise<void>((resolve) => execFile(process.execPath, ['src/cli.ts', 'what-if', '/tmp/h/whatif/new-config', ...args], { env: { PATH: process.env.PATH, REDIS_URL: url } }, (e, out, err) => { console.log(out, err, 'exit', e ? e.code : 0); resolve() }))
await run('--max-moved', '5%', '--max-rep', '+20%')
await run('--format', 'md', '--max-moved', '5%')
await store.close(); await redis.stop(); process.exit(0)
