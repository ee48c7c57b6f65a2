import { startBenchRedis } from './redis.ts'
import { whatIf } from './rows/what-if.ts'

const redis = await startBenchRedis()
const open = await whatIf.open({ redis, pick: () => 10_000, say: () => {} })
await open.baton()
for (let i = 0; i < 3; i++) {
  const c = process.cpuUsage()
  const w = performance.now()
  await open.baton()
  const d = process.cpuUsage(c)
  console.log('cpu s', (d.user + d.system) / 1e6, 'wall', (performance.now() - w) / 1e3)
}
await open.close()
await redis.stop()
process.exit(0)
