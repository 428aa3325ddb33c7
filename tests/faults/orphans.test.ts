import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { killTree, membersOf, signal } from '../../main/platform/processes/kill-tree.ts'
import { environmentValue, jobMarker, listProcesses } from '../../main/platform/processes/process-table.ts'
import { until } from './jobs-harness.ts'

const manyTrees = fileURLToPath(new URL('./many-trees.ts', import.meta.url))
const trees = 50

test(`of ${trees} trees none is left once the process that holds them is killed`, async () => {
  const holder = spawn(process.execPath, [manyTrees, String(trees)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(holder, 'exit')
  const jobs: { jobId: string; groupId: number }[] = []
  for await (const line of createInterface({ input: holder.stdout })) {
    if (line === 'ready') break
    jobs.push(JSON.parse(line))
  }
  const inGroups = () => {
    const groups = new Set(jobs.map(({ groupId }) => groupId))
    return listProcesses().filter(row => groups.has(row.groupId) && !row.isZombie).length
  }
  expect(jobs).toHaveLength(trees)
  // Child, grandchild and watcher in each group; the escapee has a session of its own.
  await until('every grandchild', () => inGroups() >= 3 * trees)
  holder.kill('SIGKILL')
  await exit
  const killedMs = performance.now()
  await until('the groups to be gone', () => inGroups() === 0)
  expect(performance.now() - killedMs).toBeLessThan(5_000)
  // Only the sweep finds those that called setsid.
  const escapees = () => {
    const ids = new Set(jobs.map(({ jobId }) => jobId))
    return listProcesses().filter(row => !row.isZombie && ids.has(environmentValue(row.pid, jobMarker) ?? ''))
  }
  expect(escapees()).toHaveLength(trees)
  await Promise.all(jobs.map(async ({ jobId }) => expect(await killTree({ jobId })).toEqual([])))
  expect(escapees()).toEqual([])
})

test('a kill of one tree leaves its neighbour alone', async () => {
  const holder = spawn(process.execPath, [manyTrees, '2'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const jobs: { jobId: string; groupId: number }[] = []
  for await (const line of createInterface({ input: holder.stdout })) {
    if (line === 'ready') break
    jobs.push(JSON.parse(line))
  }
  const [first, second] = jobs as [(typeof jobs)[0], (typeof jobs)[0]]
  const before = membersOf(second).map(row => row.pid)
  expect(await killTree(first)).toEqual([])
  expect(membersOf(first)).toEqual([])
  expect(membersOf(second).map(row => row.pid)).toEqual(before)
  await killTree(second)
  const exit = once(holder, 'exit')
  signal(holder.pid ?? 0, 'SIGKILL')
  await exit
})
