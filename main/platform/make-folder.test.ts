import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeFolder, makeFolders } from './make-folder.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway folders '))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a folder is made with all that lies above it, for this user alone, and again without complaint', () => {
  const deep = join(folder, 'a', 'b', 'c')
  makeFolders(deep)
  for (const path of [deep, join(folder, 'a')]) expect(statSync(path).mode & 0o777).toBe(0o700)
  makeFolders(deep)
  makeFolders('/')
})

const impossible: [string, () => string, string][] = [
  ['below a file', () => join(folder, 'file', 'data'), 'invalid_input'],
  ['in the place of a file', () => join(folder, 'file'), 'invalid_input'],
]
test.each(impossible)('a folder that cannot be made ends at once, with cause and remedy: %s', (_, path, code) => {
  writeFileSync(join(folder, 'file'), '')
  expect(() => makeFolder(path())).toThrow(expect.objectContaining({ code, hint: expect.stringMatching(/--data-dir/) }))
})

test.skipIf(process.platform !== 'linux')(
  'a file system that takes no folders is named, not waited for (Linux: needs /proc)',
  () => {
    for (const path of ['/proc/slipway', '/proc/slipway/data', '/proc/self/slipway'])
      expect(() => makeFolder(path)).toThrow(
        expect.objectContaining({
          code: 'forbidden',
          message: expect.stringMatching(/^\/proc\/.* takes no new folders/),
          hint: expect.stringMatching(/--data-dir/),
        }),
      )
  },
)
