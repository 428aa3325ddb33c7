import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { capture } from './child.mjs'
import { openStep, readableBytes } from './report.mjs'

const programs = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe', linux: 'electron' }
/** Electron's program inside the folder that it was unpacked to. */
export const electronProgram = (platform = process.platform) => programs[platform] ?? programs.linux

const tryAgainAfterMs = 24 * 3_600_000

/**
 * Electron's program, downloaded if need be: its package has brought it only at the first start since version 43.
 * @param {{ root: string, node: string, env: NodeJS.ProcessEnv, nowMs?: number }} place
 * @returns {Promise<{ path: string } | { reason: string }>} `reason` is a sentence without its full stop
 */
export async function findElectron({ root, node, env, nowMs = Date.now() }) {
  const named = env.ELECTRON_OVERRIDE_DIST_PATH
  if (named) {
    const path = join(named, electronProgram())
    return existsSync(path) ? { path } : { reason: `ELECTRON_OVERRIDE_DIST_PATH has no Electron in it: ${named}` }
  }
  const path = join(root, 'node_modules', 'electron', 'dist', electronProgram())
  if (existsSync(path)) return { path }
  const again = 'npx install-electron tries again'
  if (env.SLIPWAY_OFFLINE === 'hard')
    return { reason: 'Electron is not here yet, and SLIPWAY_OFFLINE=hard forbids to download it' }
  const memory = join(root, '.cache', 'electron-download.json')
  const failed = readMemory(memory)
  if (failed && nowMs - failed.atMs < tryAgainAfterMs && nowMs >= failed.atMs) {
    return { reason: `Electron could not be downloaded (${failed.why}; ${again})` }
  }
  const why = await download({ root, node, env })
  if (why === undefined && existsSync(path)) return { path }
  mkdirSync(dirname(memory), { recursive: true })
  writeFileSync(memory, JSON.stringify({ atMs: nowMs, why: why ?? 'it was not where it should be' }))
  return { reason: `Electron could not be downloaded (${why}; ${again})` }
}

/** @returns {Promise<string | undefined>} why it failed */
async function download({ root, node, env }) {
  const ways = [
    'ELECTRON_MIRROR',
    'npm_config_electron_mirror',
    'HTTPS_PROXY',
    'https_proxy',
    'HTTP_PROXY',
    'http_proxy',
  ]
  // A network that swallows packets would let the download wait for minutes. With a mirror or proxy, only that can tell.
  if (!ways.some(name => env[name]) && !(await reachable('github.com', 443))) return 'github.com cannot be reached'
  const step = openStep('Electron')
  step.progress('downloading about 110 MB')
  const { code, stderr } = await capture(node, [join(root, 'node_modules', 'electron', 'install.js')], {
    cwd: root,
    env,
  })
  if (code !== 0) return stderr.trim().split('\n')[0]?.slice(0, 200) || `code ${code}`
  step.done(readableBytes(bytesBelow(join(root, 'node_modules', 'electron', 'dist'))))
  return undefined
}

// Node before 20.12 calls the folder `path`.
const bytesBelow = folder =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath ?? entry.path, entry.name)).size, 0)

/** Whether anybody answers at a port within a few seconds. */
export const reachable = (host, port, limitMs = 4_000) =>
  new Promise(resolve => {
    const socket = connect({ host, port, timeout: limitMs })
    const settle = answer => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('connect', () => settle(true))
    socket.once('timeout', () => settle(false))
    socket.once('error', () => settle(false))
  })

function readMemory(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    // Never failed, or the cache was emptied.
    return undefined
  }
}
