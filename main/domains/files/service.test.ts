import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemCall } from '../../contract/call.ts'
import { files } from '../../contract/files.ts'
import { createFiles } from './service.ts'

const call = systemCall('test')
let home: string
let dataDir: string

beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'slipway browse ')))
  dataDir = join(home, 'data', 'slipway')
  mkdirSync(join(dataDir, 'jobs'), { recursive: true })
  writeFileSync(join(dataDir, 'slipway.db'), 'secret')
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const browse = (path?: string, more: { hidden?: boolean; q?: string; limit?: number } = {}) => {
  const { limit, ...input } = more
  const { handlers } = createFiles({
    home,
    ownFolders: [dataDir],
    shortcuts: [
      { kind: 'home', path: home },
      { kind: 'ollama', path: join(home, 'not there') },
    ],
    ...(limit !== undefined && { limit }),
  })
  return handlers.browse({ hidden: false, ...(path !== undefined && { path }), ...input }, call)
}
const names = async (...args: Parameters<typeof browse>) => (await browse(...args)).entries.map(entry => entry.name)
const touch = (...parts: string[]) => writeFileSync(join(home, ...parts), 'x')

test('the home folder is where browsing begins, folders first and numbers in order', async () => {
  for (const name of ['run-10.jsonl', 'run-2.jsonl', 'Zebra.gguf', 'apple.csv']) touch(name)
  mkdirSync(join(home, 'zoo'))
  const listed = await browse()
  expect(listed.path).toBe(home)
  expect(listed.home).toBe(home)
  expect(listed.entries.map(entry => entry.name)).toEqual([
    'data',
    'zoo',
    'apple.csv',
    'run-2.jsonl',
    'run-10.jsonl',
    'Zebra.gguf',
  ])
  expect(listed.entries.at(-1)).toMatchObject({ kind: 'file', sizeBytes: 1, hint: 'model', isLink: false })
})

test('only shortcuts that exist are offered', async () => {
  expect((await browse()).shortcuts).toEqual([{ kind: 'home', path: home }])
})

test('a folder that holds a model or an adapter says so, from outside and from inside', async () => {
  for (const name of ['base', 'lora']) mkdirSync(join(home, name))
  touch('base', 'config.json')
  touch('lora', 'config.json')
  touch('lora', 'adapter_config.json')
  const { entries } = await browse()
  expect(entries.map(({ name, hint }) => [name, hint])).toEqual([
    ['base', 'model'],
    ['data', undefined],
    ['lora', 'adapter'],
  ])
  const inside = await browse(join(home, 'base'))
  expect(inside.hint).toBe('model')
  expect(inside.entries[0]?.hint, 'the description of a model is no dataset').toBeUndefined()
})

test('names with a dot are listed only when asked for', async () => {
  touch('.hidden.csv')
  expect(await names()).not.toContain('.hidden.csv')
  expect(await names(home, { hidden: true })).toContain('.hidden.csv')
})

test('a large folder answers with its first entries and the number of the rest', async () => {
  mkdirSync(join(home, 'many'))
  for (let i = 0; i < 25; i += 1) touch('many', `row-${i}.csv`)
  const listed = await browse(join(home, 'many'), { limit: 10 })
  expect(listed.entries.map(entry => entry.name)).toEqual(Array.from({ length: 10 }, (_, i) => `row-${i}.csv`))
  expect(listed.more).toBe(15)
  expect(await names(join(home, 'many'), { limit: 10, q: 'ROW-24' })).toEqual(['row-24.csv'])
})

test('names in any script come back as they are', async () => {
  for (const name of ['数据 集.jsonl', 'مجموعة.csv', "quo'te\n.txt"]) touch(name)
  expect(await names()).toEqual(expect.arrayContaining(['数据 集.jsonl', 'مجموعة.csv', "quo'te\n.txt"]))
})

test.each([
  ['itself', () => dataDir],
  ['a folder below', () => join(dataDir, 'jobs')],
  ['by way of dots', () => join(home, 'elsewhere', '..', 'data', 'slipway', 'jobs', '..')],
  ['with the dots left in', () => `${home}/data/../data/slipway/./jobs`],
  ['through a link', () => join(home, 'link')],
  ['through a link to its parent', () => join(home, 'parent-link', 'slipway')],
  ['a file of it', () => join(dataDir, 'slipway.db')],
  ['from home', () => '~/data/slipway'],
])('the own data folder is refused: %s', async (_, path) => {
  mkdirSync(join(home, 'elsewhere'))
  symlinkSync(dataDir, join(home, 'link'))
  symlinkSync(join(home, 'data'), join(home, 'parent-link'))
  await expect(browse(path())).rejects.toMatchObject({ code: 'forbidden', hint: expect.any(String) })
})

test('what leads into the own data folder is marked in its parent, not described', async () => {
  symlinkSync(join(dataDir, 'slipway.db'), join(home, 'a link'))
  mkdirSync(join(home, 'data', 'slipway-notes'))
  expect((await browse()).entries.find(entry => entry.name === 'a link')).toEqual({
    name: 'a link',
    path: join(home, 'a link'),
    kind: 'file',
    isLink: true,
    problem: 'protected',
  })
  const { entries } = await browse(join(home, 'data'))
  expect(entries.map(({ name, problem }) => [name, problem])).toEqual([
    ['slipway', 'protected'],
    ['slipway-notes', undefined],
  ])
})

test('links are followed, and a link to nothing or to itself says that it is broken', async () => {
  mkdirSync(join(home, 'real'))
  touch('real', 'a.gguf')
  symlinkSync(join(home, 'real'), join(home, 'to-folder'))
  symlinkSync(join(home, 'real', 'a.gguf'), join(home, 'to-file.gguf'))
  symlinkSync(join(home, 'gone'), join(home, 'to-nothing'))
  symlinkSync(join(home, 'circle'), join(home, 'circle'))
  const { entries } = await browse()
  const of = (name: string) => entries.find(entry => entry.name === name)
  expect(of('to-folder')).toMatchObject({ kind: 'folder', isLink: true })
  expect(of('to-file.gguf')).toMatchObject({ kind: 'file', isLink: true, sizeBytes: 1, hint: 'model' })
  expect(of('to-nothing')).toMatchObject({ isLink: true, problem: 'broken_link' })
  expect(of('circle')).toMatchObject({ isLink: true, problem: 'broken_link' })
  expect((await browse(join(home, 'to-folder'))).path).toBe(join(home, 'real'))
  await expect(browse(join(home, 'circle'))).rejects.toMatchObject({ code: 'invalid_input' })
})

test('pipes and sockets are counted, never opened', async () => {
  execFileSync('mkfifo', [join(home, 'pipe')])
  symlinkSync(join(home, 'pipe'), join(home, 'to-pipe'))
  const server = createServer()
  await new Promise<void>(resolve => server.listen(join(home, 's'), resolve))
  try {
    const listed = await browse()
    expect(listed.entries.map(entry => entry.name)).toEqual(['data'])
    expect(listed.others).toBe(3)
    await expect(browse(join(home, 'pipe'))).rejects.toMatchObject({ code: 'invalid_input' })
  } finally {
    await new Promise(resolve => server.close(resolve))
  }
})

test('a folder that may not be read is named, with the remedy', async ({ skip }) => {
  if (process.getuid?.() === 0) skip('root reads every folder')
  mkdirSync(join(home, 'locked'), { mode: 0o000 })
  mkdirSync(join(home, 'listed'))
  touch('listed', 'a.csv')
  chmodSync(join(home, 'listed'), 0o444)
  await expect(browse(join(home, 'locked'))).rejects.toMatchObject({
    code: 'forbidden',
    message: expect.stringContaining('locked'),
    hint: expect.stringContaining('right to read'),
  })
  expect((await browse(join(home, 'listed'))).entries).toMatchObject([{ name: 'a.csv', problem: 'unreadable' }])
  chmodSync(join(home, 'listed'), 0o755)
  chmodSync(join(home, 'locked'), 0o755)
})

test.each([
  ['a relative path', 'models', 'invalid_input'],
  ['another user’s home', '~root/x', 'invalid_input'],
  ['a NUL', '/tmp/\0/etc', 'invalid_input'],
  ['nothing', '/no/such/folder', 'not_found'],
  ['a name that is too long', `/${'x'.repeat(300)}`, 'invalid_input'],
])('%s is refused with a cause', async (_, path, code) => {
  await expect(browse(path)).rejects.toMatchObject({ code })
})

test('a file is not a folder', async () => {
  touch('a.csv')
  await expect(browse(join(home, 'a.csv'))).rejects.toMatchObject({ code: 'invalid_input' })
  await expect(browse(join(home, 'a.csv', 'b'))).rejects.toMatchObject({ code: 'not_found' })
})

test('the root has no parent', async () => {
  expect((await browse('/')).parent).toBeUndefined()
})

test('reading the disk takes more than a key that reads Slipway', () => {
  expect(files.browse['~orpc'].meta).toMatchObject({ policy: 'write' })
})
