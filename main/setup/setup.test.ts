import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { missingOptional, platformOf } from './complete-lock.mjs'
import { oneAtATime } from './lock.mjs'
import { findNode24 } from './node24.mjs'
import { isInstalled, npmFailure } from './npm-packages.mjs'
import { openStep, readableBytes } from './report.mjs'
import { closing, parseJunit } from './test-run.mjs'

const root = join(import.meta.dirname, '..', '..')
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway set-up ü '))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('npm packages', () => {
  const lock = {
    packages: {
      '': {},
      'node_modules/a': { version: '1.0.0', integrity: 'x' },
      'node_modules/for-another-system': { version: '1.0.0', optional: true },
    },
  }
  const installed = (packages: object) => {
    mkdirSync(join(folder, 'node_modules'), { recursive: true })
    writeFileSync(join(folder, 'node_modules', '.package-lock.json'), JSON.stringify({ packages }))
  }

  test('that already are what the lock says are not installed again', () => {
    expect(isInstalled(folder, lock)).toBe(false)
    installed({ 'node_modules/a': { version: '1.0.0', integrity: 'x' } })
    expect(isInstalled(folder, lock)).toBe(true)
  })

  test.each([
    ['another version', { version: '1.0.1', integrity: 'x' }],
    ['other bytes', { version: '1.0.0', integrity: 'y' }],
  ])('with %s are', (_what, found) => {
    installed({ 'node_modules/a': found })
    expect(isInstalled(folder, lock)).toBe(false)
  })

  test.each([
    ['could not be reached', 'npm error code EAI_AGAIN\nnpm error request to https://user:pw@registry.example failed'],
    ['the disk is full', 'npm error code ENOSPC'],
    ['cannot be written', 'npm error code EROFS'],
    ['certificate is not trusted', 'npm error code SELF_SIGNED_CERT_IN_CHAIN'],
    ['not the locked one', 'npm error code EINTEGRITY'],
    ['do not agree', 'npm error code EUSAGE'],
    ['npm ci failed', 'npm error something new'],
  ])('that cannot be installed: %s, and what to do', (why, stderr) => {
    const error = npmFailure(stderr)
    expect(error.message).toContain(why)
    expect(error.hint.length).toBeGreaterThan(10)
    expect(error.message).not.toContain('pw@')
  })

  test("the lock of this repository names every platform's packages, so that npm ci takes it", () => {
    const text = readFileSync(join(root, 'package-lock.json'), 'utf8')
    expect(missingOptional(JSON.parse(text))).toEqual([])
    expect(text).not.toMatch(/"resolved": "https?:/)
  })

  test('a name tells its platform', () => {
    expect(platformOf('@biomejs/cli-linux-arm64-musl')).toEqual({ cpu: ['arm64'], os: ['linux'], libc: ['musl'] })
    expect(platformOf('@node-llama-cpp/mac-arm64-metal')).toEqual({ cpu: ['arm64'], os: ['darwin'] })
    expect(platformOf('left-pad')).toBeUndefined()
  })
})

describe('the Node for the backend', () => {
  test('is this one when it is new enough', () => {
    expect(findNode24(folder, { version: '24.1.0', execPath: '/n' })).toBe('/n')
  })
  test('else the one that npm brought', ({ skip }) => {
    skip(process.platform !== 'linux', 'npm carries Node for Linux and Windows, and this test knows the Linux one')
    expect(findNode24(root, { version: '20.20.2' })).toContain(join('node_modules', 'node-linux'))
  })
  test('and without either says what to install', () => {
    expect(() => findNode24(folder, { version: '20.1.0', platform: 'sunos-x64' })).toThrow(
      'npm carries no newer one for sunos-x64',
    )
    expect(() => findNode24(folder, { version: '22.1.0', platform: 'linux-x64' })).toThrow('this is Node 22.1.0')
  })
})

describe('two set-ups of one checkout', () => {
  const hold = (file: string, order: string[], name: string) =>
    oneAtATime(file, { onWait: pid => order.push(`${name} waits for ${pid === process.pid}`), pollMs: 5 }, async () => {
      order.push(`${name} in`)
      await new Promise(resolve => setImmediate(resolve))
      order.push(`${name} out`)
    })

  test('work one after the other', async () => {
    const order: string[] = []
    await Promise.all([hold(join(folder, 'x', 'lock'), order, 'a'), hold(join(folder, 'x', 'lock'), order, 'b')])
    expect(order.filter(line => !line.includes('waits'))).toEqual(['a in', 'a out', 'b in', 'b out'])
    expect(order).toContain('b waits for true')
  })

  test('do not wait for one that was killed', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
    const file = join(folder, 'lock')
    writeFileSync(file, JSON.stringify({ pid: child.pid, startTime: 'of an earlier process with this id' }))
    const order: string[] = []
    await hold(file, order, 'a')
    child.kill('SIGKILL')
    expect(order).toEqual(['a in', 'a out'])
    expect(existsSync(file)).toBe(false)
  })
})

describe('the closing line of npm test', () => {
  const summary = { passed: 2, failed: 0, skipped: [{ name: 'gpu', reason: 'no GPU here' }] }

  test('adds both runners up and names every skip with its reason', () => {
    expect(closing([summary, { passed: 1, failed: 0, skipped: [] }])).toEqual({
      lines: ['skipped: gpu: no GPU here', '3 passed, 0 failed, 1 skipped'],
      exitCode: 0,
    })
  })
  test('fails on a failure, on a skip without a reason, and on no test at all', () => {
    const codes = [
      { ...summary, failed: 1 },
      { ...summary, skipped: [{ name: 'x', reason: ' ' }] },
      { passed: 0, failed: 0, skipped: [] },
    ]
    expect(codes.map(each => closing([each]).exitCode)).toEqual([1, 1, 1])
  })
  test("reads pytest's report", () => {
    const xml = `<testsuites><testsuite><testcase classname="a" name="ok" time="0.1"/><testcase classname="a" name="bad"><failure message="x">y</failure></testcase><testcase classname="a.b" name="gpu"><skipped type="pytest.skip" message="needs &quot;CUDA&quot; &amp; a GPU">z</skipped></testcase><testcase classname="a" name="broken"><error message="e"/></testcase></testsuite></testsuites>`
    expect(parseJunit(xml)).toEqual({
      passed: 1,
      failed: 2,
      skipped: [{ name: 'a.b.gpu', reason: 'needs "CUDA" & a GPU' }],
    })
  })
})

describe('a step', () => {
  test('writes one line with what, how much and how long', () => {
    const written: string[] = []
    let nowMs = 0
    const step = openStep('npm packages', { output: { write: text => written.push(text) }, nowMs: () => nowMs })
    step.progress('unseen without a terminal')
    nowMs = 31_240
    step.done('162 packages, 412 MB')
    expect(written).toHaveLength(1)
    expect(written[0]).toMatch(/^ {2}npm packages +162 packages, 412 MB +31\.2 s\n$/)
  })
  test('sizes are decimal', () => {
    expect([0, 999, 1000, 6.1e9, 123_456_789].map(readableBytes)).toEqual([
      '0 B',
      '999 B',
      '1.0 kB',
      '6.1 GB',
      '123 MB',
    ])
  })
})

describe('the program behind npm start', () => {
  const start = (...args: string[]) =>
    spawnSync(process.execPath, [join(folder, 'main', 'entry', 'checkout.mjs'), 'start', ...args], { encoding: 'utf8' })

  test('says what it takes when asked, and when a flag is none of its own, before it sets anything up', () => {
    for (const part of ['main/entry/checkout.mjs', 'main/setup', 'package.json'])
      cpSync(join(root, part), join(folder, part), { recursive: true })
    for (const flag of ['--help', '-h']) {
      const { status, stdout, stderr } = start('--port', '1', flag)
      expect([status, stdout, stderr]).toEqual([0, expect.stringContaining('--data-dir DIR'), ''])
    }
    const wrong = start('--data-dir', '--odd-name', '--brwoser', 'file.jsonl')
    expect(wrong.status).toBe(2)
    expect(wrong.stderr).toMatch(/^error: There is no flag --brwoser\.\n/)
    expect(wrong.stderr).toContain('--browser ')
    // Past the flags: what is missing here is the lock file.
    for (const words of [
      ['--port=7', '--no-open'],
      ['--browser', 'a.gguf'],
      ['--', '--force-dark-mode'],
    ])
      expect(start(...words).stderr).toContain('package-lock.json is missing')
  })

  test('says its verbs, and a step that cannot be done: which, why, and what to do', () => {
    const usage = spawnSync(process.execPath, [join(root, 'main', 'entry', 'checkout.mjs'), 'fly'], {
      encoding: 'utf8',
    })
    expect([usage.status, usage.stderr]).toEqual([2, expect.stringContaining('start|dev|tour')])

    // A checkout with nothing installed, and a registry that nobody answers at.
    for (const part of ['main/entry/checkout.mjs', 'main/setup', 'package.json', 'package-lock.json', '.npmrc']) {
      cpSync(join(root, part), join(folder, part), { recursive: true })
    }
    const env = {
      ...process.env,
      npm_config_registry: 'http://127.0.0.1:9',
      npm_config_fetch_retries: '0',
      npm_config_cache: join(folder, 'cache'),
    }
    const failed = spawnSync(process.execPath, [join(folder, 'main', 'entry', 'checkout.mjs'), 'start'], {
      encoding: 'utf8',
      env,
    })
    expect(failed.status).toBe(6)
    expect(failed.stderr).toContain('error: npm packages: the npm registry could not be reached.')
    expect(failed.stderr).toContain('hint: Check the network, the proxy')
    expect(failed.stderr).not.toContain('    at ')
  })
})
