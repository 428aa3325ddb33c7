import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { cliMethods } from '../../main/surfaces/cli/help.ts'
import { openCli } from '../support/cli.ts'

const cli = openCli()
afterAll(() => cli.dispose())

test('a command starts a backend for itself, answers and ends with 0', async () => {
  const { code, stdout, stderr } = await cli.run('keys', 'create', 'first', '--scope', 'read,inference')
  expect(code).toBe(0)
  expect(stdout).toMatch(/^secret: slp_/m)
  expect(stderr).toBe('')
})

test('--json prints one document and nothing else', async () => {
  const { code, json } = await cli.run('keys', 'list', '--json')
  expect(code).toBe(0)
  expect(json()).toMatchObject({ items: [{ name: 'first', scopes: ['read', 'inference'] }] })
})

test('a name and an id are interchangeable', async () => {
  const { id } = (await cli.say('keys', 'create', 'second', '--json')).json() as { id: string }
  expect((await cli.say('keys', 'revoke', 'second')).code).toBe(0)
  const { items } = (await cli.say('keys', 'list', '--json')).json() as { items: { id: string; revokedAt?: string }[] }
  expect(items.find(item => item.id === id)?.revokedAt).toBeDefined()
})

test.each([
  ['bad usage', 2, ['keys', 'creat']],
  ['an unknown command', 2, ['kees', 'list']],
  ['an unknown flag', 2, ['keys', 'list', '--everything']],
  ['a missing word', 2, ['keys', 'create']],
  ['a word too many', 2, ['keys', 'create', 'a', 'b']],
  ['a value out of range', 2, ['audit', 'list', '--limit', '0']],
  ['what is not there', 3, ['models', 'show', 'nothing']],
  ['a conflict', 5, ['keys', 'create', 'first']],
  ['something that is needed first', 6, ['environments', 'build', 'training', '--backend', 'rocm']],
])('%s ends with exit code %i', async (_, code, words) => {
  const ran = await cli.say(...words)
  expect(`${ran.code} ${ran.stderr}`).toMatch(new RegExp(`^${code} `))
  expect(ran.stderr).toMatch(/^error\[\w+\]: /m)
  expect(ran.stderr).toMatch(/^hint: /m)
})

test('with --json a failure is one document with code, message and hint', async () => {
  const { code, stdout, json } = await cli.run('models', 'show', 'nothing', '--json')
  expect(code).toBe(3)
  expect(stdout.trim().split('\n')).toHaveLength(1)
  expect(json()).toMatchObject({ error: { code: 'not_found', message: expect.any(String), hint: expect.any(String) } })
})

test('a slip of the finger is answered with the nearest word', async () => {
  expect((await cli.say('keys', 'lits')).stderr).toContain('Did you mean "list"?')
})

test('every command explains itself with a usage line and an example', async () => {
  const overview = await cli.run('--help')
  expect(overview.code).toBe(0)
  for (const domain of new Set(cliMethods().map(method => method.domain)))
    expect(overview.stdout).toContain(`slipway ${domain}`)
  const { stdout, code } = await cli.say('training', 'start', '--help')
  expect(code).toBe(0)
  expect(stdout).toContain('--set')
  expect(stdout).toContain('slipway training start --method sft')
})

test('--watch gives events as lines until the thing ends', async () => {
  const dir = join(cli.dataDir, 'incoming')
  mkdirSync(dir)
  writeFileSync(
    join(dir, 'rows.jsonl'),
    '{"prompt":"a","response":"b"}\n{"prompt":"c"\n{"prompt":"d","response":"e"}\n',
  )
  const { stdout, code } = await cli.run('datasets', 'import', join(dir, 'rows.jsonl'), '--name', 'watched', '--watch')
  expect(code).toBe(0)
  const events = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as { topic: string; data: { state: string } })
  expect(events.at(-1)).toMatchObject({ topic: 'jobs', data: { state: 'done' } })
})

test('one bad row is reported with its line, and the good rows are kept', async () => {
  const shown = (await cli.say('datasets', 'show', 'watched', '--json')).json() as { rows: number; badRows: number }
  expect(shown).toMatchObject({ rows: 2, badRows: 1 })
  const { items } = (await cli.say('datasets', 'issues', 'watched', '--json')).json() as {
    items: { line: number; reason: string; sample: string }[]
  }
  expect(items).toMatchObject([{ line: 2, reason: 'invalid_json', sample: '{"prompt":"c"' }])
})

test('a failed job ends the command with the code of its failure', async () => {
  const dir = join(cli.dataDir, 'incoming')
  writeFileSync(join(dir, 'empty.jsonl'), '')
  const { code, stderr } = await cli.say('datasets', 'import', join(dir, 'empty.jsonl'), '--name', 'empty', '--wait')
  expect(code).toBe(2)
  expect(stderr).toMatch(/error\[invalid_input\]/)
})

test('backup, verify and restore bring the state back, and keep what was replaced', async () => {
  const { path } = (await cli.say('backup', 'create', '--json')).json() as { path: string }
  expect((await cli.say('backup', 'verify', path, '--json')).json()).toMatchObject({ ok: true, problems: [] })
  await cli.say('keys', 'create', 'after-the-backup')
  expect((await cli.say('backup', 'restore', path)).code, 'while the backend runs').toBe(5)
  await cli.say('stop')
  const restored = await cli.run('backup', 'restore', path, '--json')
  expect(restored.code).toBe(0)
  expect(restored.json()).toMatchObject({ previousFilesAreIn: expect.stringContaining('replaced-') })
  expect(restored.stderr).toMatch(/^restore \S+\.db: checking, 0 % of [\d.]+ kB$/m)
  expect(restored.stderr).toMatch(/^restore \S+\.db: copying, 100 % of [\d.]+ kB, [\d.]+ \w?B\/s, 0 s left$/m)
  const { items } = (await cli.say('keys', 'list', '--json')).json() as { items: { name: string }[] }
  expect(items.map(item => item.name)).toEqual(expect.arrayContaining(['first']))
  expect(items.map(item => item.name)).not.toContain('after-the-backup')
})

test('a restore that is watched tells its progress as lines of JSON, and at last what it did', async () => {
  const { path } = (await cli.say('backup', 'create', '--json')).json() as { path: string }
  await cli.say('stop')
  const { code, stdout, stderr } = await cli.say('backup', 'restore', path, '--watch')
  const lines = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(lines[0]).toMatchObject({ event: 'progress', phase: 'checking', files: 1, done: 0, unit: 'bytes' })
  const last = lines.findLast(line => line.event === 'progress')
  expect(last).toMatchObject({ phase: 'copying', done: last?.total, ratePerSecond: expect.any(Number), secondsLeft: 0 })
  expect(lines.at(-1)).toMatchObject({ event: 'finished', restored: path })
})

test('status says what runs and where', async () => {
  expect((await cli.say('status', '--json')).json()).toMatchObject({
    dataDir: cli.dataDir,
    pid: expect.any(Number),
    logFile: expect.any(String),
  })
})
