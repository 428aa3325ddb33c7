import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readCard } from './model-card.ts'

let dir = ''
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'slipway card '))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const card = (text: string) => {
  writeFileSync(join(dir, 'README.md'), text)
  return readCard(dir, [{ path: 'README.md', sizeBytes: Buffer.byteLength(text) }])
}

test('a card is read without what stands at its head for machines', async () => {
  expect(await card('---\nlicense: mit\n---\n\n# Tiny\nsmall 模型\n')).toEqual({
    file: 'README.md',
    text: '# Tiny\nsmall 模型',
    isCut: false,
  })
})

test('a card of a megabyte is cut, and says so', async () => {
  const found = await card('x'.repeat(1_000_000))
  expect(found).toMatchObject({ isCut: true })
  expect(found.text).toHaveLength(256 * 1024)
})

test('without a card, or with one that is gone, nothing is said', async () => {
  expect(await readCard(dir, [{ path: 'config.json', sizeBytes: 2 }])).toEqual({ text: '', isCut: false })
  expect(await readCard(join(dir, 'gone'), [{ path: 'README.md', sizeBytes: 2 }])).toEqual({ text: '', isCut: false })
})

test.skipIf(process.platform === 'win32')('a pipe in the place of a card keeps nobody waiting', async () => {
  execFileSync('mkfifo', [join(dir, 'MODEL_CARD.md')])
  expect(await readCard(dir, [{ path: 'MODEL_CARD.md', sizeBytes: 2 }])).toMatchObject({ text: '' })
})
