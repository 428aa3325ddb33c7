import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSettings } from './settings.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway settings '))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
const fail = (error: unknown) => {
  throw error
}

test('what was chosen is there at the next start', () => {
  const file = join(folder, 'desktop', 'shell.json')
  openSettings(file, fail).change({ language: 'zh-CN' })
  openSettings(file, fail).change({ theme: 'dark' })
  expect(openSettings(file, fail).current()).toEqual({ language: 'zh-CN', theme: 'dark' })
})

test.each(['', 'not json', '{"language":"klingon"}', '{"window":{"x":1e99}}', '[]'])(
  'a damaged file means defaults, not a failed start: %s',
  text => {
    const file = join(folder, 'shell.json')
    writeFileSync(file, text)
    expect(openSettings(file, fail).current()).toEqual({})
    openSettings(file, fail).change({ theme: 'light' })
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ theme: 'light' })
  },
)

test('a file that cannot be written is told, and costs nothing else', () => {
  const errors: unknown[] = []
  const file = join(folder, 'shell.json')
  mkdirSync(`${file}.new`)
  const settings = openSettings(file, error => errors.push(error))
  settings.change({ theme: 'dark' })
  expect(settings.current()).toEqual({ theme: 'dark' })
  expect(errors).toHaveLength(1)
})
