import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureBuilt } from './build-step.mjs'

const checkout = join(import.meta.dirname, '..', '..')
let root: string

// A checkout of its own with just what the shell is built from.
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'slipway build ü '))
  const parts = ['main/entry/electron.ts', 'main/shell', 'main/contract', 'main/platform', 'main/setup/build-shell.ts']
  for (const part of [...parts, 'preload', 'package.json', 'package-lock.json', 'tsconfig.json'])
    cpSync(join(checkout, part), join(root, part), { recursive: true })
  symlinkSync(join(checkout, 'node_modules'), join(root, 'node_modules'))
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

const build = async () => {
  const written: string[] = []
  const output = { write: (text: string) => written.push(text) }
  await ensureBuilt('shell', { root, node: process.execPath, env: process.env, output })
  return written.join('')
}
const source = () => join(root, 'main', 'shell', 'origin.ts')

test('what is built is built once, and again when a source has changed, with a line that says so', async () => {
  rmSync(join(root, 'build'), { recursive: true, force: true })
  expect(await build()).toMatch(/^ {2}desktop shell +3 files, \d+ kB +\d+\.\d s\n$/)
  for (const name of ['electron.cjs', 'preload.cjs', 'package.json'])
    expect(existsSync(join(root, 'build', 'shell', name))).toBe(true)
  expect(await build()).toBe('')

  utimesSync(source(), new Date(), new Date())
  writeFileSync(join(root, 'main', 'shell', 'more.test.ts'), 'not built')
  expect(await build()).toBe('')

  writeFileSync(source(), `${readFileSync(source(), 'utf8')}\nexport const more = 1\n`)
  expect(await build()).toContain('desktop shell')
})

test('a sandboxed preload script is one file that asks for electron only', async () => {
  await build()
  const text = readFileSync(join(root, 'build', 'shell', 'preload.cjs'), 'utf8')
  expect([...text.matchAll(/require\("([^"]+)"\)/g)].map(match => match[1])).toEqual(['electron'])
})

test('a source that cannot be built says where, and what was built before stays good', async () => {
  await build()
  const text = readFileSync(source(), 'utf8')
  writeFileSync(source(), `${text}\nexport const = 2\n`)
  await expect(build()).rejects.toThrow(
    /^The desktop shell could not be built\.\nBuild failed with 1 error:[\s\S]*origin\.ts:\d+/,
  )
  writeFileSync(source(), text)
  expect(await build()).toBe('')
})
