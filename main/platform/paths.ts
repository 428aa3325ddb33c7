import { createHash } from 'node:crypto'
import { homedir, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** Where everything lives. `dataDir` is what a person backs up; `cacheDir` can be rebuilt at any time. */
export type Paths = {
  readonly dataDir: string
  readonly database: string
  readonly backups: string
  readonly blobs: string
  readonly jobs: string
  readonly runs: string
  readonly logs: string
  readonly cacheDir: string
  /** Capsules: Python environments, shared by every data directory of this user. */
  readonly environments: string
  /** Unix sockets of the backend and its engines: short, because a socket's path may have about 100 bytes. */
  readonly sockets: string
  readonly backendSocket: string
}

/** Longest path that every supported system accepts for a Unix socket (macOS: 104 with the closing zero byte). */
const maxSocketPathBytes = 103

/** The platform's directory for application data, `slipway` in it, unless SLIPWAY_DATA_DIR names another. */
export function defaultDataDir(env: Environment, platform: NodeJS.Platform = process.platform): string {
  if (env.SLIPWAY_DATA_DIR) return resolve(env.SLIPWAY_DATA_DIR)
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'slipway')
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'slipway')
  return join(env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'slipway')
}

/** The platform's directory for things that can be made again, `slipway` in it. */
export function defaultCacheDir(env: Environment, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'slipway')
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'slipway', 'cache')
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'slipway')
}

/** Every path of one data directory. Pure: nothing is created. */
export function pathsOf(dataDir: string, env: Environment): Paths {
  const cacheDir = defaultCacheDir(env)
  const sockets = socketDir(dataDir, env)
  return {
    dataDir,
    database: join(dataDir, 'slipway.db'),
    backups: join(dataDir, 'backups'),
    blobs: join(dataDir, 'blobs'),
    jobs: join(dataDir, 'jobs'),
    runs: join(dataDir, 'runs'),
    logs: join(dataDir, 'logs'),
    cacheDir,
    environments: join(cacheDir, 'environments'),
    sockets,
    backendSocket:
      process.platform === 'win32' ? `\\\\.\\pipe\\slipway-${digest(dataDir)}` : join(sockets, 'backend.sock'),
  }
}

// A long data directory (a deep project folder, a test's temporary one) leaves no room for socket names inside it.
function socketDir(dataDir: string, env: Environment): string {
  const inside = join(dataDir, 'run')
  const longestName = '/job_0123456789abcdef0123456789abcdef.sock'
  if (Buffer.byteLength(inside + longestName) <= maxSocketPathBytes) return inside
  const user = process.getuid?.() ?? 'user'
  return join(env.XDG_RUNTIME_DIR || tmpdir(), `slipway-${user}`, digest(dataDir))
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12)
