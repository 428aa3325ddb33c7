import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Where the shell finds what it starts: the same programs in a checkout and in an installed package. */
export type Place = {
  readonly isPackaged: boolean
  /** The Node that runs the backend. */
  readonly node: string
  /** `main/entry/backend.ts` */
  readonly backendFile: string
  readonly preload: string
  readonly icon: string
  /** A folder with programs that the package carries for the backend (uv), to be found after everything on the PATH. */
  readonly tools: string | undefined
}

type Given = {
  readonly isPackaged: boolean
  /** The folder with the built shell: `build/shell` in a checkout, the archive of the app in a package. */
  readonly appPath: string
  readonly resourcesPath: string
  /** The Node that the starter runs on, where it is new enough. */
  readonly node: string | undefined
  readonly platform: string
}

/** @param platform such as `linux-x64` */
export function findPlace({ isPackaged, appPath, resourcesPath, node, platform }: Given): Place {
  const root = isPackaged ? join(resourcesPath, 'backend') : join(appPath, '..', '..')
  return {
    isPackaged,
    node: node ?? (isPackaged ? join(resourcesPath, 'node', executable(platform)) : carriedNode(root, platform)),
    backendFile: join(root, 'main', 'entry', 'backend.ts'),
    preload: join(appPath, 'preload.cjs'),
    icon: join(root, 'resources', 'icons', '256x256.png'),
    tools: isPackaged ? join(resourcesPath, 'uv') : undefined,
  }
}

const executable = (platform: string): string => (platform.startsWith('win32') ? 'node.exe' : 'node')

// The packages that carry Node's own binaries; elsewhere the system's one is asked, as set-up does.
function carriedNode(root: string, platform: string): string {
  const name = platform.startsWith('win32') ? platform.replace('win32', 'win') : platform
  const file = join(root, 'node_modules', `node-${name}`, 'bin', executable(platform))
  return existsSync(file) ? file : executable(platform)
}
