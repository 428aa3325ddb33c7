import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import type { JobId } from '../../main/contract/jobs.ts'
import { journalFile } from '../../main/platform/processes/job-folder.ts'
import { readJournal } from '../../main/platform/processes/journal.ts'
import { membersOf, signal } from '../../main/platform/processes/kill-tree.ts'
import type { JobSpec } from '../../main/platform/processes/port.ts'
import { listProcesses } from '../../main/platform/processes/process-table.ts'
import { asOwner, nodeJob, openHouseOfJobs, removeData, shellJob, temporaryData, until } from './jobs-harness.ts'

const miniBackend = fileURLToPath(new URL('./mini-backend.ts', import.meta.url))
const cleanUps: (() => void | Promise<void>)[] = []

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

/** A data directory that goes away after the test, with every job in it. */
const dataDirectory = (): string => {
  const dataDir = temporaryData()
  cleanUps.push(() => removeData(dataDir))
  return dataDir
}

const reopened = (dataDir: string) => {
  const house = openHouseOfJobs({ dataDir })
  cleanUps.push(async () => {
    await house.jobs.stopAll(asOwner)
    house.close()
  })
  house.jobs.start()
  return house
}

/** Starts the mini backend; resolves with the ids of the jobs it started. */
async function startBackend(dataDir: string, specs: readonly JobSpec[] = []) {
  const child = spawn(process.execPath, [miniBackend, dataDir, JSON.stringify(specs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(child, 'exit')
  const ids: JobId[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'ready') break
    ids.push(line as JobId)
  }
  const kill = async () => {
    child.kill('SIGKILL')
    await exit
  }
  cleanUps.push(kill)
  return { ids, kill }
}

// Counts until it is told to finish.
const counting = nodeJob(`let n = 0
  const timer = setInterval(() => console.log(JSON.stringify({ event: 'n', n: n++ })), 3)
  process.stdin.once('data', () => {
    clearInterval(timer)
    console.log(JSON.stringify({ event: 'finished', n: n++ }))
    process.stdin.destroy()
  })`)

const runnerOf = (dataDir: string, id: JobId): number => {
  const entry = readJournal(journalFile(`${dataDir}/jobs/${id}`, 1), 0).entries[0]?.entry
  return entry?.type === 'runner' ? entry.runner.pid : 0
}

/** How many entries the journal of a job's first attempt has by now: it is read piece by piece, each a quarter of a megabyte. */
function entriesOf(dataDir: string, id: JobId): number {
  const path = journalFile(`${dataDir}/jobs/${id}`, 1)
  let count = 0
  let position = 0
  for (;;) {
    const read = readJournal(path, position)
    count += read.entries.length
    position = read.position
    if (read.isAtEnd) return count
  }
}

function isSent(send: () => void): boolean {
  try {
    send()
    return true
  } catch {
    return false // not connected yet
  }
}

test('a job survives five kills of the backend, and every event arrives exactly once and in order', async () => {
  const dataDir = dataDirectory()
  let backend = await startBackend(dataDir, [counting])
  const [id] = backend.ids as [JobId]
  await until('the journal', () => runnerOf(dataDir, id) > 0)
  for (let kill = 1; kill <= 5; kill += 1) {
    const before = entriesOf(dataDir, id)
    await until('some more events', () => entriesOf(dataDir, id) > before + 20)
    await backend.kill()
    if (kill < 5) backend = await startBackend(dataDir)
  }
  const { jobs, told, ends } = reopened(dataDir)
  await until('the runner', () => isSent(() => jobs.port.send(id, { command: 'finish' })))
  expect((await jobs.port.ended(id)).state).toBe('done')
  const all = told(id)
  expect(all.map(({ data }) => data.n)).toEqual([...all.slice(0, -1).map((_, n) => n), undefined])
  expect(all.slice(-2).map(({ event }) => event)).toEqual(['finished', 'END'])
  expect(ends).toHaveLength(1)
})

test('a job that ended while no backend was there is adopted with its end', async () => {
  const dataDir = dataDirectory()
  const { ids, kill } = await startBackend(dataDir, [shellJob(`echo '{"event":"up"}'; read line; exit 7`)])
  const [id] = ids as [JobId]
  const pid = await until('the child', () => membersOf({ jobId: id })[0]?.pid)
  await until('its first word', () => readFileSync(journalFile(`${dataDir}/jobs/${id}`, 1), 'utf8').includes('"up"'))
  await kill()
  process.kill(pid, 'SIGTERM')
  await until(
    'the end of the runner',
    () => !listProcesses().some(row => row.pid === runnerOf(dataDir, id) && !row.isZombie),
  )
  const { jobs } = reopened(dataDir)
  expect(await jobs.port.ended(id)).toMatchObject({ state: 'failed', failure: { code: 'worker_failed' } })
})

test('a stop that the backend wrote down but never delivered is delivered after the restart', async () => {
  const dataDir = dataDirectory()
  const first = openHouseOfJobs({ dataDir })
  first.jobs.start()
  const { id } = first.jobs.port.start(asOwner, shellJob(`echo '{"event":"up"}'; exec sleep 600`))
  await until('the child', () => first.told(id).length > 0)
  first.jobs.port.stop(asOwner, id)
  first.close() // before the next turn of the event loop, in which the runner would be told
  const { jobs } = reopened(dataDir)
  expect((await jobs.port.ended(id)).state).toBe('cancelled')
})

test('jobs whose runner was killed are lost, said plainly, and none of their processes is left', async () => {
  const dataDir = dataDirectory()
  const tree = shellJob(`(sleep 600 & setsid sleep 600 & sleep 600) & echo '{"event":"up"}'; exec sleep 600`)
  const { ids, kill } = await startBackend(dataDir, [tree, tree, tree])
  for (const id of ids) await until('the tree', () => membersOf({ jobId: id }).length >= 5)
  await kill()
  for (const id of ids) signal(runnerOf(dataDir, id), 'SIGKILL')
  const { jobs } = reopened(dataDir)
  for (const id of ids) {
    expect(await jobs.port.ended(id)).toMatchObject({ state: 'lost', failure: { code: 'worker_lost' } })
    expect(membersOf({ jobId: id })).toEqual([])
  }
})

test('a runner that is killed under a living backend is noticed at once', async () => {
  const { jobs, told, dataDir } = reopened(dataDirectory())
  const { id } = jobs.port.start(asOwner, shellJob(`setsid sleep 600 & echo '{"event":"up"}'; exec sleep 600`))
  await until('the child', () => told(id).length > 0)
  const killedMs = performance.now()
  signal(runnerOf(dataDir, id), 'SIGKILL')
  expect((await jobs.port.ended(id)).state).toBe('lost')
  expect(performance.now() - killedMs).toBeLessThan(5_000)
  expect(membersOf({ jobId: id })).toEqual([])
})

test('a stranger with the pid of a runner is not taken for it', async () => {
  const dataDir = dataDirectory()
  const first = openHouseOfJobs({ dataDir })
  first.jobs.start()
  const { id } = first.jobs.port.start(asOwner, shellJob(`echo '{"event":"up"}'; exec sleep 600`))
  await until('the child', () => first.told(id).length > 0)
  first.close()
  signal(runnerOf(dataDir, id), 'SIGKILL')
  await until('the end of the tree', () => membersOf({ jobId: id }).length === 0)
  // The same pid as this test process, which lives, but another start time.
  const second = openHouseOfJobs({ dataDir })
  cleanUps.push(second.close)
  second.store.record(tx =>
    tx.prepare(`UPDATE jobs SET runner = json_set(runner, '$.pid', ?) WHERE id = ?`).run(process.pid, id),
  )
  second.jobs.start()
  expect((await second.jobs.port.ended(id)).state).toBe('lost')
})

test('a runner that is frozen is neither lost nor doubled, and goes on where it was', async () => {
  const dataDir = dataDirectory()
  const first = openHouseOfJobs({ dataDir })
  first.jobs.start()
  const { id } = first.jobs.port.start(asOwner, counting)
  await until('some events', () => first.told(id).length > 5)
  const runner = runnerOf(dataDir, id)
  signal(runner, 'SIGSTOP')
  cleanUps.push(() => void signal(runner, 'SIGCONT'))
  first.close()
  const { jobs, told } = reopened(dataDir)
  const before = await until('what the journal held', () => told(id).length)
  expect(isSent(() => jobs.port.send(id, { command: 'finish' }))).toBe(false)
  expect(jobs.port.get(id)?.state).toBe('running')
  signal(runner, 'SIGCONT')
  await until('new events', () => told(id).length > before + 20)
  await until('the runner', () => isSent(() => jobs.port.send(id, { command: 'finish' })))
  expect((await jobs.port.ended(id)).state).toBe('done')
  expect(told(id).map(({ data }) => data.n)).toEqual([
    ...told(id)
      .slice(0, -1)
      .map((_, n) => n),
    undefined,
  ])
})
