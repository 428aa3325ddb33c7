import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { defaultCacheDir } from '../paths.ts'
import { pythonEnv } from './child-env.ts'
import { findPython } from './interpreter.ts'
import { type Upgrade, writeLock } from './lock.ts'
import { loadRecipes } from './recipes.ts'
import { parseLock } from './requirements.ts'
import { run } from './run.ts'
import { writeWheelhouse } from './testing/wheels.ts'
import { ensureUv } from './uv.ts'
import { plainWayOut } from './way-out.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway lock '))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const publish = (...packages: (readonly [name: string, version: string])[]) =>
  writeWheelhouse(
    join(folder, 'wheels'),
    packages.map(([name, version]) => ({ name, version })),
  )

/** Locks `requirements` with what has been published so far, and says which versions the lock names then. */
async function lock(requirements: string, upgrade: Upgrade = 'none'): Promise<Readonly<Record<string, string>>> {
  const recipes = loadRecipes(join(import.meta.dirname, '..', '..', '..', 'native', 'environments'))
  const { env } = process
  const python = await findPython({ env, run, range: recipes.python })
  const cacheDir = defaultCacheDir(env)
  const uv = await ensureUv({
    env,
    run,
    recipes,
    cacheDir,
    python,
    source: {},
    note: () => undefined,
    way: plainWayOut,
  })
  const [input, output] = [join(folder, 'some.in'), join(folder, 'some.txt')]
  writeFileSync(input, requirements)
  const offline = { UV_NO_INDEX: '1', UV_OFFLINE: '1', UV_FIND_LINKS: join(folder, 'wheels') }
  const uvEnv = { ...pythonEnv(env), ...offline, UV_CACHE_DIR: join(folder, 'cache') }
  const { oldest } = recipes.python
  await writeLock({ run, uv, env: uvEnv, oldestPython: oldest, note: () => undefined }, { input, output, upgrade })
  const { packages } = parseLock(readFileSync(output, 'utf8'), output)
  return Object.fromEntries(packages.map(({ name, version }) => [name, version]))
}

test('a lock that is made again keeps its versions, except those that are to be upgraded or must change', {
  timeout: 240_000,
}, async () => {
  publish(['first', '1.0'], ['second', '1.0'], ['third', '1.0'])
  expect(await lock('first\nsecond\nthird\n')).toEqual({ first: '1.0', second: '1.0', third: '1.0' })
  publish(['first', '2.0'], ['second', '2.0'], ['third', '2.0'], ['fourth', '2.0'])
  // A requirement more, another that has changed, and a wish change no other.
  const changed = await lock('first\nsecond\nthird>=2\nfourth\n', ['second'])
  expect(changed).toEqual({ first: '1.0', second: '2.0', third: '2.0', fourth: '2.0' })
  expect(await lock('first\n', 'all')).toEqual({ first: '2.0' })
})
