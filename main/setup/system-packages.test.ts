import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ensureSystemPackages, missingPackages } from './system-packages.mjs'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway system '))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const put = (path: string, text: string, mode = 0o644) => {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
  chmodSync(join(folder, path), mode)
}
/** An apt-get that notes what it is asked for and then does what the script says. */
const system = (id: string, script = 'exit 0') => {
  put('etc/os-release', `NAME="X"\nID=${id}\n`)
  put('usr/bin/apt-get', `#!/bin/sh\necho "$*" >> '${folder}/asked'\n${script}\n`, 0o755)
}
const asked = () =>
  existsSync(join(folder, 'asked')) ? readFileSync(join(folder, 'asked'), 'utf8').trim().split('\n') : []
const ensure = async ({ uid = 0, env = {}, nowMs = Date.now() } = {}) => {
  const written: string[] = []
  await ensureSystemPackages({
    root: folder,
    system: folder,
    uid,
    env: { PATH: `${join(folder, 'usr/bin')}:/usr/bin:/bin`, ...env },
    output: { write: text => written.push(text) },
    nowMs,
  })
  return written.join('')
}

test('what is missing depends on the system, and on what is there', () => {
  expect(missingPackages(folder)).toEqual([])
  system('debian')
  expect(missingPackages(folder)).toEqual(['xvfb', 'chromium', 'fonts-noto-cjk'])
  put('usr/bin/Xvfb', '')
  put('usr/bin/chromium', '')
  expect(missingPackages(folder)).toEqual(['fonts-noto-cjk'])
  system('ubuntu')
  rmSync(join(folder, 'usr/bin/chromium'))
  expect(missingPackages(folder)).toEqual(['fonts-noto-cjk'])
  system('fedora')
  expect(missingPackages(folder)).toEqual([])
})

test('root on Debian gets them, in one line', async () => {
  system('debian')
  const said = await ensure()
  expect(asked()).toEqual(['install --yes --no-install-recommends --quiet xvfb chromium fonts-noto-cjk'])
  expect(said).toMatch(/^ {2}system packages +xvfb chromium fonts-noto-cjk +\d+\.\d s\n$/)
})

test.each([
  ['for another user', { uid: 1000 }],
  ['where the network is forbidden', { env: { SLIPWAY_OFFLINE: 'hard' } }],
])('nothing is installed %s', async (_where, place) => {
  system('debian')
  expect(await ensure(place)).toBe('')
  expect(asked()).toEqual([])
})

test('nothing is done where nothing is missing', async () => {
  system('debian')
  put('usr/bin/Xvfb', '')
  put('usr/bin/chromium', '')
  put('usr/share/fonts/opentype/noto/x.ttc', '')
  expect(await ensure()).toBe('')
  expect(asked()).toEqual([])
})

test('lists that are too old are renewed once', async () => {
  system('debian', `[ "$1" = update ] && touch '${folder}/fresh' && exit 0\n[ -e '${folder}/fresh' ] || exit 100`)
  expect(await ensure()).toContain('xvfb chromium')
  expect(asked().map(line => line.split(' ')[0])).toEqual(['install', 'update', 'install'])
})

test('a failure says what it costs, and is not repeated at every test run', async () => {
  system('debian', 'echo "E: Unable to locate package xvfb" >&2; exit 100')
  expect(await ensure()).toContain(
    'tests that need them are skipped: xvfb chromium fonts-noto-cjk (E: Unable to locate',
  )
  const before = asked().length
  expect(await ensure()).toBe('')
  expect(asked()).toHaveLength(before)
  await ensure({ nowMs: Date.now() + 25 * 3_600_000 })
  expect(asked().length).toBeGreaterThan(before)
})
