import * as z from 'zod'
import { Bytes, Path, Timestamp } from './common.ts'
import { Job, JobId } from './jobs.ts'
import { command, query } from './method.ts'

/** What an environment is built for; each has its own builds of PyTorch. */
export const Backend = z.enum(['cpu', 'cu12x', 'cu13x', 'rocm'])
export type Backend = z.output<typeof Backend>

/**
 * `outdated`: works, but this build of Slipway locks other versions. `drifted`: something changed inside after it was
 * built. `broken`: cannot be used (its interpreter is gone, or an adopted one lacks packages).
 */
export const EnvironmentState = z.enum(['missing', 'building', 'ready', 'outdated', 'drifted', 'broken'])

export const Problem = z.object({ severity: z.enum(['warn', 'fail']), cause: z.string(), remedy: z.string() })
export type Problem = z.output<typeof Problem>

export const BackendOffer = z.object({
  backend: Backend,
  available: z.boolean(),
  missing: z.string().optional().meta({ description: 'why there is no lock for it here' }),
  downloadBytes: Bytes.optional().meta({ description: 'at most; what is cached is not downloaded again' }),
  diskBytes: Bytes.optional(),
})

export const Environment = z.object({
  name: z.string(),
  description: z.string(),
  state: EnvironmentState,
  source: z.enum(['capsule', 'adopted']),
  /** What driver and hardware ask for, and why. */
  recommended: z.object({ backend: Backend, reason: z.string(), warning: z.string().optional() }),
  backends: z.array(BackendOffer),
  backend: Backend.optional(),
  path: z.string().optional(),
  python: z.object({ version: z.string(), executable: z.string() }).optional(),
  lockHash: z.string().optional(),
  versions: z.record(z.string(), z.string()).optional(),
  devices: z.array(z.object({ name: z.string(), capability: z.string(), memoryBytes: Bytes })).optional(),
  sizeBytes: Bytes.optional(),
  builtAt: Timestamp.optional(),
  jobId: JobId.optional(),
  problems: z.array(Problem),
})
export type Environment = z.output<typeof Environment>

const name = z.string().trim().min(1).max(100).meta({ description: 'such as training' })

export const environments = {
  list: query({
    description: 'List the Python environments: state, backend, versions, and what driver and hardware recommend',
    policy: 'read',
    route: 'GET /environments',
    cli: { example: 'slipway environments list' },
    input: z.object({}),
    output: z.object({ items: z.array(Environment) }),
  }),
  show: query({
    description: 'Show one Python environment with every package in it',
    policy: 'read',
    route: 'GET /environments/{name}',
    cli: { args: ['name'], example: 'slipway environments show training' },
    input: z.object({ name }),
    output: Environment,
  }),
  build: command({
    description: 'Build a Python environment from its lock: aside, hash-checked, probed, then put into place',
    policy: 'admin',
    audit: 'environments.build',
    route: 'POST /environments/{name}/build',
    cli: { args: ['name'], example: 'slipway environments build training --wait', job: true },
    input: z.object({
      name,
      backend: z
        .union([Backend, z.literal('auto')])
        .default('auto')
        .meta({ description: 'auto: what driver and hardware ask for' }),
      wheelhouse: Path.optional().meta({ description: 'a folder of wheels; no network is used', format: 'path' }),
      index: z.url().max(2000).optional().meta({ description: 'a package index or mirror, without credentials' }),
      lockFile: Path.optional().meta({ description: 'a lock made by an administrator', format: 'path' }),
      rebuild: z.boolean().default(false).meta({ description: 'build again although a sound one is there' }),
    }),
    output: Job,
  }),
  verify: query({
    description: 'Check an environment against what was built: packages and versions, with --deep every file',
    policy: 'read',
    route: 'GET /environments/{name}/verify',
    cli: {
      args: ['name'],
      example: 'slipway environments verify training --deep',
      passes: { field: 'ok', values: [true] },
    },
    input: z.object({
      name,
      deep: z.stringbool().or(z.boolean()).default(false).meta({ description: "compare every file's SHA-256" }),
    }),
    output: z.object({
      name: z.string(),
      ok: z.boolean(),
      state: EnvironmentState,
      checkedPackages: z.number().int(),
      checkedFiles: z.number().int(),
      checkedBytes: Bytes,
      problems: z.array(Problem),
    }),
  }),
  adopt: command({
    description: 'Use a virtual or conda environment that is already there; nothing is ever written into it',
    policy: 'admin',
    audit: 'environments.adopt',
    route: 'POST /environments/{name}/adopt',
    cli: { args: ['name', 'path'], example: 'slipway environments adopt training ~/venvs/torch' },
    input: z.object({ name, path: Path }),
    output: Environment,
  }),
  remove: command({
    description: 'Remove what was built for an environment; an adopted one is only forgotten',
    policy: 'admin',
    audit: 'environments.remove',
    route: 'DELETE /environments/{name}',
    cli: { args: ['name'], example: 'slipway environments remove training' },
    input: z.object({ name }),
    output: z.object({ name: z.string(), removed: z.array(z.string()), freedBytes: Bytes }),
  }),
}

/** One line of `slipway doctor`. */
export const Check = z.object({
  name: z.string(),
  status: z.enum(['ok', 'warn', 'fail']),
  cause: z.string().meta({ description: 'what was found' }),
  remedy: z.string().optional().meta({ description: 'what to do about it; absent when all is well' }),
  fixable: z.boolean().meta({ description: 'slipway doctor --fix does it' }),
})
export type Check = z.output<typeof Check>

export const doctor = {
  check: query({
    description: 'Check what Slipway stands on: Node, SQLite, disk, Python, environments, GPU driver, permissions',
    policy: 'read',
    route: 'GET /doctor',
    input: z.object({}),
    output: z.object({ ok: z.boolean(), checks: z.array(Check) }),
  }),
  fix: command({
    description: 'Repair what the checks found and a program may repair; then check again',
    policy: 'admin',
    audit: 'doctor.fix',
    route: 'POST /doctor/fix',
    input: z.object({
      only: z.array(z.string().max(100)).max(50).optional().meta({
        description: 'the names of the checks to repair; default: all of them',
      }),
    }),
    output: z.object({
      ok: z.boolean(),
      checks: z.array(Check),
      done: z.array(z.string()),
      jobs: z.array(Job),
    }),
  }),
}
