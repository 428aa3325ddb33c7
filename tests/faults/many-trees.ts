/**
 * Holds many contained process trees, as a runner holds one: child, grandchild and a grandchild that left the session.
 *
 *   node tests/faults/many-trees.ts COUNT
 */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { spawnContained } from '../../main/platform/processes/contained-spawn.ts'

const script = 'sleep 600 & setsid sleep 600 & echo up; wait'
const holdOne = async (): Promise<void> => {
  const jobId = `test_${randomUUID()}`
  const child = spawnContained(['/bin/sh', '-c', script], {
    cwd: '/',
    env: { PATH: process.env.PATH ?? '', SLIPWAY_JOB_ID: jobId },
  })
  if (child.stdout) await once(child.stdout, 'data')
  process.stdout.write(`${JSON.stringify({ jobId, groupId: child.pid })}\n`)
}
await Promise.all(Array.from({ length: Number(process.argv[2]) }, holdOne))
process.stdout.write('ready\n')
