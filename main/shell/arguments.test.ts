import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readArguments } from './arguments.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway words 模型 '))
  writeFileSync(join(folder, 'a model.gguf'), '')
  mkdirSync(join(folder, 'adapter'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('files are made absolute, as paths or as file: addresses; what is not there is left out', () => {
  const url = pathToFileURL(join(folder, 'a model.gguf')).href
  const { files } = readArguments(['a model.gguf', './adapter', url, 'missing.gguf', 'file://other-machine/x'], folder)
  expect(files).toEqual([join(folder, 'a model.gguf'), join(folder, 'adapter'), join(folder, 'a model.gguf')])
})

test('a data directory is relative to where the command was given, and its value is no file to open', () => {
  expect(readArguments(['--data-dir', 'adapter', '--node', '/n'], folder)).toEqual({
    dataDir: join(folder, 'adapter'),
    node: '/n',
    files: [],
  })
  expect(readArguments(['--data-dir=adapter'], folder).dataDir).toBe(join(folder, 'adapter'))
})

test("Chromium's switches are none of ours", () => {
  expect(readArguments(['--no-sandbox', '--inspect=0', '--allow-file-access-from-files'], folder)).toEqual({
    dataDir: undefined,
    node: undefined,
    files: [],
  })
})
