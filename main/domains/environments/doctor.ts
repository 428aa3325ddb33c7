import { chmodSync, existsSync, statfsSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import type { Call } from '../../contract/call.ts'
import type { Check, doctor, Environment } from '../../contract/environments.ts'
import { AppError } from '../../contract/errors.ts'
import type { Job } from '../../contract/jobs.ts'
import type { Handlers } from '../../contract/method.ts'
import { isoOf } from '../../platform/clock.ts'
import type { Store } from '../../platform/db/types.ts'
import type { Paths } from '../../platform/paths.ts'
import { freeBytes, readableBytes } from '../../platform/python/disk.ts'
import { findPython } from '../../platform/python/interpreter.ts'
import type { Recipes } from '../../platform/python/recipes.ts'
import type { Run } from '../../platform/python/run.ts'
import { uvFolder } from '../../platform/python/uv.ts'
import type { Environments } from './service.ts'

type Deps = {
  readonly store: Store
  readonly paths: Pick<Paths, 'dataDir' | 'cacheDir' | 'environments'>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly run: Run
  readonly recipes: Recipes
  readonly environments: Environments
  /** What the last check of the database found. */
  readonly database: () => {
    readonly checkedAtMs?: number | undefined
    readonly problems: readonly string[]
    readonly failure?: AppError | undefined
  }
  /** The loopback address, when the API is on. */
  readonly address: () => string | undefined
}

const lowBytes = 5_000_000_000
const emptyBytes = 500_000_000

// File systems on which SQLite's locks or its shared memory do not hold (sqlite.org, "How To Corrupt", part 2.1).
const remoteFileSystems: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x01021997, '9p'],
  [0x5346414f, 'AFS'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
])

/** The checks of `slipway doctor`: each names what it found, and what to do when that is not well. */
export function createDoctor(deps: Deps): { handlers: Handlers<typeof doctor> } {
  const checks = async (): Promise<Check[]> => {
    const found = await Promise.all([
      checkNode(),
      checkSqlite(deps.store),
      checkDatabase(deps.database()),
      ...checkDisks(deps.paths),
      checkFileSystem(deps.paths.dataDir),
      checkPermissions(deps.paths.dataDir),
      checkPython(deps),
      checkUv(deps),
      ...deps.environments.names().map(name => checkEnvironment(deps, name)),
      checkGpu(deps),
      checkPort(deps.address()),
    ])
    return found.flat()
  }
  return {
    handlers: {
      check: async () => verdict(await checks()),
      fix: async ({ only }, call) => {
        const isWanted = (name: string) => only === undefined || only.includes(name)
        const done: string[] = []
        const jobs: Job[] = []
        const { dataDir } = deps.paths
        if (isWanted('Permissions') && !isPrivate(dataDir)) {
          chmodSync(dataDir, 0o700)
          done.push(`${dataDir} can now be entered by its owner only.`)
        }
        for (const name of deps.environments.names()) {
          if (!isWanted(labelOf(name))) continue
          const job = await repair(deps, name, call)
          if (!job) continue
          jobs.push(job)
          done.push(`Building "${name}": follow it with "slipway jobs wait ${job.id}".`)
        }
        return { ...verdict(await checks()), done, jobs }
      },
    },
  }
}

const verdict = (checks: Check[]) => ({ ok: checks.every(({ status }) => status !== 'fail'), checks })

const check = (name: string, status: Check['status'], cause: string, remedy?: string, fixable = false): Check => ({
  name,
  status,
  cause,
  ...(remedy !== undefined && { remedy }),
  fixable,
})

function checkNode(): Check {
  const { node } = process.versions
  return Number(node.split('.')[0]) >= 24
    ? check('Node', 'ok', node)
    : check(
        'Node',
        'fail',
        `Node ${node} is too old.`,
        'Install Slipway again, which brings the right one; start a checkout with npm start or npx slipway.',
      )
}

function checkSqlite(store: Store): Check {
  const version =
    store.read.prepare<[], { version: string }>('SELECT sqlite_version() AS version').get()?.version ?? '?'
  const { journal_mode: mode } = store.read.prepare<[], { journal_mode: string }>('PRAGMA journal_mode').get() ?? {}
  if (mode === 'wal') return check('SQLite', 'ok', `${version}, write-ahead log`)
  return check(
    'SQLite',
    'fail',
    `The database runs with journal mode ${mode}.`,
    'Put the data directory on a local disk (SLIPWAY_DATA_DIR).',
  )
}

function checkDatabase({ checkedAtMs, problems, failure }: ReturnType<Deps['database']>): Check {
  const [first] = problems
  if (first !== undefined)
    return check(
      'Database',
      'fail',
      `It is damaged: ${first.slice(0, 300)}.`,
      'Stop Slipway, copy the data directory, then restore the newest good backup: slipway backup restore.',
    )
  if (failure) return check('Database', 'warn', failure.message, failure.hint)
  if (checkedAtMs === undefined) return check('Database', 'ok', 'the first check follows soon after the start')
  return check('Database', 'ok', `no damage, checked ${isoOf(checkedAtMs)}`)
}

function checkDisks({ dataDir, cacheDir }: Deps['paths']): Check[] {
  const disk = (name: string, path: string, variable: string): Check => {
    const free = freeBytes(path)
    const cause = `${readableBytes(free)} free for ${path}`
    if (free >= lowBytes) return check(name, 'ok', cause)
    return check(name, free < emptyBytes ? 'fail' : 'warn', cause, `Free space, or move it: ${variable}=/other/disk.`)
  }
  return [disk('Disk, data', dataDir, 'SLIPWAY_DATA_DIR'), disk('Disk, cache', cacheDir, 'XDG_CACHE_HOME')]
}

function checkFileSystem(dataDir: string): Check {
  const { type } = statfsSync(dataDir)
  // The kernel's magic numbers are unsigned 32 bits; some systems report them sign-extended.
  const remote = remoteFileSystems.get(type >>> 0)
  if (!remote) return check('File system', 'ok', 'local')
  return check(
    'File system',
    'fail',
    `${dataDir} is on ${remote}, where a database can be damaged.`,
    'Move it to a local disk and set SLIPWAY_DATA_DIR; models and datasets may stay where they are.',
  )
}

const isPrivate = (folder: string): boolean => process.platform === 'win32' || (statSync(folder).mode & 0o077) === 0

function checkPermissions(dataDir: string): Check {
  if (isPrivate(dataDir)) return check('Permissions', 'ok', `${dataDir} is yours alone`)
  return check('Permissions', 'warn', `Other users can look into ${dataDir}.`, `chmod 700 "${dataDir}"`, true)
}

async function checkPython({ env, run, recipes }: Deps): Promise<Check> {
  try {
    const { executable, version } = await findPython({ env, run, range: recipes.python })
    return check('Python', 'ok', `${version}, ${executable}`)
  } catch (error) {
    if (error instanceof AppError) return check('Python', 'warn', error.message, error.hint)
    throw error
  }
}

function checkUv({ paths, recipes }: Deps): Check {
  const { version } = recipes.uv
  return existsSync(uvFolder(paths.cacheDir, version))
    ? check('uv', 'ok', version)
    : check('uv', 'ok', `${version} is fetched with the first build`)
}

const labelOf = (name: string): string => `Environment ${name}`

async function checkEnvironment({ environments }: Deps, name: string): Promise<Check> {
  const found = await environments.describe(name)
  const label = labelOf(name)
  const [problem] = [...found.problems].sort((a, b) => Number(b.severity === 'fail') - Number(a.severity === 'fail'))
  const what = `${found.state}${found.backend ? `, ${found.backend}` : ''}${found.python ? `, Python ${found.python.version}` : ''}`
  if (!problem) return check(label, 'ok', what)
  // An environment that nobody built yet is no fault: it says what it takes.
  const status = problem.severity === 'fail' && found.state !== 'missing' ? 'fail' : 'warn'
  return check(label, status, `${what}: ${problem.cause}`, problem.remedy, isRepairable(found))
}

async function checkGpu({ environments }: Deps): Promise<Check[]> {
  const [first] = environments.names()
  if (first === undefined) return []
  const { recommended } = await environments.describe(first)
  const cause = `${recommended.reason}: ${recommended.backend}`
  return [recommended.warning ? check('GPU', 'warn', cause, recommended.warning) : check('GPU', 'ok', cause)]
}

const isRepairable = ({ source, state }: Environment): boolean =>
  source === 'capsule' && (state === 'missing' || state === 'broken' || state === 'drifted' || state === 'outdated')

async function repair({ environments }: Deps, name: string, call: Call): Promise<Job | undefined> {
  const found = await environments.describe(name)
  if (!isRepairable(found)) return undefined
  return environments.build(call, { name, backend: 'auto', rebuild: found.state === 'drifted' })
}

/** Whether a server can listen on loopback at all: some sandboxes forbid it, and then the API cannot be turned on. */
function checkPort(address: string | undefined): Promise<Check> {
  if (address) return Promise.resolve(check('Port', 'ok', address))
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', error =>
      resolve(
        check('Port', 'warn', `Nothing can listen on loopback: ${error.message}`, 'The command line works without.'),
      ),
    )
    server.listen(0, '127.0.0.1', () => server.close(() => resolve(check('Port', 'ok', 'loopback can be used'))))
  })
}
