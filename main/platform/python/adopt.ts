import { existsSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import type { Backend, Problem } from '../../contract/environments.ts'
import { AppError } from '../../contract/errors.ts'
import { pythonEnv } from './child-env.ts'
import { inspect, type PythonRange, unfit } from './interpreter.ts'
import { judge, type ProbeReport, probe } from './probe.ts'
import type { Recipe } from './recipes.ts'
import type { Run } from './run.ts'

type Deps = {
  readonly run: Run
  readonly env: Readonly<Record<string, string | undefined>>
  readonly range: PythonRange
  /** The folder of `probe.py`. */
  readonly folder: string
}

export type Adoptable = {
  readonly folder: string
  readonly python: string
  readonly backend: Backend
  readonly report: ProbeReport
  readonly problems: readonly Problem[]
}

/**
 * Looks at a virtual or conda environment that a user made. It is only ever read: Python runs with `-B`-like settings,
 * so that not even compiled modules are written into it. Throws `missing_requirement` with the whole list of what it
 * lacks, `invalid_input` when it is no environment, or is the system's own Python.
 */
export async function inspectForeign(
  path: string,
  recipe: Recipe,
  { run, env, range, folder }: Deps,
): Promise<Adoptable> {
  const root = realpathOrThrow(path)
  const python = pythonOf(root)
  const conda = existsSync(join(root, 'conda-meta'))
  if (!python || !(conda || existsSync(join(root, 'pyvenv.cfg')))) {
    throw new AppError('invalid_input', `${path} is no virtual environment and no conda environment.`, {
      hint: 'Name the folder that holds pyvenv.cfg or conda-meta. The Python of the system is not adopted.',
    })
  }
  const found = await inspect(python, { env, run })
  const why = unfit(`The Python of ${path}`, found, range)
  if (!found || why) {
    throw new AppError('missing_requirement', `${why}.`, {
      hint: `Slipway's workers need CPython ${range.oldest} to ${range.newest}.`,
    })
  }
  const report = await probe({ python, folder, imports: recipe.imports, env: readOnlyEnv(env, root, conda), run })
  const backend: Backend = report.torch?.hip
    ? 'rocm'
    : report.torch?.cuda
      ? report.torch.cuda.startsWith('12.')
        ? 'cu12x'
        : 'cu13x'
      : 'cpu'
  const problems = judge(report, { backend, atLeast: recipe.atLeast })
  const failures = problems.filter(({ severity }) => severity === 'fail')
  if (failures.length > 0) {
    throw new AppError(
      'missing_requirement',
      `${path} lacks what is needed: ${failures.map(({ cause }) => cause).join(' ')}`,
      {
        hint: 'Install or update these there yourself (Slipway never changes it), or build one: slipway environments build.',
        details: { problems: failures },
      },
    )
  }
  return { folder: root, python, backend, report, problems }
}

/** How a child runs in an environment that is not ours: its own libraries found, nothing written. */
export function readOnlyEnv(
  env: Readonly<Record<string, string | undefined>>,
  root: string,
  conda: boolean,
): Record<string, string> {
  return pythonEnv(env, {
    PYTHONDONTWRITEBYTECODE: '1',
    // Conda's packages find their own tools and data through these, as after `conda activate`.
    ...(conda && { CONDA_PREFIX: root, PATH: [join(root, 'bin'), env.PATH ?? ''].join(':') }),
  })
}

function pythonOf(root: string): string | undefined {
  const candidates =
    process.platform === 'win32'
      ? [join(root, 'Scripts', 'python.exe'), join(root, 'python.exe')]
      : [join(root, 'bin', 'python'), join(root, 'bin', 'python3')]
  return candidates.find(file => existsSync(file))
}

function realpathOrThrow(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    throw new AppError('not_found', `${path} does not exist.`, { cause: error, hint: 'Check the path.' })
  }
}
