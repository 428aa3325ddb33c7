import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { electronProgram, findElectron, reachable } from './electron.mjs'
import { noWindowReason, openWindow } from './window.mjs'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway window ü '))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('before anything is tried, npm start knows that there can be no window', () => {
  test.each([
    ['without a display', {}, { platform: 'linux', uid: 1000 }, 'There is no display here'],
    ['for root', { DISPLAY: ':1' }, { platform: 'linux', uid: 0 }, "Electron's sandbox does not work for root"],
  ])('%s', (_when, env, here, reason) => {
    expect(noWindowReason(env, here)).toContain(reason)
  })
  test.each([
    ['with a display', { DISPLAY: ':1' }, { platform: 'linux', uid: 1000 }],
    ['with Wayland', { WAYLAND_DISPLAY: 'wayland-0' }, { platform: 'linux', uid: 1000 }],
    ['for root who accepts it', { DISPLAY: ':1' }, { platform: 'linux', uid: 0, words: ['--no-sandbox'] }],
    ['elsewhere', {}, { platform: 'darwin', uid: 501 }],
  ])('and that there can: %s', (_when, env, here) => {
    expect(noWindowReason(env, here)).toBeUndefined()
  })
})

describe("Electron's program", () => {
  const place = (env: Record<string, string>, nowMs = 0) => ({ root: folder, node: process.execPath, env, nowMs })

  test('is the one that was named', async () => {
    writeFileSync(join(folder, electronProgram()), '')
    const env = { ELECTRON_OVERRIDE_DIST_PATH: folder }
    expect(await findElectron(place(env))).toEqual({ path: join(folder, electronProgram()) })
  })
  test('is not looked for elsewhere when the named folder has none', async () => {
    const env = { ELECTRON_OVERRIDE_DIST_PATH: folder }
    expect(await findElectron(place(env))).toEqual({ reason: expect.stringContaining('has no Electron in it') })
  })
  test('is not downloaded where downloads are forbidden', async () => {
    expect(await findElectron(place({ SLIPWAY_OFFLINE: 'hard' }))).toEqual({
      reason: expect.stringContaining('SLIPWAY_OFFLINE=hard'),
    })
  })
  test('that could not be downloaded is tried again after a day, not at every start', async () => {
    const env = { HTTPS_PROXY: 'http://127.0.0.1:9' }
    // An installer that fails at once, as it does without a network, and leaves a trace of every try.
    const tries = join(folder, 'tries')
    mkdirSync(join(folder, 'node_modules', 'electron'), { recursive: true })
    writeFileSync(
      join(folder, 'node_modules', 'electron', 'install.js'),
      `require('node:fs').appendFileSync(${JSON.stringify(tries)}, 'x'); console.error('no network'); process.exit(1)`,
    )
    const failed = { reason: 'Electron could not be downloaded (no network; npx install-electron tries again)' }
    const dayMs = 86_400_000
    for (const [nowMs, triesSoFar] of [
      [1_000, 'x'],
      [2_000, 'x'],
      [1_000 + dayMs, 'xx'],
    ] as const) {
      expect(await findElectron(place(env, nowMs))).toEqual(failed)
      expect(readFileSync(tries, 'utf8')).toBe(triesSoFar)
    }
  })
  test('a host that does not answer is noticed soon', async () => {
    const server = createServer()
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    expect(await reachable('127.0.0.1', port)).toBe(true)
    await new Promise(resolve => server.close(resolve))
    expect(await reachable('127.0.0.1', port)).toBe(false)
  })
})

describe('a program that ends before its window is open', () => {
  const program = (script: string) => {
    const electron = join(folder, 'electron')
    writeFileSync(electron, `#!/bin/sh\n${script}\n`)
    chmodSync(electron, 0o755)
    return openWindow({ root: folder, electron, node: process.execPath, env: process.env, args: [] })
  }
  test.each([
    ['no display', 'echo "Missing X server or \\$DISPLAY" >&2; exit 1', 'The display does not answer'],
    ['no sandbox', 'echo "FATAL: The SUID sandbox helper binary was found" >&2; exit 133', 'have a sandbox'],
    ['a crash', 'echo "something new" >&2; exit 7', 'ended with 7 before its window was open (something new)'],
  ])('says why: %s', async (_what, script, reason) => {
    expect(await program(script)).toEqual({ reason: expect.stringContaining(reason) })
  })
  test('one that opens its window gives its exit code', async () => {
    expect(await program('echo "window open"; exit 3')).toEqual({ code: 3 })
  })
})
