import { constants, getPriority } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'

const MODULE = join(import.meta.dirname, '..', '..', '..', 'src', 'platform', 'priority.ts')

describe('a thread that gives way', () => {
  it.runIf(process.platform === 'linux')('is last itself, and nobody else of its process is', async () => {
    const before = getPriority()
    const thread = new Worker(
      `import(${JSON.stringify(MODULE)}).then(({ giveWay }) => {
        giveWay()
        require('node:worker_threads').parentPort.postMessage(require('node:os').getPriority())
      })`,
      { eval: true },
    )
    const own = await new Promise((resolve, reject) => thread.once('message', resolve).once('error', reject))
    await thread.terminate()
    expect(own).toBe(constants.priority.PRIORITY_LOW)
    expect(getPriority()).toBe(before)
  })
})
