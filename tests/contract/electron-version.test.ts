import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { ElectronRecord, electronFaults, staleDays } from '../../main/setup/electron-support.ts'

const root = join(import.meta.dirname, '..', '..')
const json = (file: string): unknown => JSON.parse(readFileSync(join(root, file), 'utf8'))

const Pinned = z.object({ devDependencies: z.object({ electron: z.string() }) })
const Locked = z.object({ packages: z.object({ 'node_modules/electron': z.object({ version: z.string() }) }) })
const record = ElectronRecord.parse(json('main/setup/electron-releases.json'))
const pinned = Pinned.parse(json('package.json')).devDependencies.electron

test('the Electron that is shipped is of a supported line and lacks no patch that is older than 30 days', () => {
  expect(Locked.parse(json('package-lock.json')).packages['node_modules/electron'].version).toBe(pinned)
  const oldDays = staleDays(record, Date.now())
  if (oldDays !== undefined)
    process.stdout.write(
      `note: Electron's releases were looked up ${oldDays} days ago: main/entry/electron-releases.ts\n`,
    )
  expect(electronFaults(pinned, record, Date.now())).toEqual([])
})

const known: ElectronRecord = {
  lookedUpOn: '2026-11-20',
  supportedMajors: [45, 44, 43],
  releases: {
    '43.9.0': '2026-09-01',
    '45.4.1': '2026-09-20',
    '45.5.0': '2026-10-10',
    '45.5.1': '2026-10-20',
    '45.10.0': '2026-11-19',
  },
}
const on = (day: string) => Date.parse(`${day}T12:00:00Z`)

test.each([
  ['the newest of its line', '45.10.0', '2030-01-01', []],
  ['the newest of an older line that is still mended', '43.9.0', '2030-01-01', []],
  ['30 days behind the first patch that it lacks', '45.5.0', '2026-11-19', []],
  ['31 days behind', '45.5.0', '2026-11-20', [/lacks 45\.5\.1, which came out 31 days ago/]],
  ['behind by the oldest of several', '45.4.1', '2026-11-20', [/lacks 45\.5\.0, which came out 41 days ago/]],
  ['not yet behind a patch of yesterday', '45.5.1', '2026-11-20', []],
  ['of a line that is mended no more', '42.9.9', '2026-11-20', [/gets no security patches: supported are 45, 44, 43/]],
  ['of the host that tests run in', '22.3.25', '2026-11-20', [/gets no security patches/]],
  ['a release that nobody knows', '45.6.0', '2026-11-20', [/no release that the record of 2026-11-20 knows/]],
  ['a range', '^45.5.0', '2026-11-20', [/no exact release/]],
])('an Electron that is %s is judged so: %s on %s', (_what, version, day, faults) => {
  expect(electronFaults(version, known, on(day))).toEqual(faults.map(text => expect.stringMatching(text)))
})

test('a record that nobody renews is said, and fails nothing: an old checkout keeps its tests', () => {
  expect(staleDays(known, on('2026-12-20'))).toBeUndefined()
  expect(staleDays(known, on('2027-02-20'))).toBe(92)
})
