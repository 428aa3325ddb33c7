/**
 * Builds or checks one Python environment and tells about it on standard output, one JSON line per event:
 *
 *     node main/entry/build-environment.ts CONFIG.json      ("-": the configuration comes on standard input)
 *
 * The supervisor runs it for `slipway environments build`, the set-up of a checkout for `npm start`.
 */
import '../platform/network/unless-offline.ts'

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { Backend } from '../contract/environments.ts'
import { AppError, toAppError } from '../contract/errors.ts'
import { systemClock } from '../platform/clock.ts'
import { defaultDataDir, pathsOf } from '../platform/paths.ts'
import { buildCapsule } from '../platform/python/build.ts'
import { verifyCapsule } from '../platform/python/drift.ts'
import { chooseBackend, detectHardware } from '../platform/python/hardware.ts'
import { estimate } from '../platform/python/install.ts'
import { loadRecipes, lockOf, platformName } from '../platform/python/recipes.ts'
import { run } from '../platform/python/run.ts'
import { createWayOut, type WayOut } from '../platform/python/way-out.ts'

const Config = z.object({
  name: z.string(),
  backend: z.union([Backend, z.literal('auto')]),
  recipes: z.string().default(join(import.meta.dirname, '..', '..', 'native', 'environments')),
  /** Default: where the workstation keeps them. */
  environments: z.string().optional(),
  cacheDir: z.string().optional(),
  lockFile: z.string().optional(),
  index: z.string().optional(),
  wheelhouse: z.string().optional(),
  rebuild: z.boolean().default(false),
  /** Instead of building: the capsule whose every file is to be compared with what was installed. */
  verify: z.string().optional(),
})

const countEveryMs = 1_000

const emit = (event: string, fields: object): void => {
  process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`)
}

async function main(path: string | undefined): Promise<void> {
  const config = readConfig(path)
  const recipes = loadRecipes(config.recipes)
  const paths = pathsOf(defaultDataDir(process.env), process.env)
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort())
  if (path !== '-') process.stdin.on('data', text => /"command"\s*:\s*"stop"/.test(String(text)) && stop.abort())
  if (config.verify) {
    emit('finished', await verifyCapsule(config.verify, config.name, { deep: true, signal: stop.signal }))
    return
  }

  const backend = config.backend === 'auto' ? await choose(recipes, config.name) : config.backend
  const built = await countingWhatLeaves(way =>
    buildCapsule(
      {
        run,
        env: process.env,
        recipes,
        environments: config.environments ?? paths.environments,
        cacheDir: config.cacheDir ?? paths.cacheDir,
        clock: systemClock,
        onProgress: progress => emit('progress', progress),
        way,
        signal: stop.signal,
      },
      {
        name: config.name,
        backend,
        source: { index: config.index, wheelhouse: config.wheelhouse },
        lockFile: config.lockFile,
        rebuild: config.rebuild,
      },
    ),
  )
  const { folder, python, stamp, warnings, fresh } = built
  emit('finished', { folder, python, fresh, warnings, stamp, ...(config.lockFile && { lockFile: config.lockFile }) })
}

/** Tells what has left this machine when a program goes out, while it is out, and once all is over. */
async function countingWhatLeaves<T>(work: (way: WayOut) => Promise<T>): Promise<T> {
  let told: number | null | undefined
  const tell = (isFinal: boolean) => {
    const bytesOut = way.bytesOut()
    if (bytesOut !== told || isFinal) emit('network', { bytesOut, isFinal })
    told = bytesOut
  }
  let watch: NodeJS.Timeout | undefined
  const way = createWayOut(() => {
    tell(false)
    watch = setInterval(() => tell(false), countEveryMs)
  })
  try {
    return await work(way)
  } finally {
    clearInterval(watch)
    if (watch !== undefined) tell(true)
    way.close()
  }
}

async function choose(recipes: ReturnType<typeof loadRecipes>, name: string): Promise<Backend> {
  const hardware = await detectHardware({ run, env: process.env, root: '/', platform: process.platform })
  const lockFor = (backend: Backend) => {
    try {
      return lockOf(recipes, name, backend, platformName())
    } catch (error) {
      if (error instanceof AppError && error.code === 'missing_requirement') return undefined
      throw error
    }
  }
  const choice = chooseBackend(hardware, backend => lockFor(backend) !== undefined)
  const lock = lockFor(choice.backend)
  emit('chosen', { ...choice, ...(lock && estimate(lock)) })
  return choice.backend
}

function readConfig(path: string | undefined): z.output<typeof Config> {
  try {
    return Config.parse(JSON.parse(readFileSync(path === '-' ? 0 : (path ?? ''), 'utf8')))
  } catch (error) {
    throw new AppError('invalid_input', 'The configuration cannot be read.', { cause: error })
  }
}

// A large wheel takes long without a word from uv: the beat says that the build lives.
const beat = setInterval(() => emit('heartbeat', { memoryBytes: process.memoryUsage.rss() }), 5_000)
try {
  await main(process.argv[2])
} catch (error) {
  const failure = toAppError(error)
  if (failure.code === 'internal') console.error(error)
  emit('failed', failure.toBody())
  process.exitCode = 1
} finally {
  clearInterval(beat)
}
// Not left to Node's own end, in which a late signal would kill and the exit code would be lost.
process.exit()
