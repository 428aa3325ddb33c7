import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { JobId } from '../../main/contract/jobs.ts'
import { journalFile } from '../../main/platform/processes/job-folder.ts'
import { readJournal } from '../../main/platform/processes/journal.ts'
import { asOwner, nodeJob, openHouseOfJobs, removeData, shellJob, temporaryData, until } from './jobs-harness.ts'

const cleanUps: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

const house = (options: Parameters<typeof openHouseOfJobs>[0] = {}) => {
  const dataDir = temporaryData()
  cleanUps.push(() => removeData(dataDir))
  const opened = openHouseOfJobs({ dataDir, ...options })
  cleanUps.push(async () => {
    await opened.jobs.stopAll(asOwner)
    opened.close()
  })
  opened.jobs.start()
  return opened
}

const mib = 1 << 20
const gigabyte = 1_000_000_000

const runnerPid = (folder: string): number => {
  const entry = readJournal(journalFile(folder, 1), 0).entries[0]?.entry
  return entry?.type === 'runner' ? entry.runner.pid : 0
}

const peakMemoryOf = (pid: number): number => {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}

const sizeOf = (folder: string): number =>
  readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)

/** Runs a job to its end and watches the memory of its runner meanwhile. */
async function runWatched(script: string) {
  const { jobs, told } = house()
  const { id } = jobs.port.start(asOwner, shellJob(script))
  const folder = jobs.port.folder(id)
  let peakBytes = 0
  const watch = setInterval(() => {
    peakBytes = Math.max(peakBytes, peakMemoryOf(runnerPid(folder)))
  }, 20)
  const job = await jobs.port.ended(id)
  clearInterval(watch)
  return {
    job,
    peakBytes,
    logBytes: sizeOf(join(folder, 'runner')),
    logs: await jobs.port.logs(id, { limit: 100 }),
    told: told(id),
  }
}

test('a gigabyte of garbage lines costs neither memory nor disk, and the events between them arrive', async () => {
  const line = 'x'.repeat(999)
  const { job, peakBytes, logBytes, logs, told } = await runWatched(
    `echo first >&2; yes ${line} | head -c ${gigabyte}; echo '{"event":"finished"}'; echo last >&2`,
  )
  expect(job.state).toBe('done')
  expect(told.map(({ event }) => event)).toEqual(['finished', 'END'])
  expect(peakBytes).toBeGreaterThan(0)
  expect(peakBytes).toBeLessThan(200 * mib)
  // What a log may grow by in the seconds that this takes, not the gigabyte.
  expect(logBytes).toBeLessThan(100 * mib)
  expect(logs.truncatedBytes).toBeGreaterThan(0.9 * gigabyte)
  expect(logs.lines.at(-1)?.text).toBe('last')
})

test('a gigabyte without a line break is one cut line', async () => {
  const { job, peakBytes, logBytes, logs } = await runWatched(
    `head -c ${gigabyte} /dev/zero; echo; echo '{"event":"finished"}'`,
  )
  expect(job.state).toBe('done')
  expect(peakBytes).toBeLessThan(200 * mib)
  expect(logBytes).toBeLessThan(1 * mib)
  expect(logs.lines[0]?.text).toContain(`${gigabyte - (16 << 10)} bytes cut`)
})

test('a flood of well-formed events is slowed down to what a journal may take', async () => {
  const { jobs } = house()
  const startedMs = performance.now()
  const { id } = jobs.port.start(asOwner, shellJob(`exec yes '{"event":"n","text":"${'x'.repeat(1000)}"}'`))
  const size = () => statSync(journalFile(jobs.port.folder(id), 1), { throwIfNoEntry: false })?.size ?? 0
  // Sixteen at once, then one a second, counted from the start: a busy machine may be slower, none is faster.
  await until('the burst to be over', () => size() > 20 * mib, 30_000)
  expect(performance.now() - startedMs).toBeGreaterThan(2_000)
  jobs.port.stop(asOwner, id)
  expect((await jobs.port.ended(id)).state).toBe('cancelled')
})

const canMount = process.platform === 'linux' && process.getuid?.() === 0
test.skipIf(!canMount)(
  'a full disk stops no job and loses no event (needs root: it mounts a small tmpfs)',
  async () => {
    const jobsDir = temporaryData()
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', jobsDir])
    cleanUps.push(() => {
      execFileSync('umount', ['-l', jobsDir])
      rmSync(jobsDir, { recursive: true })
    })
    const { jobs, told } = house({ jobsDir })
    const code = `let n = 0
    const timer = setInterval(() => {
      console.log(JSON.stringify({ event: 'n', n: n++, text: 'x'.repeat(500) })); console.error('log line', 'y'.repeat(500))
    }, 2)
    process.stdin.on('data', () => { clearInterval(timer); console.log(JSON.stringify({ event: 'finished', n })); process.exit(0) })`
    const { id } = jobs.port.start(asOwner, nodeJob(code))
    const journal = journalFile(jobs.port.folder(id), 1)
    const size = () => statSync(journal, { throwIfNoEntry: false })?.size ?? 0
    await until('some events', () => size() > 20_000)
    fill(join(jobsDir, 'filler'))
    await until('the journal to stand still', () => isFull(jobsDir) && told(id).length > 0)
    expect(jobs.port.get(id)?.state).toBe('running')
    rmSync(join(jobsDir, 'filler'))
    const full = size()
    await until('the journal to grow again', () => size() > full + 20_000)
    jobs.port.send(id, { command: 'finish' })
    expect((await jobs.port.ended(id)).state).toBe('done')
    const numbers = told(id)
      .filter(({ event }) => event === 'n')
      .map(({ data }) => data.n)
    expect(numbers).toEqual(numbers.map((_, n) => n))
    expect(numbers).toHaveLength(Number(told(id).at(-2)?.data.n))
  },
)

test.skipIf(!canMount)(
  'a job whose folder has no room fails and says why (needs root: it mounts a small tmpfs)',
  async () => {
    const jobsDir = temporaryData()
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', jobsDir])
    cleanUps.push(() => {
      execFileSync('umount', ['-l', jobsDir])
      rmSync(jobsDir, { recursive: true })
    })
    const { jobs } = house({ jobsDir })
    fill(join(jobsDir, 'filler'))
    const { id } = jobs.port.start(asOwner, shellJob('true'))
    expect(await jobs.port.ended(id as JobId)).toMatchObject({ state: 'failed', failure: { code: 'storage_full' } })
  },
)

const isFull = (folder: string): boolean => {
  const probe = join(folder, 'probe')
  try {
    writeFileSync(probe, 'x'.repeat(4096))
    return false
  } catch {
    return true
  } finally {
    rmSync(probe, { force: true })
  }
}

/** Writes a file until the disk takes no more. */
function fill(path: string): void {
  mkdirSync(join(path, '..'), { recursive: true })
  for (const size of [1 << 16, 1 << 12, 1 << 8]) {
    for (;;) {
      try {
        writeFileSync(path, Buffer.alloc(size), { flag: 'a' })
      } catch {
        break
      }
    }
  }
}
