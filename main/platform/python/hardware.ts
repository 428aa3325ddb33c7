import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Backend } from '../../contract/environments.ts'
import { pythonEnv } from './child-env.ts'
import { compareVersions } from './interpreter.ts'
import type { Run } from './run.ts'

/** What decides the backend, read without loading a driver library. */
export type Hardware = {
  readonly nvidia?: {
    readonly driver: string
    readonly gpus: readonly string[]
    readonly capabilities: readonly string[]
  }
  readonly amd?: { readonly targets: readonly string[] }
}

type Deps = {
  readonly run: Run
  readonly env: Readonly<Record<string, string | undefined>>
  /** `/`, or a recorded tree in tests. */
  readonly root: string
  readonly platform: NodeJS.Platform
}

/** Finds the NVIDIA driver and AMD GPUs. Absence is an answer, never an error. */
export async function detectHardware(deps: Deps): Promise<Hardware> {
  const nvidia = await findNvidia(deps)
  const amd = deps.platform === 'linux' ? findAmd(deps.root) : undefined
  return { ...(nvidia && { nvidia }), ...(amd && { amd }) }
}

async function findNvidia({ run, env, root, platform }: Deps): Promise<Hardware['nvidia']> {
  if (platform === 'darwin') return undefined
  const text = readText(join(root, 'proc/driver/nvidia/version'))
  const driver = text && parseDriverVersion(text)
  const gpus = names(join(root, 'proc/driver/nvidia/gpus')).flatMap(folder => {
    const model = /^Model:\s*(.+)$/m.exec(readText(join(root, 'proc/driver/nvidia/gpus', folder, 'information')) ?? '')
    return model?.[1] ? [model[1].trim()] : []
  })
  // The Windows and WSL drivers have no /proc entry; there, and for the compute capability, nvidia-smi is asked once.
  const mayHaveTool =
    driver !== undefined || platform === 'win32' || existsSync(join(root, 'usr/lib/wsl/lib/nvidia-smi'))
  const asked = mayHaveTool ? await askNvidiaSmi(run, env) : undefined
  const version = driver ?? asked?.driver
  if (!version) return undefined
  return {
    driver: version,
    gpus: gpus.length > 0 ? gpus : (asked?.gpus ?? []),
    capabilities: asked?.capabilities ?? [],
  }
}

/** The version in /proc/driver/nvidia/version, of the closed and the open kernel module. */
export const parseDriverVersion = (text: string): string | undefined =>
  /^NVRM version:.*?\s(\d{3,}\.\d+(?:\.\d+)?)\s/m.exec(text)?.[1]

async function askNvidiaSmi(run: Run, env: Deps['env']) {
  try {
    const { code, stdout } = await run(
      ['nvidia-smi', '--query-gpu=driver_version,compute_cap,name', '--format=csv,noheader'],
      { env: pythonEnv(env), timeoutMs: 10_000 },
    )
    const rows =
      code === 0
        ? stdout
            .trim()
            .split('\n')
            .map(line => line.split(',').map(cell => cell.trim()))
        : []
    const driver = rows[0]?.[0]
    if (!driver || !/^\d+\.\d+/.test(driver)) return undefined
    const capabilities = rows.flatMap(([, capability]) =>
      /^\d+\.\d+$/.test(capability ?? '') ? [capability ?? ''] : [],
    )
    return { driver, capabilities, gpus: rows.map(([, , ...name]) => name.join(', ')) }
  } catch {
    // Not installed, or the driver hangs: the version from /proc decides alone.
    return undefined
  }
}

function findAmd(root: string): Hardware['amd'] {
  const nodes = join(root, 'sys/class/kfd/kfd/topology/nodes')
  const targets = names(nodes).flatMap(node => {
    const version = /^gfx_target_version\s+(\d+)$/m.exec(readText(join(nodes, node, 'properties')) ?? '')?.[1]
    return version && version !== '0' ? [gfxName(Number(version))] : []
  })
  return targets.length > 0 ? { targets } : undefined
}

// 90402 is gfx942: major, minor and stepping, the last two in hexadecimal.
const gfxName = (version: number): string =>
  `gfx${Math.trunc(version / 10_000)}${(Math.trunc(version / 100) % 100).toString(16)}${(version % 100).toString(16)}`

export type BackendChoice = {
  readonly backend: Backend
  readonly reason: string
  /** A GPU is here that the choice does not use; says what would change that. */
  readonly warning?: string
}

// A driver runs every CUDA of its major version from the release that introduced it
// (NVIDIA, CUDA Compatibility: "minor version compatibility").
const driverFor = { cu13x: '580', cu12x: '525' } as const
// CUDA 13 has no code for GPUs before Turing.
const oldestCapabilityForCu13x = '7.5'

/** Which backend fits driver and hardware, and why; `available` says which have a lock on this platform. */
export function chooseBackend(hardware: Hardware, available: (backend: Backend) => boolean): BackendChoice {
  const { nvidia, amd } = hardware
  if (nvidia) {
    const what = `NVIDIA driver ${nvidia.driver}${nvidia.gpus[0] ? `, ${nvidia.gpus[0]}` : ''}`
    const old = nvidia.capabilities.some(capability => compareVersions(capability, oldestCapabilityForCu13x) < 0)
    if (compareVersions(nvidia.driver, driverFor.cu13x) >= 0 && !old && available('cu13x')) {
      return { backend: 'cu13x', reason: what }
    }
    if (compareVersions(nvidia.driver, driverFor.cu12x) >= 0 && available('cu12x')) {
      return { backend: 'cu12x', reason: old ? `${what}, older than compute capability 7.5` : what }
    }
    const remedy =
      compareVersions(nvidia.driver, driverFor.cu12x) < 0
        ? `update the driver to ${driverFor.cu12x} or later`
        : 'this platform has no CUDA build on the Python Package Index: supply a lock and an index or wheelhouse'
    return { backend: 'cpu', reason: what, warning: `The NVIDIA GPU will not be used: ${remedy}.` }
  }
  if (amd) {
    const reason = `AMD GPU ${amd.targets.join(', ')}`
    if (available('rocm')) return { backend: 'rocm', reason }
    const warning =
      'The AMD GPU will not be used: there is no ROCm lock; "slipway environments build training --backend rocm" says how to supply one.'
    return { backend: 'cpu', reason, warning }
  }
  return { backend: 'cpu', reason: 'no NVIDIA driver and no AMD GPU found' }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // Not there: the driver is not loaded.
    return undefined
  }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    // Not there: the driver is not loaded.
    return []
  }
}
