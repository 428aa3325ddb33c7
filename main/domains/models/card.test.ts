import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { maxCardBytes, readCard } from './card.ts'

let dir: string
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'slipway card ')))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const none = { text: '', sizeBytes: 0, isCut: false }

test('the README of a model’s folder is its card, as it was written', async () => {
  writeFileSync(join(dir, 'README.md'), '---\r\nlicense: mit\r\n---\r\n# 模型\n\t<script>alert(1)</script>')
  expect(await readCard(dir)).toEqual({
    name: 'README.md',
    text: '---\nlicense: mit\n---\n# 模型\n\t<script>alert(1)</script>',
    sizeBytes: 59,
    isCut: false,
  })
})

test('a model without a card has an empty one', async () => {
  expect(await readCard(dir)).toEqual(none)
})

test('a long card is cut between characters, and says so', async () => {
  writeFileSync(join(dir, 'README.md'), '界'.repeat(maxCardBytes))
  const card = await readCard(dir)
  expect(card.isCut).toBe(true)
  expect(card.sizeBytes).toBe(maxCardBytes * 3)
  expect(card.text).toMatch(/^界+$/)
})

test('marks that hide or turn text are made visible', async () => {
  writeFileSync(join(dir, 'README.md'), 'safe\u202egnp.exe\u0007\u001b[31m')
  expect((await readCard(dir)).text).toBe('safe\\u202egnp.exe\\u0007\\u001b[31m')
})

test('a link out of the folder and a pipe are no card', async () => {
  mkdirSync(join(dir, 'model'))
  writeFileSync(join(dir, 'secret'), 'secret')
  symlinkSync(join(dir, 'secret'), join(dir, 'model', 'README.md'))
  execFileSync('mkfifo', [join(dir, 'model', 'README')])
  expect(await readCard(join(dir, 'model'))).toEqual(none)
})

test('a single file has the card of its download from the Hub, and no other README that lies beside it', async () => {
  writeFileSync(join(dir, 'README.md'), 'about my downloads')
  writeFileSync(join(dir, 'a.gguf'), 'GGUF')
  expect(await readCard(join(dir, 'a.gguf'))).toEqual(none)
  const snapshot = join(dir, 'models--org--name', 'snapshots', 'abc')
  const blobs = join(dir, 'models--org--name', 'blobs')
  for (const folder of [snapshot, blobs]) mkdirSync(folder, { recursive: true })
  writeFileSync(join(blobs, 'one'), 'the card')
  writeFileSync(join(blobs, 'two'), 'GGUF')
  symlinkSync(join(blobs, 'one'), join(snapshot, 'README.md'))
  symlinkSync(join(blobs, 'two'), join(snapshot, 'a.gguf'))
  expect((await readCard(join(snapshot, 'a.gguf'))).text).toBe('the card')
})

test('a copy in the data directory has its card in our store of blobs, and in no other folder', async () => {
  const copy = join(dir, 'models', `mdv_${'1'.repeat(32)}`)
  for (const folder of [copy, join(dir, 'blobs'), join(dir, 'other')]) mkdirSync(folder, { recursive: true })
  writeFileSync(join(dir, 'blobs', 'one'), 'the card')
  writeFileSync(join(dir, 'other', 'two'), 'secret')
  symlinkSync(join('..', '..', 'blobs', 'one'), join(copy, 'README.md'))
  expect((await readCard(copy)).text).toBe('the card')
  rmSync(join(copy, 'README.md'))
  symlinkSync(join('..', '..', 'other', 'two'), join(copy, 'README.md'))
  expect(await readCard(copy)).toEqual(none)
})

test('files that are gone are named', async () => {
  await expect(readCard(join(dir, 'gone'))).rejects.toMatchObject({ code: 'not_found' })
})
