import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { JobId } from '../../main/contract/jobs.ts'
import { journalFile } from '../../main/platform/processes/job-folder.ts'
import { readJournal } from '../../main/platform/processes/journal.ts'
import { membersOf } from '../../main/platform/processes/kill-tree.ts'
import {
  asOwner,
  type House,
  nodeJob,
  openHouseOfJobs,
  removeData,
  shellJob,
  temporaryData,
  until,
} from './jobs-harness.ts'

const open: House[] = []
const house = (options?: Parameters<typeof openHouseOfJobs>[0]): House => {
  const opened = openHouseOfJobs(options)
  open.push(opened)
  opened.jobs.start()
  return opened
}

afterEach(async () => {
  for (const { jobs, close, dataDir } of open.splice(0)) {
    await jobs.stopAll(asOwner)
    close()
    removeData(dataDir)
  }
})

test('a job runs, tells its events in order, and is done', async () => {
  const { jobs, told } = house()
  const { id, state } = jobs.port.start(
    asOwner,
    shellJob(`for n in 1 2 3; do echo '{"event":"n","n":'$n'}'; done; echo said >&2`),
  )
  expect(state).toBe('queued')
  const job = await jobs.port.ended(id)
  expect(job.state).toBe('done')
  expect(told(id).map(({ event, data }) => [event, data.n])).toEqual([
    ['n', 1],
    ['n', 2],
    ['n', 3],
    ['END', undefined],
  ])
  expect((await jobs.port.logs(id, { limit: 10 })).lines).toMatchObject([{ line: 0, stream: 'stderr', text: 'said' }])
})

test('what was started again has a log of each attempt, the latest first to be shown, and is found by its name', async () => {
  const { jobs } = house()
  const run = { name: 'my-run', subjectId: 'run_1' }
  const ids: JobId[] = []
  for (const word of ['one', 'two']) {
    const { id } = jobs.port.start(asOwner, shellJob(`echo ${word} >&2`, run))
    ids.push(id)
    await jobs.port.ended(id)
  }
  const read = async (id: string, attempt?: number) => {
    const page = await jobs.handlers.logs({ id, limit: 10, ...(attempt !== undefined && { attempt }) }, asOwner)
    return [page.lines[0]?.text, page.attempt, page.attempts]
  }
  expect(await read('my-run')).toEqual(['two', 2, 2])
  expect(await read('my-run', 1)).toEqual(['one', 1, 2])
  expect(await read(ids[0] ?? '')).toEqual(['one', 1, 2])
  expect((await jobs.handlers.show({ id: 'my-run' }, asOwner)).id).toBe(ids[1])
  await expect(read('my-run', 3)).rejects.toMatchObject({ code: 'not_found', details: { attempts: 2 } })
  // A name that two different things have stays a question.
  await jobs.port.ended(jobs.port.start(asOwner, shellJob('true', { ...run, subjectId: 'run_2' })).id)
  await expect(read('my-run')).rejects.toMatchObject({ code: 'conflict' })
})

test('a stop asks politely first, and a child that obeys is cancelled without a signal', async () => {
  const { jobs, told } = house()
  const code = `console.log('{"event":"up"}'); process.stdin.on('data', d => { console.log('{"event":"heard","line":'+String(d).trim()+'}'); process.exit(0) })`
  const { id } = jobs.port.start(asOwner, nodeJob(code, { politeStopMs: 20_000 }))
  await until('the child', () => told(id).length > 0)
  expect(jobs.port.stop(asOwner, id, { save: true })).toMatchObject({ state: 'stopping', stopping: 'saving' })
  expect((await jobs.port.ended(id)).state).toBe('cancelled')
  expect(told(id)[1]?.data.line).toEqual({ command: 'stop', save: true })
})

test('a child that ignores the message and SIGTERM is killed with its whole tree', async () => {
  const { jobs, told } = house()
  const script = `trap '' TERM; (trap '' TERM; setsid sleep 600 & sleep 600) & echo '{"event":"up"}'; while :; do sleep 600; done`
  const { id } = jobs.port.start(asOwner, shellJob(script))
  await until('the child', () => told(id).length > 0)
  // The shell speaks before those that it starts in the background are there.
  await until('its whole tree', () => membersOf({ jobId: id }).length > 3)
  jobs.port.stop(asOwner, id)
  const job = await jobs.port.ended(id)
  expect(job.state).toBe('cancelled')
  expect(membersOf({ jobId: id })).toEqual([])
  expect((await jobs.port.logs(id, { limit: 10 })).lines.map(line => line.text).join()).toContain('SIGTERM')
})

test('what a child leaves behind when it ends by itself is killed too', async () => {
  const { jobs } = house()
  const { id } = jobs.port.start(asOwner, shellJob('setsid sleep 600 & sleep 600 & exit 0'))
  expect((await jobs.port.ended(id)).state).toBe('done')
  expect(membersOf({ jobId: id })).toEqual([])
})

test('the failure that a worker names becomes the failure of its job', async () => {
  const { jobs } = house()
  const { id } = jobs.port.start(
    asOwner,
    shellJob(`echo '{"event":"failed","code":"unsupported","message":"no","hint":"do"}'; exit 1`),
  )
  expect(await jobs.port.ended(id)).toMatchObject({
    state: 'failed',
    failure: { code: 'unsupported', message: 'no', hint: 'do' },
  })
})

test('a program that is not there is named', async () => {
  const { jobs } = house()
  const { id } = jobs.port.start(asOwner, { ...shellJob(''), command: ['/no/such/python', '-m', 'x'] })
  const { state, failure } = await jobs.port.ended(id)
  expect(state).toBe('failed')
  expect(failure).toMatchObject({ code: 'missing_requirement', message: expect.stringContaining('/no/such/python') })
})

test('a crash and a kill are told apart, and neither is called done', async () => {
  const { jobs } = house()
  const crash = jobs.port.start(asOwner, shellJob('kill -SEGV $$'))
  const kill = jobs.port.start(asOwner, shellJob('kill -KILL $$'))
  const code = jobs.port.start(asOwner, shellJob('exit 3'))
  const failures = await Promise.all(
    [crash, kill, code].map(async ({ id }) => (await jobs.port.ended(id)).failure?.message),
  )
  expect(failures[0]).toContain('SIGSEGV')
  expect(failures[1]).toContain('out-of-memory killer')
  expect(failures[2]).toContain('exit code 3')
})

test('a job sees an allow-list of our environment, its own id, and its folder', async () => {
  const { jobs, told } = house({ env: { ...process.env, OPENAI_API_KEY: 'secret', OMP_NUM_THREADS: '3' } })
  const code = `console.log(JSON.stringify({event:'env',keys:Object.keys(process.env),id:process.env.SLIPWAY_JOB_ID,cwd:process.cwd(),file:require('fs').readFileSync('config.json','utf8')}))`
  const { id } = jobs.port.start(asOwner, nodeJob(code, { files: { 'config.json': '{"a":1}' }, env: { EXTRA: 'x' } }))
  await jobs.port.ended(id)
  const seen = told(id)[0]?.data
  expect(seen?.keys).toEqual(expect.arrayContaining(['EXTRA', 'OMP_NUM_THREADS']))
  expect(seen?.keys).not.toContain('OPENAI_API_KEY')
  expect(seen).toMatchObject({ id, cwd: jobs.port.folder(id), file: '{"a":1}' })
})

test.skipIf(process.platform !== 'linux')(
  'a job can write no core dump, which would hold its memory, and is the first to go when the machine runs out of it (Linux: needs /proc)',
  async () => {
    const { jobs, told } = house()
    const code = `const read = name => require('fs').readFileSync('/proc/self/' + name, 'utf8')
      console.log(JSON.stringify({ event: 'limits', core: /^Max core file size +(\\w+) +(\\w+)/m.exec(read('limits')).slice(1), oom: Number(read('oom_score_adj')) }))`
    const { id } = jobs.port.start(asOwner, nodeJob(code))
    await jobs.port.ended(id)
    expect(told(id)[0]?.data).toMatchObject({ core: ['0', '0'], oom: 500 })
  },
)

test('a handler that throws loses its own event and no other', async () => {
  const { jobs, told, logged } = house({
    onEvent: event => {
      if (event.n === 2) throw new Error('a defect')
    },
  })
  const { id } = jobs.port.start(asOwner, shellJob(`for n in 1 2 3; do echo '{"event":"n","n":'$n'}'; done`))
  expect((await jobs.port.ended(id)).state).toBe('done')
  expect(told(id).map(({ data }) => data.n)).toEqual([1, 3, undefined])
  expect(logged.join()).toContain('was skipped')
})

test('a queued job that is stopped never starts', async () => {
  const { jobs, told } = house()
  const { id } = jobs.port.start(asOwner, shellJob(`echo '{"event":"up"}'`))
  expect(jobs.port.stop(asOwner, id).state).toBe('cancelled')
  expect((await jobs.port.ended(id as JobId)).state).toBe('cancelled')
  expect(told(id).map(({ event }) => event)).toEqual(['END'])
})

test('a job that uses more memory than its limit is killed and says so', async () => {
  const { jobs } = house()
  const code = 'const held = []; setInterval(() => held.push(Buffer.alloc(64 << 20, 1)), 50)'
  const { id } = jobs.port.start(asOwner, nodeJob(code, { memoryLimitBytes: 256 << 20 }))
  const { state, failure } = await jobs.port.ended(id)
  expect(state).toBe('failed')
  expect(failure?.message).toContain('its limit of 0.3 GiB')
})

test('silence after heartbeats shows as unresponsive, and ends when the child speaks again', async () => {
  const { jobs } = house()
  // Once asked it goes on talking: one word alone would be followed by silence before anybody has looked.
  const code = `process.stdin.on('data', () => setInterval(() => console.log('{"event":"again"}'), 20)); console.log('{"event":"heartbeat"}')`
  const { id } = jobs.port.start(asOwner, nodeJob(code, { heartbeatMs: 100 }))
  await until('unresponsive', () => jobs.port.get(id)?.health === 'unresponsive')
  expect(jobs.port.get(id)?.state).toBe('running')
  jobs.port.send(id, { command: 'anything' })
  await until('ok', () => jobs.port.get(id)?.health === 'ok')
})

test('a domain that cannot handle an end does not keep the job from ending, nor a lost one', async () => {
  const { jobs, told, dataDir } = house({
    onEnd: () => {
      throw new Error('a defect')
    },
  })
  const done = jobs.port.start(asOwner, shellJob('true'))
  expect((await jobs.port.ended(done.id)).state).toBe('done')
  const lost = jobs.port.start(asOwner, shellJob(`echo '{"event":"up"}'; exec sleep 600`))
  await until('the child', () => told(lost.id).length > 0)
  const [first] = readJournal(journalFile(join(dataDir, 'jobs', lost.id), 1), 0).entries
  if (first?.entry.type === 'runner') process.kill(first.entry.runner.pid, 'SIGKILL')
  expect((await jobs.port.ended(lost.id)).state).toBe('lost')
})

test('a runner that cannot listen says why its job failed', async () => {
  const dataDir = temporaryData()
  const sockets = join(dataDir, 'x'.repeat(120))
  const { jobs } = house({ dataDir, sockets })
  const { id } = jobs.port.start(asOwner, shellJob('true'))
  expect(await jobs.port.ended(id)).toMatchObject({
    state: 'failed',
    failure: { message: expect.stringContaining('EINVAL') },
  })
})

test('a process that shook off group, session and environment cannot keep its job from ending', async () => {
  const { jobs, dataDir } = house()
  // The job ends only once the other process has shaken everything off; before that it would be swept like any other.
  const escaping = "env -i setsid sh -c 'echo $$ > escapee.new; mv escapee.new escapee; exec sleep 600'"
  const { id } = jobs.port.start(asOwner, shellJob(`${escaping} & until [ -s escapee ]; do sleep 0.02; done; exit 0`))
  expect((await jobs.port.ended(id)).state).toBe('done')
  expect((await jobs.port.logs(id, { limit: 10 })).lines.at(-1)?.text).toContain('no longer part of this job')
  process.kill(Number(readFileSync(join(dataDir, 'jobs', id, 'escapee'), 'utf8')), 'SIGKILL')
})
