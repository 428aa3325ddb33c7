import { join } from 'node:path'
import * as z from 'zod'
import type { Problem } from '../../contract/environments.ts'
import { AppError } from '../../contract/errors.ts'
import { compareVersions } from './interpreter.ts'
import { normalName } from './requirements.ts'
import type { Run } from './run.ts'

export const ProbeReport = z.object({
  python: z.string(),
  implementation: z.string(),
  executable: z.string(),
  baseExecutable: z.string(),
  prefix: z.string(),
  imports: z.record(z.string(), z.string().nullable()),
  versions: z
    .record(z.string(), z.string())
    .transform(found =>
      Object.fromEntries(Object.entries(found).map(([name, version]) => [normalName(name), version])),
    ),
  torch: z
    .object({
      version: z.string(),
      cuda: z.string().nullable(),
      hip: z.string().nullable(),
      threads: z.number(),
      devices: z.array(
        z.object({ name: z.string(), capability: z.string(), memoryBytes: z.number(), supported: z.boolean() }),
      ),
      unavailable: z.string().nullable(),
    })
    .nullable(),
  compiler: z.string().nullable(),
  headers: z.boolean(),
})
/** What an environment said about itself when its packages were really imported. */
export type ProbeReport = z.output<typeof ProbeReport>

type Options = {
  readonly python: string
  readonly folder: string
  readonly imports: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly run: Run
  readonly signal?: AbortSignal | undefined
}

// A first import compiles every module of torch and transformers: 20 s here, more on a slow disk.
const limitMs = 600_000

/** Imports the packages in a child and reads its report. Throws `worker_failed` when Python itself does not get that far. */
export async function probe({ python, folder, imports, env, run, signal }: Options): Promise<ProbeReport> {
  // -P: the working directory is not a place to import from. A torch.py there would be taken for torch.
  const result = await run([python, '-P', join(folder, 'probe.py'), JSON.stringify({ imports })], {
    env,
    timeoutMs: limitMs,
    ...(signal && { signal }),
  })
  const line = result.stdout.trim().split('\n').at(-1) ?? ''
  const parsed = result.code === 0 ? ProbeReport.safeParse(parseJson(line)) : undefined
  if (parsed?.success) return parsed.data
  throw new AppError('worker_failed', `${python} ended with code ${result.code} while it imported the packages.`, {
    hint: 'The last lines of its output are in details.output.',
    details: { output: result.stderr.slice(-3000) },
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

type Expectation = { readonly backend: string; readonly atLeast: Readonly<Record<string, string>> }

/**
 * What is wrong with a probed environment, in words. `fail`: it must not be used. torch below the recipe's minimum is a
 * failure because `torch.load` runs code from a file even with `weights_only=True` before 2.6 (CVE-2025-32434).
 */
export function judge(report: ProbeReport, { backend, atLeast }: Expectation): Problem[] {
  const findings: Problem[] = []
  for (const [name, why] of Object.entries(report.imports)) {
    if (why !== null)
      findings.push({ severity: 'fail', cause: `${name} cannot be imported: ${why}`, remedy: remedyFor(why, name) })
  }
  for (const [name, minimum] of Object.entries(atLeast)) {
    const version = report.versions[name]
    if (version && compareVersions(version, minimum) < 0) {
      findings.push({
        severity: 'fail',
        cause: `${name} ${version} is older than ${minimum} (before 2.6, torch.load runs code hidden in a file: CVE-2025-32434).`,
        remedy: `Update it to ${minimum} or later.`,
      })
    }
  }
  return [...findings, ...deviceFindings(report, backend)]
}

function deviceFindings({ torch, compiler, headers }: ProbeReport, backend: string): Problem[] {
  if (!torch || backend === 'cpu') return []
  const findings: Problem[] = []
  const built = backend === 'rocm' ? torch.hip : torch.cuda
  if (built === null) {
    findings.push({
      severity: 'fail',
      cause: `This torch ${torch.version} was not built for ${backend === 'rocm' ? 'ROCm' : 'CUDA'}.`,
      remedy: 'Build the environment again; something replaced torch with a CPU build.',
    })
  } else if (torch.devices.length === 0) {
    findings.push({
      severity: 'warn',
      cause: `torch sees no GPU: ${torch.unavailable ?? 'no reason given'}`,
      remedy: 'Check the driver (nvidia-smi or rocminfo) and CUDA_VISIBLE_DEVICES. Training would use the CPU.',
    })
  }
  for (const device of torch.devices) {
    if (device.supported) continue
    findings.push({
      severity: 'warn',
      cause: `${device.name} (compute capability ${device.capability}) is not among the GPUs that torch ${torch.version} was built for.`,
      remedy: 'Use the cu12x environment for older GPUs, or a newer lock for newer ones.',
    })
  }
  if (torch.devices.length > 0 && (!compiler || !headers)) {
    findings.push({
      severity: 'warn',
      cause: `Triton compiles at run time and needs ${compiler ? "Python's headers" : 'a C compiler'}.`,
      remedy: compiler ? "Install Python's development package (python3-dev)." : 'Install gcc or clang.',
    })
  }
  return findings
}

function remedyFor(why: string, name: string): string {
  if (/^ModuleNotFoundError/.test(why)) return `Install ${name}.`
  if (/GLIBC|GLIBCXX|manylinux/.test(why)) return 'The operating system is older than the package supports: update it.'
  return 'Build the environment again: slipway environments build.'
}
