import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

const openers = { darwin: ['open'], win32: ['rundll32', 'url.dll,FileProtocolHandler'], linux: ['xdg-open'] }

/**
 * Runs the backend with its listener on, shows what it prints, and opens its one-time link in the browser unless that is
 * not wanted or there is no screen to open it on.
 * @param {{ node: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv, mayOpen: boolean }} setting
 * @returns {Promise<number>} exit code
 */
export function serveInBrowser({ node, args, cwd, env, mayOpen }) {
  const child = spawn(node, args, { cwd, env, stdio: ['ignore', 'pipe', 'inherit'], windowsHide: true })
  createInterface({ input: child.stdout }).on('line', line => {
    process.stdout.write(`${line}\n`)
    const link = /^open (\S+)/.exec(line)?.[1]
    if (link && mayOpen) openLink(link, env)
  })
  const pass = () => child.kill('SIGTERM')
  const signals = ['SIGTERM', 'SIGHUP']
  // The terminal interrupts the whole group by itself; we only must not die first.
  const ignore = () => undefined
  process.on('SIGINT', ignore)
  for (const signal of signals) process.on(signal, pass)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      process.off('SIGINT', ignore)
      for (const name of signals) process.off(name, pass)
      resolve(code ?? (signal === 'SIGINT' ? 130 : 1))
    })
  })
}

/** Best effort: the link stands in the terminal, so a missing browser costs one click. */
function openLink(link, env) {
  const [program, ...args] = openers[process.platform] ?? openers.linux
  const opener = spawn(program, [...args, link], { env, stdio: 'ignore', detached: true })
  opener.on('error', () => process.stderr.write('No browser could be opened from here: open the link yourself.\n'))
  opener.unref()
}

/** Whether a browser could show itself. @param {NodeJS.ProcessEnv} env */
export const hasScreen = (env, platform = process.platform) =>
  platform !== 'linux' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY)
