import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { electronProgram } from './electron.mjs'

/**
 * Why no window can be opened here, before anything is tried; undefined where one can.
 * @param {NodeJS.ProcessEnv} env
 * @param {{ platform?: string, uid?: number, words?: readonly string[] }} [here]
 */
export function noWindowReason(env, { platform = process.platform, uid = process.getuid?.(), words = [] } = {}) {
  if (platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY) return 'There is no display here'
  if (platform === 'linux' && uid === 0 && !words.includes('--no-sandbox')) {
    return "Electron's sandbox does not work for root (start as another user, or accept that with: npm start -- --no-sandbox)"
  }
  return undefined
}

const complaints = [
  [/Missing X server|cannot open display|Failed to connect to Wayland|ozone_platform/i, 'The display does not answer'],
  [
    /SUID sandbox helper|No usable sandbox|namespace sandbox failed/i,
    "This system lets no program in a user's folder have a sandbox (install Slipway's package, or allow unprivileged user namespaces)",
  ],
  [/error while loading shared libraries: (\S+?):/, 'A library that Electron needs is not installed'],
]

/**
 * Opens the window and stays until the program has ended.
 * @param {{ root: string, electron: string, node: string, env: NodeJS.ProcessEnv, args: readonly string[] }} setting
 * @returns {Promise<{ code: number } | { reason: string }>} `reason`: it ended before there was a window
 */
export function openWindow({ root, electron, node, env, args }) {
  const child = spawn(electron, [join(root, 'build', 'shell'), '--node', node, ...args], {
    cwd: process.cwd(),
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return new Promise((resolve, reject) => {
    let isOpen = false
    let said = ''
    child.stdout.setEncoding('utf8').on('data', text => {
      said = (said + text).slice(-1_000)
      if (isOpen || !/^(window open|handed over)$/m.test(said)) return
      isOpen = true
      const handedOver = /^handed over$/m.test(said)
      process.stdout.write(
        handedOver
          ? 'Slipway was open already: its window is in front.\n'
          : 'Slipway is open. Ctrl+C here ends it; jobs go on.\n',
      )
    })
    // Chromium complains about every service that a desktop lacks; that is for whoever looks for a fault.
    let noise = ''
    child.stderr.setEncoding('utf8').on('data', text => {
      noise = (noise + text).slice(-100_000)
      if (env.SLIPWAY_LOG === 'debug') process.stderr.write(text)
    })
    const pass = () => child.kill('SIGTERM')
    process.on('SIGINT', pass)
    process.on('SIGTERM', pass)
    process.on('SIGHUP', pass)
    child.once('error', reject)
    child.once('close', (code, signal) => {
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(name, pass)
      if (isOpen) resolve({ code: code ?? (signal === 'SIGTERM' ? 0 : 1) })
      else resolve({ reason: whyNot(noise, code, signal) })
    })
  })
}

function whyNot(noise, code, signal) {
  const known = complaints.find(([pattern]) => pattern.test(noise))
  if (known) return known[1]
  const last = noise.trim().split('\n').at(-1)?.slice(0, 300)
  return `${electronProgram()} ended with ${signal ?? code} before its window was open${last ? ` (${last})` : ''}`
}
