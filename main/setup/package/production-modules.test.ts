import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isCarried, Lock, productionModules } from './production-modules.ts'

const checkout = join(import.meta.dirname, '..', '..', '..')
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway modules '))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('what is needed is found through its users, beside them or above, and nothing else', () => {
  const lock = Lock.parse({
    packages: {
      '': { devDependencies: { tool: '1' } },
      'node_modules/a': { dependencies: { b: '1', c: '2' }, optionalDependencies: { 'of-another-system': '1' } },
      'node_modules/a/node_modules/c': { dependencies: { b: '1' } },
      'node_modules/b': { dependencies: { a: '1' } },
      'node_modules/c': {},
      'node_modules/of-another-system': {},
      'node_modules/tool': {},
    },
  })
  for (const path of ['a/node_modules/c', 'b', 'c', 'tool'])
    mkdirSync(join(folder, 'node_modules', path), { recursive: true })
  expect(productionModules(folder, lock, ['a'], () => true)).toEqual([
    'node_modules/a',
    'node_modules/a/node_modules/c',
    'node_modules/b',
  ])
  expect(productionModules(folder, lock, ['a'], name => name !== 'b')).toEqual([
    'node_modules/a',
    'node_modules/a/node_modules/c',
  ])
})

test.each([
  ['linux-x64', ['linux-x64', 'linux-x64-vulkan']],
  ['linux-arm64', ['linux-arm64']],
  ['win32-x64', ['win-x64', 'win-x64-vulkan']],
  ['darwin-arm64', ['mac-arm64-metal']],
])('an installer for %s carries the engines for the CPU and for Vulkan', (platform, engines) => {
  const all = [
    ...['linux-x64', 'linux-x64-vulkan', 'linux-x64-cuda', 'linux-x64-cuda-ext', 'linux-arm64', 'linux-armv7l'],
    ...['win-x64', 'win-x64-vulkan', 'win-x64-cuda', 'win-arm64', 'mac-arm64-metal', 'mac-x64'],
  ]
  expect(all.filter(name => isCarried(`@node-llama-cpp/${name}`, platform))).toEqual(engines)
  expect(isCarried('better-sqlite3', platform)).toBe(true)
})

test('this checkout ships what its backend imports, and no tool of its developers', () => {
  const lock = Lock.parse(JSON.parse(readFileSync(join(checkout, 'package-lock.json'), 'utf8')))
  const { dependencies } = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>
  }
  const shipped = productionModules(checkout, lock, Object.keys(dependencies), name => isCarried(name, 'linux-x64'))
  for (const name of ['better-sqlite3', 'hono', 'node-llama-cpp', '@duckdb/node-api', 'zod'])
    expect(shipped).toContain(`node_modules/${name}`)
  for (const name of ['electron', 'vite', 'vitest', 'typescript', 'react', 'antd', 'playwright-core'])
    expect(shipped).not.toContain(`node_modules/${name}`)
})
