import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { capture } from './child.mjs'
import { openStep } from './report.mjs'

const tryAgainAfterMs = 24 * 3_600_000

/**
 * What the desktop and browser tests need of the system, by package: installed when the program is missing. Ubuntu's
 * `chromium` only fetches a snap, which runs in no container.
 * @type {readonly { package: string, file: string, on: readonly string[] }[]}
 */
const wanted = [
  { package: 'xvfb', file: 'usr/bin/Xvfb', on: ['debian', 'ubuntu'] },
  { package: 'chromium', file: 'usr/bin/chromium', on: ['debian'] },
  { package: 'fonts-noto-cjk', file: 'usr/share/fonts/opentype/noto', on: ['debian', 'ubuntu'] },
]

/**
 * The Debian packages that are missing here; none on a system that has no apt.
 * @param {string} [root] of the file system
 * @returns {readonly string[]}
 */
export function missingPackages(root = '/') {
  if (!existsSync(join(root, 'usr/bin/apt-get'))) return []
  const id = systemId(root)
  return wanted.filter(({ file, on }) => on.includes(id) && !existsSync(join(root, file))).map(each => each.package)
}

function systemId(root) {
  try {
    return /^ID="?(\w+)"?$/m.exec(readFileSync(join(root, 'etc/os-release'), 'utf8'))?.[1] ?? ''
  } catch {
    // No such file: a system that we know nothing about and change nothing on.
    return ''
  }
}

/**
 * Installs what the tests need, where that is ours to do: as root, on Debian or Ubuntu. Elsewhere, and where it fails,
 * the tests that need it are skipped by name; a failure is not tried again for a day.
 * @param {{ root: string, env: NodeJS.ProcessEnv, uid?: number, system?: string, output?: import('./report.mjs').Output, nowMs?: number }} place
 */
export async function ensureSystemPackages({
  root,
  env,
  uid = process.getuid?.(),
  system = '/',
  output,
  nowMs = Date.now(),
}) {
  if (uid !== 0 || env.SLIPWAY_OFFLINE === 'hard') return
  const missing = missingPackages(system)
  if (missing.length === 0) return
  const memory = join(root, '.cache', 'system-packages-failed')
  if (existsSync(memory) && nowMs - statSync(memory).mtimeMs < tryAgainAfterMs) return
  const step = openStep('system packages', output && { output })
  step.progress(missing.join(' '))
  const apt = args =>
    capture('apt-get', args, { cwd: root, env: { ...env, DEBIAN_FRONTEND: 'noninteractive' } }).catch(error => ({
      code: 127,
      stdout: '',
      stderr: error.message,
    }))
  const install = () => apt(['install', '--yes', '--no-install-recommends', '--quiet', ...missing])
  let result = await install()
  if (result.code !== 0 && (await apt(['update', '--quiet'])).code === 0) result = await install()
  if (result.code === 0) {
    rmSync(memory, { force: true })
    step.done(missing.join(' '))
    return
  }
  const why = result.stderr.trim().split('\n').at(-1)?.slice(0, 200) ?? ''
  mkdirSync(dirname(memory), { recursive: true })
  writeFileSync(memory, `${why}\n`)
  step.note(`note: not installed, so tests that need them are skipped: ${missing.join(' ')} (${why})`)
}
