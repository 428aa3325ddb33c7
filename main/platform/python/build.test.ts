import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../clock.ts'
import { startCountingProxy } from '../network/counting-proxy.ts'
import { defaultCacheDir } from '../paths.ts'
import { type BuildDeps, buildCapsule } from './build.ts'
import { verifyCapsule } from './drift.ts'
import type { InstallProgress } from './install.ts'
import { sitePackages } from './installed.ts'
import type { Recipes } from './recipes.ts'
import { run } from './run.ts'
import { stampFile } from './stamp.ts'
import { makeBarePython } from './testing/bare-python.ts'
import { tinyRecipes, writeWheelhouse } from './testing/wheels.ts'
import { createWayOut } from './way-out.ts'

let folder: string
let progress: InstallProgress[]
let networkUses: number

beforeEach(() => {
  // A space and a letter outside ASCII: both have broken other installers.
  folder = mkdtempSync(join(tmpdir(), 'slipway capsules ü '))
  progress = []
  networkUses = 0
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const setUp = (code?: string) => {
  const wheelhouse = join(folder, 'wheels')
  const lock = writeWheelhouse(wheelhouse, [
    { name: 'lower', version: '1.2.0', ...(code !== undefined && { code }) },
    { name: 'second', version: '3.0' },
  ])
  return { wheelhouse, recipes: tinyRecipes(join(folder, 'recipes'), lock, ['lower', 'second']) }
}
const depsWith = (recipes: Recipes, more: Partial<BuildDeps> = {}): BuildDeps => ({
  run,
  env: { ...process.env, UV_CACHE_DIR: join(folder, 'uv cache') },
  recipes,
  environments: join(folder, 'environments'),
  // uv itself comes from the real cache: set-up has put it there.
  cacheDir: defaultCacheDir(process.env),
  clock: systemClock,
  onProgress: event => progress.push(event),
  way: createWayOut(() => {
    networkUses += 1
  }),
  ...more,
})
const build = ({ wheelhouse, recipes }: ReturnType<typeof setUp>, more: Partial<BuildDeps> = {}, rebuild = false) =>
  buildCapsule(depsWith(recipes, more), { name: 'tiny', backend: 'cpu', source: { wheelhouse }, rebuild })
const besides = () => readdirSync(join(folder, 'environments', 'tiny')).filter(name => /building|replaced/.test(name))

describe('a capsule', () => {
  test('is built from a folder of wheels alone, works in its place, and is not built twice', async () => {
    const setting = setUp()
    const built = await build(setting, {
      env: { ...process.env, SLIPWAY_OFFLINE: 'hard', UV_CACHE_DIR: join(folder, 'uv') },
    })
    expect(built.fresh).toBe(true)
    expect(networkUses).toBe(0)
    expect(built.stamp.versions).toEqual({ lower: '1.2.0', second: '3.0' })
    // The stamp was written before the rename: the interpreter must work in the new place.
    const said = execFileSync(built.python, ['-c', 'import lower, sys; print(lower.VERSION, sys.prefix)'], {
      encoding: 'utf8',
    })
    expect(said.trim()).toBe(`1.2.0 ${built.folder}`)
    expect(progress.some(({ note }) => note.startsWith('installed 2 packages'))).toBe(true)
    expect(besides()).toEqual([])
    expect((await build(setting)).fresh).toBe(false)
  })

  test('is built from a mirror that knows nothing but the wheels, by the same lock', async () => {
    const { wheelhouse, recipes } = setUp()
    const asked: string[] = []
    const mirror = createServer((request, response) => {
      const path = decodeURIComponent(request.url ?? '')
      asked.push(path)
      const wheel = join(wheelhouse, basename(path))
      if (path.endsWith('.whl')) return void response.end(readFileSync(wheel))
      const project = /^\/simple\/([^/]+)\/$/.exec(path)?.[1]
      const files = readdirSync(wheelhouse).filter(name => name.startsWith(`${project}-`))
      response.setHeader('content-type', 'text/html')
      response.end(files.map(name => `<a href="/files/${name}">${name}</a>`).join('\n'))
    })
    await new Promise<void>(resolve => mirror.listen(0, '127.0.0.1', resolve))
    try {
      const address = mirror.address()
      const index = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/simple`
      const request = { name: 'tiny', backend: 'cpu', source: { index } } as const
      // For this counter the mirror is another machine.
      const way = createWayOut(
        () => {
          networkUses += 1
        },
        () => startCountingProxy(() => false),
      )
      const built = await buildCapsule(depsWith(recipes, { way }), request)
      expect(built.stamp.versions).toEqual({ lower: '1.2.0', second: '3.0' })
      expect(way.bytesOut(), 'two pages and two wheels were asked for, each with a head').toBeGreaterThan(4 * 50)
      expect(way.bytesOut(), 'what came back is no byte that left').toBeLessThan(10_000)
      way.close()
    } finally {
      mirror.close()
      mirror.closeAllConnections()
    }
    expect(asked).toEqual(expect.arrayContaining(['/simple/lower/', '/simple/second/']))
    expect(asked.filter(path => path.endsWith('.whl'))).toHaveLength(2)
    expect(networkUses).toBe(1)
  })

  test('is built once when two ask at the same time', async () => {
    const setting = setUp()
    const both = await Promise.all([build(setting), build(setting)])
    expect(both.map(({ fresh }) => fresh).sort()).toEqual([false, true])
  })

  test('lies on top of another and sees its packages', async () => {
    const { wheelhouse, recipes } = setUp()
    const lock = writeWheelhouse(wheelhouse, [{ name: 'upper', version: '1.0', code: 'import lower\n' }])
    writeFileSync(join(recipes.folder, 'upper.txt'), lock)
    const layered = recipes.recipes.layered
    if (!layered) throw new Error('the recipe is missing')
    const platforms: [string, ...string[]] = [`${process.platform}-${process.arch}`]
    const both = {
      ...recipes,
      recipes: { ...recipes.recipes, layered: { ...layered, backends: { cpu: { lock: 'upper.txt', platforms } } } },
    }
    const built = await buildCapsule(depsWith(both), { name: 'layered', backend: 'cpu', source: { wheelhouse } })
    expect(Object.keys(built.stamp.versions)).toEqual(['upper'])
    expect(built.stamp.base?.folder).toContain('tiny')
  })
})

describe('what goes wrong leaves no environment and says why', () => {
  test('a package that is not the locked one is refused', async () => {
    const setting = setUp()
    writeWheelhouse(setting.wheelhouse, [
      { name: 'lower', version: '1.2.0', code: 'import os  # not what was locked\n' },
    ])
    await expect(build(setting)).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('not the locked one'),
    })
    expect(existsSync(join(folder, 'environments', 'tiny'))).toBe(true)
    expect(readdirSync(join(folder, 'environments', 'tiny')).filter(name => /^[0-9a-f]{16}$/.test(name))).toEqual([])
    expect(besides()).toEqual([])
  })

  test('a wheelhouse that lacks a package names it', async () => {
    const setting = setUp()
    unlinkSync(join(setting.wheelhouse, 'second-3.0-py3-none-any.whl'))
    await expect(build(setting)).rejects.toMatchObject({
      code: 'missing_requirement',
      message: expect.stringContaining('second'),
    })
  })

  test('a package that cannot be imported fails the build', async () => {
    await expect(build(setUp('raise RuntimeError("no such library")\n'))).rejects.toMatchObject({
      code: 'worker_failed',
      message: expect.stringContaining('lower cannot be imported: RuntimeError: no such library'),
    })
    expect(besides()).toEqual([])
  })

  test('an index that does not answer is named as such', async () => {
    const { recipes } = setUp()
    const env = { ...process.env, UV_CACHE_DIR: join(folder, 'uv'), UV_HTTP_RETRIES: '0' }
    const request = { name: 'tiny', backend: 'cpu', source: { index: 'http://127.0.0.1:9/simple' } } as const
    await expect(buildCapsule(depsWith(recipes, { env }), request)).rejects.toMatchObject({
      code: 'missing_requirement',
      message: 'The package index could not be reached.',
      hint: expect.stringContaining('--wheelhouse'),
    })
    expect(networkUses).toBe(1)
  })

  test('hard offline mode refuses before anything is asked', async () => {
    const { recipes } = setUp()
    const env = { ...process.env, UV_CACHE_DIR: join(folder, 'uv'), SLIPWAY_OFFLINE: 'hard' }
    await expect(buildCapsule(depsWith(recipes, { env }), { name: 'tiny', backend: 'cpu' })).rejects.toMatchObject({
      code: 'forbidden',
    })
  })

  test('a backend without a lock says what is missing and how to supply it', async () => {
    const { recipes } = setUp()
    await expect(buildCapsule(depsWith(recipes), { name: 'tiny', backend: 'rocm' })).rejects.toMatchObject({
      code: 'missing_requirement',
      message: 'No index here has ROCm builds.',
      hint: expect.stringContaining('--lock-file'),
    })
  })

  test('a folder that cannot be made says so', async () => {
    const setting = setUp()
    writeFileSync(join(folder, 'environments'), 'a file in the way')
    await expect(build(setting)).rejects.toMatchObject({
      code: 'invalid_input',
      hint: expect.stringContaining('XDG_CACHE_HOME'),
    })
  })
})

describe('a build that is stopped', () => {
  test('leaves the old one working, and its remains are swept by the next', async () => {
    const setting = setUp()
    const old = await build(setting)
    const stop = new AbortController()
    const stopping = build(setting, { signal: stop.signal, onProgress: () => stop.abort() }, true)
    await expect(stopping).rejects.toMatchObject({ code: 'cancelled' })
    expect(execFileSync(old.python, ['-c', 'import lower; print(lower.VERSION)'], { encoding: 'utf8' }).trim()).toBe(
      '1.2.0',
    )

    // Killed: no `finally` ran. Its folder stays until the next build.
    mkdirSync(`${old.folder}.building-424242/lib`, { recursive: true })
    const again = await build(setting, {}, true)
    expect(again.fresh).toBe(true)
    expect(besides()).toEqual([])
  })

  test('by a kill in the middle leaves remains that the next build sweeps, and never a half environment', async () => {
    const setting = setUp('import time\nprint("held", flush=True)\ntime.sleep(600)\n')
    const config = {
      name: 'tiny',
      backend: 'cpu',
      recipes: setting.recipes.folder,
      environments: join(folder, 'environments'),
      wheelhouse: setting.wheelhouse,
    }
    const entry = join(import.meta.dirname, '..', '..', 'entry', 'build-environment.ts')
    const env = { ...process.env, UV_CACHE_DIR: join(folder, 'uv cache') }
    const builder = spawn(process.execPath, [entry, '-'], { detached: true, env, stdio: ['pipe', 'pipe', 'inherit'] })
    builder.stdin.end(JSON.stringify(config))
    for await (const line of createInterface({ input: builder.stdout })) {
      if (line.includes('importing')) break
    }
    process.kill(-(builder.pid ?? 0), 'SIGKILL')
    await once(builder, 'exit')
    const left = readdirSync(join(folder, 'environments', 'tiny'))
    expect(left.filter(name => name.includes('.building-'))).toHaveLength(1)
    expect(left.filter(name => /^[0-9a-f]{16}$/.test(name))).toEqual([])

    const [remains] = left.filter(name => name.includes('.building-'))
    // The lock of the killed process is gone with it: the next build starts at once, and sweeps first.
    const stop = new AbortController()
    const next = build(setting, { signal: stop.signal, onProgress: () => stop.abort() })
    await expect(next).rejects.toMatchObject({ code: 'cancelled' })
    expect(besides()).not.toContain(remains)
  })

  test('between the two renames gives the old one back', async () => {
    const setting = setUp()
    const old = await build(setting)
    renameSync(old.folder, `${old.folder}.replaced-424242`)
    const again = await build(setting)
    expect(again.fresh).toBe(false)
    expect(again.stamp.builtAt).toBe(old.stamp.builtAt)
  })
})

describe('a Python without venv and pip, as Debian has it', () => {
  test('ends with what to install, and the environment that was built before still works', async () => {
    const setting = setUp()
    const old = await build(setting)
    const python = makeBarePython(join(folder, 'bare'))
    expect(() => execFileSync(python, ['-m', 'venv', 'x'], { stdio: 'pipe' })).toThrow(/No module named/)
    const env = { ...process.env, SLIPWAY_PYTHON: python, PATH: '/usr/bin:/bin' }
    const minor = execFileSync(python, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], {
      encoding: 'utf8',
    })
    await expect(build(setting, { env, cacheDir: join(folder, 'cold cache') }, true)).rejects.toMatchObject({
      code: 'missing_requirement',
      message: expect.stringContaining(`${python} has neither pip nor the venv module`),
      hint: expect.stringContaining(`sudo apt install python${minor.trim()}-venv`),
    })
    expect((await build(setting)).fresh, 'the old one').toBe(false)
    expect(execFileSync(old.python, ['-c', 'import lower; print(lower.VERSION)'], { encoding: 'utf8' }).trim()).toBe(
      '1.2.0',
    )
    expect(besides()).toEqual([])
  })

  test('is enough once uv is there: nothing of venv is needed then', async () => {
    const python = makeBarePython(join(folder, 'bare'))
    const built = await build(setUp(), { env: { ...process.env, SLIPWAY_PYTHON: python } })
    expect(built.fresh).toBe(true)
  })
})

describe('drift', () => {
  test('is told for a removed, a changed and an added package, and an untouched capsule has none', async () => {
    const built = await build(setUp())
    const packages = sitePackages(built.folder) ?? ''
    expect((await verifyCapsule(built.folder, 'tiny', { deep: true })).problems).toEqual([])
    rmSync(join(packages, 'second-3.0.dist-info'), { recursive: true })
    mkdirSync(join(packages, 'stranger-9.dist-info'))
    const { problems } = await verifyCapsule(built.folder, 'tiny')
    expect(problems.map(({ cause }) => cause)).toEqual(['second 3.0 was removed.', 'stranger 9 was added by someone.'])
    for (const { remedy } of problems) expect(remedy).toBe('Build it again: slipway environments build tiny --rebuild.')
  })

  test('inside a file is found by the deep check only', async () => {
    const built = await build(setUp())
    const file = join(sitePackages(built.folder) ?? '', 'lower.py')
    const text = readFileSync(file, 'utf8')
    unlinkSync(file)
    writeFileSync(file, text.replace('1.2.0', '9.9.9'))
    expect((await verifyCapsule(built.folder, 'tiny')).problems).toEqual([])
    const deep = await verifyCapsule(built.folder, 'tiny', { deep: true })
    expect(deep.problems.map(({ cause }) => cause)).toEqual(['lower.py (lower-1.2.0.dist-info) was changed.'])
  })

  test('a capsule whose interpreter is gone is built again, and a folder without a stamp is none', async () => {
    const setting = setUp()
    const built = await build(setting)
    unlinkSync(built.python)
    expect((await verifyCapsule(built.folder, 'tiny')).problems[0]?.cause).toContain('interpreter is gone')
    const second = await build(setting)
    expect(second.fresh).toBe(true)
    unlinkSync(join(second.folder, stampFile))
    appendFileSync(join(second.folder, 'half'), '')
    expect((await build(setting)).fresh).toBe(true)
  })
})
