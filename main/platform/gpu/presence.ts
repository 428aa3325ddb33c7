import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { amdCards } from './amd-reader.ts'

/** Which GPUs may be there, told by a few files and without touching a driver. */
export function likelyGpu(root: string, platform: NodeJS.Platform): 'nvidia' | 'amd' | 'none' {
  if (platform === 'win32') return 'nvidia' // only its library can tell
  if (platform !== 'linux') return 'none'
  // The kernel module's device, and WSL's door to the driver of Windows.
  if (['dev/nvidiactl', 'proc/driver/nvidia/version', 'dev/dxg'].some(path => existsSync(join(root, path))))
    return 'nvidia'
  return amdCards(root).length > 0 ? 'amd' : 'none'
}
