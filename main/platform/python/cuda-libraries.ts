import { existsSync, readdirSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { sitePackages } from './installed.ts'

/**
 * The folders in which an environment keeps NVIDIA's libraries, as their wheels unpack them (`nvidia/cu13/lib` since
 * CUDA 13, before that one each: `nvidia/cublas/lib`); none for an environment without.
 */
function cudaLibraryFolders(environment: string): readonly string[] {
  const packages = sitePackages(environment)
  const nvidia = packages === undefined ? undefined : join(packages, 'nvidia')
  if (nvidia === undefined || !existsSync(nvidia)) return []
  return readdirSync(nvidia)
    .map(name => join(nvidia, name, 'lib'))
    .filter(folder => existsSync(folder))
    .sort()
}

type Setting = {
  /** As deployments name it: `cpu`, `cuda:0`, `vulkan` … */
  readonly device: string
  /** The interpreter of an environment that brings CUDA's libraries; undefined where none is built. */
  readonly python: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform?: NodeJS.Platform
}

/**
 * What lets a program that was linked against CUDA find its runtime on a machine that has the driver alone: the
 * libraries that the environment's wheels brought. What the user set comes first. On Windows and macOS, and for other
 * devices, nothing is added.
 */
export function cudaLibraryEnv({ device, python, env, platform = process.platform }: Setting): Record<string, string> {
  if (platform !== 'linux' || python === undefined || device.split(':')[0] !== 'cuda') return {}
  // The interpreter of a virtual environment lies in its `bin`.
  const brought = cudaLibraryFolders(dirname(dirname(python)))
  if (brought.length === 0) return {}
  return { LD_LIBRARY_PATH: [env.LD_LIBRARY_PATH ?? '', ...brought].filter(Boolean).join(delimiter) }
}
