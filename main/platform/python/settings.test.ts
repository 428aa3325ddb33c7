import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { pythonEnv } from './child-env.ts'
import { indexVariables, parsePipConfig, uvIndexEnv, withoutCredentials } from './index-settings.ts'
import { compareVersions, findPython } from './interpreter.ts'
import { judge, type ProbeReport } from './probe.ts'
import { run } from './run.ts'
import { uvFailure, uvProgress } from './uv-output.ts'

const range = { oldest: '3.11', newest: '3.14' }

describe('where packages come from', () => {
  const text = `:env:.find-links='/opt/wheels'\nglobal.index-url='https://mirror.example/simple'\nglobal.find-links='/elsewhere'\nglobal.trusted-host='a.example\\nb.example'\ndownload.index-url='https://other.example'\n`

  test("pip's own settings reach uv, the environment before the files", () => {
    expect(uvIndexEnv({}, parsePipConfig(text), {})).toEqual({
      UV_DEFAULT_INDEX: 'https://mirror.example/simple',
      UV_FIND_LINKS: '/opt/wheels',
      UV_INSECURE_HOST: 'a.example b.example',
    })
  })

  test("what is set for uv wins over pip's, and what this build names wins over both", () => {
    const env = { UV_DEFAULT_INDEX: 'https://uv.example' }
    expect(uvIndexEnv(env, parsePipConfig(text), {}).UV_DEFAULT_INDEX).toBe('https://uv.example')
    expect(uvIndexEnv(env, parsePipConfig(text), { index: 'https://mine.example' }).UV_DEFAULT_INDEX).toBe(
      'https://mine.example',
    )
  })

  test('credentials are in no message and in no job', () => {
    expect(withoutCredentials('get https://bob:s3cret@mirror.example/simple')).toBe(
      'get https://***@mirror.example/simple',
    )
    const env = { PIP_INDEX_URL: 'https://bob:s3cret@mirror.example', PIP_CERT: '/ca.pem', HF_TOKEN: 'x' }
    expect(indexVariables(env)).toEqual({ PIP_CERT: '/ca.pem' })
    expect(
      JSON.stringify(uvFailure('error: Failed to fetch: https://bob:s3cret@mirror.example/x').toBody()),
    ).not.toContain('s3cret')
  })

  test('a Python child sees no token and nothing that bends Python, but how many threads it may have', () => {
    const env = {
      PATH: '/bin',
      HF_TOKEN: 'x',
      PYTHONPATH: '/p',
      PYTHONDONTWRITEBYTECODE: '1',
      CONDA_PREFIX: '/c',
      LD_PRELOAD: '/l',
      OMP_NUM_THREADS: '1',
    }
    expect(pythonEnv(env)).toEqual({ PATH: '/bin', OMP_NUM_THREADS: '1', PYTHONNOUSERSITE: '1', PYTHONUTF8: '1' })
  })
})

describe('the interpreter', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'slipway pythons '))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  const fake = (name: string, facts: object | string) => {
    const said =
      typeof facts === 'string'
        ? facts
        : `echo '${JSON.stringify({ executable: join(folder, name), implementation: 'cpython', bits: 64, pip: true, bundledPip: null, ...facts })}'`
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, name), `#!/bin/sh\n${said}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  const find = (env: Record<string, string> = {}) => findPython({ env: { PATH: folder, ...env }, run, range })

  test('is python3 when it fits, else a versioned one', async () => {
    fake('python3', { version: '3.9.2' })
    fake('python3.12', { version: '3.12.1' })
    expect((await find()).version).toBe('3.12.1')
  })

  test('that does not answer (a shim without a version behind it) is passed over', async () => {
    fake('python3', 'echo "pyenv: command not found" >&2; exit 127')
    fake('python3.11', { version: '3.11.9' })
    expect((await find()).version).toBe('3.11.9')
  })

  test('too old, 32 bits, or not CPython: each is named with its reason', async () => {
    fake('python3', { version: '3.9.2' })
    fake('python3.13', { version: '3.13.0', bits: 32 })
    fake('python3.12', { version: '3.12.0', implementation: 'pypy' })
    const error = await find().catch(failure => failure)
    expect(error.code).toBe('missing_requirement')
    for (const reason of ['is Python 3.9.2, older than 3.11', '32-bit', 'is pypy'])
      expect(error.message).toContain(reason)
  })

  test('none at all says what to install', async () => {
    await expect(find()).rejects.toMatchObject({
      code: 'missing_requirement',
      hint: expect.stringContaining('SLIPWAY_PYTHON'),
    })
  })

  test('named by SLIPWAY_PYTHON is the only one asked', async () => {
    fake('python3', { version: '3.12.0' })
    fake('mine', { version: '3.8.0' })
    await expect(find({ SLIPWAY_PYTHON: join(folder, 'mine') })).rejects.toThrow('SLIPWAY_PYTHON')
  })

  test('versions compare by number', () => {
    expect([
      compareVersions('3.9', '3.11'),
      compareVersions('2.15.0+cu132', '2.15'),
      compareVersions('580.82.07', '580'),
    ]).toEqual([-1, 0, 1])
  })
})

describe('what uv says', () => {
  test('becomes progress in bytes', () => {
    const follow = uvProgress()
    expect(follow('Resolved 77 packages in 195ms')?.note).toBe('resolved 77 packages')
    expect(follow('Downloading torch (514.2MiB)')).toMatchObject({ doneBytes: 0, note: 'downloading torch' })
    expect(follow(' Downloaded torch')?.doneBytes).toBe(Math.round(514.2 * 1024 ** 2))
    expect(follow(' + torch==2.15.0')).toBeUndefined()
  })

  test.each([
    ['storage_full', 'error: Failed to write to the client cache\n  cause: No space left on device (os error 28)'],
    ['forbidden', 'error: Failed to download `numpy==2.4.6`\n  cause: Hash mismatch for `numpy==2.4.6`'],
    [
      'missing_requirement',
      'error: Request failed after 3 retries\n  cause: dns error\n  cause: failed to lookup address information',
    ],
    ['missing_requirement', 'error: failed to create directory\n  cause: Read-only file system (os error 30)'],
    ['worker_failed', 'thread main panicked'],
  ])('that fails is %s, with a remedy', (code, text) => {
    const error = uvFailure(text)
    expect(error.code).toBe(code)
    expect(error.hint?.length).toBeGreaterThan(10)
  })
})

describe('a probe', () => {
  const report = (torch: Partial<NonNullable<ProbeReport['torch']>>, more: Partial<ProbeReport> = {}): ProbeReport => ({
    python: '3.11.7',
    implementation: 'cpython',
    executable: '/p',
    baseExecutable: '/p',
    prefix: '/',
    imports: { torch: null },
    versions: { torch: '2.15.0' },
    torch: { version: '2.15.0', cuda: '13.2', hip: null, threads: 2, devices: [], unavailable: null, ...torch },
    compiler: '/usr/bin/cc',
    headers: true,
    ...more,
  })
  const h200 = { name: 'NVIDIA H200', capability: '9.0', memoryBytes: 1, supported: true }
  const atLeast = { torch: '2.6' }

  test('of a torch before 2.6 is refused: its loader runs code from files', () => {
    const [finding] = judge(report({}, { versions: { torch: '2.5.1+cu124' } }), { backend: 'cpu', atLeast })
    expect(finding).toMatchObject({ severity: 'fail', cause: expect.stringContaining('CVE-2025-32434') })
  })

  test('with a working GPU has nothing to say', () => {
    expect(judge(report({ devices: [h200] }), { backend: 'cu13x', atLeast })).toEqual([])
  })

  type Case = [string, Parameters<typeof report>[0], Partial<ProbeReport>, 'fail' | 'warn', string]
  const cases: Case[] = [
    [
      'no GPU is seen',
      { unavailable: 'CUDA driver initialization failed' },
      {},
      'warn',
      'torch sees no GPU: CUDA driver',
    ],
    ['torch was replaced by a CPU build', { cuda: null }, {}, 'fail', 'not built for CUDA'],
    ['the GPU is older than the build', { devices: [{ ...h200, supported: false }] }, {}, 'warn', 'not among the GPUs'],
    ['Triton could not compile', { devices: [h200] }, { headers: false }, 'warn', "Python's headers"],
  ]
  test.each(cases)('says when %s', (_what, torch, more, severity, cause) => {
    const findings = judge(report(torch, more), { backend: 'cu13x', atLeast })
    expect(findings).toEqual([expect.objectContaining({ severity, cause: expect.stringContaining(cause) })])
  })
})
