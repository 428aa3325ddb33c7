import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemCall } from '../../contract/call.ts'
import { AppError } from '../../contract/errors.ts'
import type { Job } from '../../contract/jobs.ts'
import { isoOf, systemClock } from '../../platform/clock.ts'
import { auditMigration } from '../../platform/db/audit-chain.ts'
import { prepareDatabase } from '../../platform/db/prepare.ts'
import { createStore } from '../../platform/db/store.ts'
import type { Store } from '../../platform/db/types.ts'
import { silentLog } from '../../platform/log.ts'
import { defaultCacheDir, pathsOf } from '../../platform/paths.ts'
import type { WorkerEvent } from '../../platform/processes/port.ts'
import { createTestJobs } from '../../platform/processes/test-jobs.ts'
import { buildCapsule } from '../../platform/python/build.ts'
import { run } from '../../platform/python/run.ts'
import { tinyRecipes, writeWheelhouse } from '../../platform/python/testing/wheels.ts'
import { plainWayOut } from '../../platform/python/way-out.ts'
import { createDoctor } from './doctor.ts'
import { environmentMigrations } from './migrations.ts'
import { createEnvironments, type Environments } from './service.ts'

const call = systemCall('test')
let folder: string
let close: () => void
let store: Store
let environments: Environments
let doctor: ReturnType<typeof createDoctor>
let database: ReturnType<Parameters<typeof createDoctor>[0]['database']> = { problems: [] }
let jobs: ReturnType<typeof createTestJobs>
let livePrograms: { name: string; program: string }[] = []
let buildHere: (rebuild?: boolean) => ReturnType<typeof buildCapsule>

const latestSubject = (): string => jobs.started().at(-1)?.subjectId ?? ''
const say = (event: WorkerEvent) => jobs.say(store, latestSubject(), event)
const end = (
  state: 'done' | 'failed' | 'cancelled' | 'lost',
  events: readonly WorkerEvent[] = [],
  facts: Pick<Job, 'failure' | 'pid'> = {},
) => {
  events.forEach(say)
  jobs.end(store, latestSubject(), state, facts)
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway environments ü '))
  const env = { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') }
  const paths = { ...pathsOf(join(folder, 'data'), env), environments: join(folder, 'cache', 'environments') }
  mkdirSync(paths.dataDir, { recursive: true, mode: 0o700 })
  mkdirSync(paths.cacheDir, { recursive: true })
  const migrations = [auditMigration, ...environmentMigrations]
  const db = prepareDatabase({ paths, migrations, nowIso: isoOf(0), log: silentLog })
  store = createStore({ db, clock: systemClock, bootId: 'test', publish: () => undefined })
  close = () => db.close()
  jobs = createTestJobs(systemClock, 'environment')
  const wheelhouse = join(folder, 'wheels')
  const lock = writeWheelhouse(wheelhouse, [{ name: 'lower', version: '1.2.0' }])
  const recipes = tinyRecipes(join(folder, 'recipes'), lock, ['lower'])
  const builder = [process.execPath, 'build-environment.ts'] as const
  environments = createEnvironments({
    store,
    clock: systemClock,
    paths,
    env,
    run,
    recipes,
    jobs: jobs.port,
    builder,
    livePrograms: () => livePrograms,
    workerFolder: '/worker',
  })
  doctor = createDoctor({
    store,
    paths,
    env,
    run,
    recipes,
    environments,
    address: () => undefined,
    database: () => database,
  })
  buildHere = rebuild =>
    buildCapsule(
      {
        run,
        env: { ...env, UV_CACHE_DIR: join(folder, 'uv') },
        recipes,
        environments: paths.environments,
        cacheDir: defaultCacheDir(process.env),
        clock: systemClock,
        onProgress: () => undefined,
        way: plainWayOut,
      },
      { name: 'tiny', backend: 'cpu', source: { wheelhouse }, rebuild },
    )
})
afterEach(() => {
  close()
  rmSync(folder, { recursive: true, force: true })
})

const show = () => environments.handlers.show({ name: 'tiny' }, call)
const build = (more: object = {}) =>
  environments.handlers.build({ name: 'tiny', backend: 'auto', rebuild: false, ...more }, call)

describe('an environment', () => {
  test('that was never built is missing, and whoever needs it is told the command', async () => {
    expect(await show()).toMatchObject({
      state: 'missing',
      recommended: { backend: 'cpu' },
      problems: [{ severity: 'fail' }],
    })
    expect(() => environments.pythonFor('tiny')).toThrow(
      expect.objectContaining({
        code: 'missing_requirement',
        hint: expect.stringContaining('slipway environments build tiny'),
      }),
    )
    expect(() => environments.pythonFor('constructor')).toThrow('no environment called')
  })

  test('is built by a job, in which it is building, and then it is ready', async () => {
    const job = await build()
    expect(job).toMatchObject({ kind: 'environment', subjectId: 'tiny' })
    expect(await show()).toMatchObject({ state: 'building', jobId: job.id })
    await expect(build()).rejects.toMatchObject({ code: 'conflict' })
    await expect(environments.handlers.remove({ name: 'tiny' }, call)).rejects.toMatchObject({ code: 'conflict' })
    const { folder: built, python, stamp } = await buildHere()
    end('done', [{ event: 'finished', folder: built, python, stamp }])
    const shown = await show()
    expect(shown).toMatchObject({
      state: 'ready',
      backend: 'cpu',
      path: built,
      versions: { lower: '1.2.0' },
      problems: [],
    })
    expect(shown.jobId).toBeUndefined()
    const child = environments.pythonFor('tiny')
    expect(child).toMatchObject({
      python,
      lockHash: stamp.lockHash,
      env: { PYTHONPATH: '/worker', PYTHONSAFEPATH: '1' },
    })
  })

  test('that set-up built before the backend ever ran is found', async () => {
    const { python } = await buildHere()
    expect(environments.pythonFor('tiny').python).toBe(python)
    expect((await show()).state).toBe('ready')
  })

  test('whose build failed says why, and one built earlier goes on working', async () => {
    const { python } = await buildHere()
    await build()
    end('failed', [], { failure: { code: 'storage_full', message: 'The disk filled up.', hint: 'Free space.' } })
    expect(await show()).toMatchObject({
      state: 'ready',
      problems: [{ cause: 'The last build failed: The disk filled up.', remedy: 'Free space.' }],
    })
    expect(environments.pythonFor('tiny').python).toBe(python)
  })

  test('drifts when someone installs into it, and doctor offers to build it again', async () => {
    const { folder: built } = await buildHere()
    mkdirSync(join(built, 'lib', readdirSync(join(built, 'lib'))[0] ?? '', 'site-packages', 'stranger-9.dist-info'))
    expect((await show()).state).toBe('drifted')
    const verified = await environments.handlers.verify({ name: 'tiny', deep: false }, call)
    expect(verified).toMatchObject({
      ok: false,
      state: 'drifted',
      problems: [{ cause: 'stranger 9 was added by someone.' }],
    })
    const { checks } = await doctor.handlers.check({}, call)
    expect(checks.find(({ name }) => name === 'Environment tiny')).toMatchObject({ status: 'fail', fixable: true })
    await doctor.handlers.fix({ only: ['Permissions'] }, call)
    expect(jobs.started().filter(({ subjectId }) => subjectId === 'tiny')).toEqual([])
    await doctor.handlers.fix({}, call)
    expect(jobs.configOf('tiny')).toMatchObject({ rebuild: true })
  })

  test('that has drifted is built anew by whoever asks for it, without saying so', async () => {
    const { folder: built } = await buildHere()
    const configOf = () => jobs.configOf(latestSubject())
    await build()
    expect(configOf()).toMatchObject({ rebuild: false })
    end('cancelled')
    mkdirSync(join(built, 'lib', readdirSync(join(built, 'lib'))[0] ?? '', 'site-packages', 'stranger-9.dist-info'))
    await build()
    expect(configOf()).toMatchObject({ rebuild: true })
  })

  test('whose build was killed keeps what works, and nothing of what was half made', async () => {
    const { folder: built } = await buildHere()
    await build({ rebuild: true })
    const remains = `${built}.building-4242`
    const anothers = `${built}.building-4243`
    for (const each of [remains, anothers]) mkdirSync(join(each, 'lib'), { recursive: true })
    end('failed', [], { pid: 4242 })
    expect(existsSync(remains)).toBe(false)
    expect(existsSync(anothers)).toBe(true)
    expect((await show()).state).toBe('ready')
  })

  test('from a folder of wheels that is not there is refused with its name, before a job is started', async () => {
    await expect(build({ wheelhouse: join(folder, 'nowhere') })).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringContaining(join(folder, 'nowhere')),
    })
    expect(jobs.started()).toEqual([])
  })

  test('is removed with everything that was built for it', async () => {
    const { folder: built } = await buildHere()
    const removed = await environments.handlers.remove({ name: 'tiny' }, call)
    expect(removed.removed).toEqual([built])
    expect(removed.freedBytes).toBeGreaterThan(1000)
    expect((await show()).state).toBe('missing')
  })

  test('is not removed from under a job that stands on it', async () => {
    const { python } = await buildHere()
    livePrograms = [{ name: 'my-run', program: python }]
    try {
      await expect(environments.handlers.remove({ name: 'tiny' }, call)).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('my-run'),
      })
    } finally {
      livePrograms = []
    }
    expect(environments.pythonFor('tiny').python).toBe(python)
  })

  test('is not built from an address with credentials, which the job would keep', async () => {
    await expect(build({ index: 'https://bob:pw@mirror.example/simple' })).rejects.toMatchObject({
      code: 'invalid_input',
    })
    expect(jobs.started()).toEqual([])
  })

  test('without a lock for a backend says what is missing', async () => {
    await expect(build({ backend: 'rocm' })).rejects.toMatchObject({
      code: 'missing_requirement',
      hint: expect.stringContaining('--wheelhouse'),
    })
  })
})

describe('an environment of the user', () => {
  const ownVenv = (module?: string) => {
    const venv = join(folder, 'my venv')
    execFileSync('python3', ['-m', 'venv', '--without-pip', venv])
    const packages = join(venv, 'lib', readdirSync(join(venv, 'lib'))[0] ?? '', 'site-packages')
    if (module) writeFileSync(join(packages, `${module}.py`), 'X = 1\n')
    return venv
  }
  const everything = (path: string): string[] =>
    readdirSync(path, { recursive: true, encoding: 'utf8' })
      .map(name => `${name} ${statSync(join(path, name), { throwIfNoEntry: false })?.mtimeMs}`)
      .sort()

  test('is adopted without a byte written into it, and forgotten without a byte removed', async () => {
    const venv = ownVenv('lower')
    const before = everything(venv)
    const adopted = await environments.handlers.adopt({ name: 'tiny', path: venv }, call)
    expect(adopted).toMatchObject({ source: 'adopted', state: 'ready', path: venv })
    const child = environments.pythonFor('tiny')
    execFileSync(child.python, ['-c', 'import lower'], { env: { ...process.env, ...child.env } })
    const removed = await environments.handlers.remove({ name: 'tiny' }, call)
    expect(removed.removed).toEqual([])
    expect(everything(venv)).toEqual(before)
  })

  test('that lacks a package is refused with the list', async () => {
    await expect(environments.handlers.adopt({ name: 'tiny', path: ownVenv() }, call)).rejects.toMatchObject({
      code: 'missing_requirement',
      message: expect.stringContaining('lower cannot be imported'),
    })
  })

  test("is never the system's own Python, nor any folder", async () => {
    await expect(environments.handlers.adopt({ name: 'tiny', path: folder }, call)).rejects.toMatchObject({
      code: 'invalid_input',
    })
    await expect(environments.handlers.adopt({ name: 'tiny', path: join(folder, 'gone') }, call)).rejects.toMatchObject(
      { code: 'not_found' },
    )
  })
})

test('doctor tells what the last check of the database found, and what to do', async () => {
  const found = async () => (await doctor.handlers.check({}, call)).checks.find(({ name }) => name === 'Database')
  expect(await found()).toMatchObject({ status: 'ok' })
  database = { problems: [], checkedAtMs: 0 }
  expect(await found()).toMatchObject({ status: 'ok', cause: expect.stringContaining('1970-01-01') })
  database = { problems: [], failure: new AppError('storage_full', 'No room.', { hint: 'Free some.' }) }
  expect(await found()).toMatchObject({ status: 'warn', cause: 'No room.', remedy: 'Free some.' })
  database = { problems: ['row 1 missing from index'], checkedAtMs: 0 }
  expect(await found()).toMatchObject({
    status: 'fail',
    cause: expect.stringContaining('row 1 missing'),
    remedy: expect.stringContaining('slipway backup restore'),
  })
  database = { problems: [] }
})

test('doctor names every check with what it found, and a remedy wherever something is not well', async () => {
  const { checks } = await doctor.handlers.check({}, call)
  expect(checks.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'Node',
      'SQLite',
      'Disk, data',
      'Disk, cache',
      'File system',
      'Permissions',
      'Python',
      'uv',
      'GPU',
      'Port',
    ]),
  )
  for (const { status, cause, remedy } of checks) {
    expect(cause).not.toBe('')
    if (status !== 'ok') expect(remedy).toBeTruthy()
  }
})

describe('the network', () => {
  const sent = (bytesOut: number | null, isFinal: boolean) => say({ event: 'network', bytesOut, isFinal })

  test('has been used by a build from the moment that it says so until it ends, and by no other', async () => {
    await build()
    end('done', [{ event: 'progress' }])
    expect(environments.latestNetworkUses()[0]).toBeUndefined()

    await build()
    sent(0, false)
    expect(environments.latestNetworkUses()[0]).toEqual({
      environment: 'tiny',
      beganAtMs: expect.any(Number),
      endedAtMs: null,
      bytesOut: 0,
    })
    end('failed')
    expect(environments.latestNetworkUses()[0]).toMatchObject({ endedAtMs: expect.any(Number) })
  })

  test('what a build has sent is known while it goes on and by its last word, not after a kill', async () => {
    await build()
    sent(0, false)
    sent(700, false)
    expect(environments.networkUsesSince(0)).toMatchObject([{ bytesOut: 700 }])
    sent(900, true)
    end('done')
    expect(environments.networkUsesSince(0)).toMatchObject([{ bytesOut: 900 }])

    await build()
    sent(100, false)
    end('lost')
    expect(environments.networkUsesSince(0).map(({ bytesOut }) => bytesOut)).toEqual([900, null])
    expect(environments.networkUsesSince(Date.now() + 60_000)).toEqual([])
  })

  test('a build past a proxy of the user is never counted', async () => {
    await build()
    sent(null, true)
    end('done')
    expect(environments.networkUsesSince(0)).toMatchObject([{ bytesOut: null }])
  })
})
