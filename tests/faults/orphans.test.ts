import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { killTree, membersOf } from '../../main/platform/processes/kill-tree.ts'
import { environmentValue, jobMarker, listProcesses } from '../../main/platform/processes/process-table.ts'
import { until } from './jobs-harness.ts'

const manyTrees = fileURLToPath(new URL('./many-trees.ts', import.meta.url))
const trees = 50

type Tree = { readonly jobId: string; readonly groupId: number }
const cleanUps: (() => Promise<void>)[] = []

// Whatever a failing test leaves: hundreds of sleeping processes would outlive the suite.
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp()
})

/** Starts a process that holds process trees; resolves once they all stand. */
async function holdTrees(count: number) {
  const holder = spawn(process.execPath, [manyTrees, String(count)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(holder, 'exit')
  const held: Tree[] = []
  const kill = async () => {
    holder.kill('SIGKILL')
    await exit
  }
  cleanUps.push(async () => {
    await kill()
    await Promise.all(held.map(tree => killTree(tree)))
  })
  for await (const line of createInterface({ input: holder.stdout })) {
    if (line === 'ready') break
    held.push(JSON.parse(line))
  }
  return { held, kill }
}

test(`of ${trees} trees none is left once the process that holds them is killed`, async () => {
  const { held, kill } = await holdTrees(trees)
  const groups = new Set(held.map(({ groupId }) => groupId))
  const ids = new Set(held.map(({ jobId }) => jobId))
  const living = () => listProcesses().filter(row => !row.isZombie)
  const inGroups = () => living().filter(row => groups.has(row.groupId)).length
  const escapees = () =>
    living().filter(row => !groups.has(row.groupId) && ids.has(environmentValue(row.pid, jobMarker) ?? '')).length
  expect(groups.size).toBe(trees)
  // Child, grandchild and watcher in each group; the escapee has a session of its own.
  await until('every grandchild', () => inGroups() >= 3 * trees)
  await until('every escapee to have left its group', () => escapees() === trees)
  const killedMs = performance.now()
  await kill()
  await until('the groups to be gone', () => inGroups() === 0)
  expect(performance.now() - killedMs).toBeLessThan(5_000)
  // Only the sweep finds those that called setsid.
  expect(escapees()).toBe(trees)
  await Promise.all(held.map(async ({ jobId }) => expect(await killTree({ jobId })).toEqual([])))
  expect(escapees()).toBe(0)
})

test('a kill of one tree leaves its neighbour alone', async () => {
  const { held } = await holdTrees(2)
  const [first, second] = held as [Tree, Tree]
  const before = membersOf(second).map(row => row.pid)
  expect(await killTree(first)).toEqual([])
  expect(membersOf(first)).toEqual([])
  expect(membersOf(second).map(row => row.pid)).toEqual(before)
})
