import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { AppError } from '../../contract/errors.ts'
import type { Asking } from '../threads/pool.ts'
import { createProcesses } from './asked-processes.ts'
import { isAlive } from './is-alive.ts'

type Asked = {
  readonly pid: () => number
  readonly refuse: () => never
  readonly crash: () => never
  readonly babble: () => never
  readonly hang: () => never
  readonly fill: () => never
  readonly environment: () => string[]
}

const programText = (answerOnPipes: URL): string => `
import { answerOnPipes } from ${JSON.stringify(answerOnPipes.href)}
const held = []
answerOnPipes({
  pid: () => process.pid,
  refuse: () => { throw new Error("ENOENT: '/home/ada/secret'") },
  crash: () => process.abort(),
  babble: () => new Promise(() => console.log('{"output":1,"error":2}\\nnoise\\n{"error":{"code":"made up","message":""}}')),
  hang: () => { for (;;); },
  fill: () => { for (;;) held.push(Buffer.alloc(1 << 20, 1)) },
  environment: () => Object.keys(process.env),
})`

let folder: string
let asking: Asking<Asked>
let program: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway processes '))
  const file = join(folder, 'program.ts')
  writeFileSync(file, programText(new URL('./answer-on-pipes.ts', import.meta.url)))
  program = pathToFileURL(file).href
  asking = open(60_000)
})
/** @param timeoutMs of a question, the start of its process included: short only for who tests that it is kept */
const open = (timeoutMs: number): Asking<Asked> =>
  createProcesses<Asked>({
    program: new URL(program),
    env: { ONLY: 'this' },
    heapMiB: 64,
    memoryLimitBytes: 400 * 1024 ** 2,
    timeoutMs,
    most: 1,
    lost: loss => new AppError('worker_lost', JSON.stringify(loss)),
  })
afterEach(async () => {
  await asking.close()
  rmSync(folder, { recursive: true, force: true })
})

const lossOf = (name: keyof Asked, whom = asking): Promise<unknown> =>
  whom.ask(name, undefined as never).then(
    () => 'an answer',
    (error: unknown) => JSON.parse(error instanceof AppError ? error.message : '"no AppError"') as unknown,
  )
const pid = (): Promise<number> => asking.ask('pid', undefined as never)

test('a process answers question after question, and is gone once nobody asks any more', async () => {
  const first = await pid()
  expect(await pid()).toBe(first)
  expect(first).not.toBe(process.pid)
  await asking.close()
  expect(isAlive(first)).toBe(false)
})

test('what goes wrong in it is told without what only the log may know', async () => {
  await expect(asking.ask('refuse', undefined as never)).rejects.toMatchObject({
    code: 'internal',
    message: expect.not.stringContaining('secret'),
    cause: { message: expect.stringContaining('/home/ada/secret') },
  })
})

test('a native crash costs the question, and the next one gets another process', async () => {
  const before = await pid()
  expect(await lossOf('crash')).toEqual({ why: 'crash', how: 'SIGABRT' })
  expect(await pid()).not.toBe(before)
})

test('one that never answers is ended after its time, and what it says meanwhile is no answer', async () => {
  const hasty = open(5_000)
  onTestFinished(() => hasty.close())
  const before = await hasty.ask('pid', undefined as never)
  expect(await lossOf('babble', hasty)).toEqual({ why: 'time' })
  expect(isAlive(before)).toBe(false)
})

test('one that takes more memory than it may is ended', async () => {
  expect(await lossOf('fill')).toEqual({ why: 'memory' })
})

test('a cancelled question ends the process, however busy it is, before the asker hears of it', async () => {
  const before = await pid()
  const stop = new AbortController()
  const asked = asking.ask('hang', undefined as never, stop.signal)
  stop.abort()
  await expect(asked).rejects.toMatchObject({ code: 'cancelled' })
  expect(isAlive(before)).toBe(false)
})

test('it has the environment that it was given and nothing of ours', async () => {
  const names = await asking.ask('environment', undefined as never)
  // The shell that starts it adds a few of its own.
  expect(names.filter(name => !['PWD', 'SHLVL', '_', 'OLDPWD'].includes(name))).toEqual(['ONLY'])
})

test('a program with nothing else to wait for ends without its idle process, and waits for one that it closes', () => {
  const asker = (after: string) => `
    import { createProcesses } from ${JSON.stringify(new URL('./asked-processes.ts', import.meta.url).href)}
    const limits = { heapMiB: 64, memoryLimitBytes: 1e9, timeoutMs: 60_000, most: 1, lost: () => new Error('lost') }
    const asking = createProcesses({ program: new URL(process.argv[1]), env: {}, ...limits })
    console.log(await asking.ask('pid'))
    ${after}`
  const said = (after: string) =>
    execFileSync(process.execPath, ['--input-type=module', '-e', asker(after), program], {
      encoding: 'utf8',
      timeout: 50_000,
    }).split('\n')
  expect(said('')).toEqual([expect.stringMatching(/^\d+$/), ''])
  expect(said("await asking.close(); console.log('closed')")).toEqual([expect.any(String), 'closed', ''])
})
