import { Buffer } from 'node:buffer'
import { execFileSync } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { looksLikeGb18030 } from './gb18030.ts'
import { imported, type Scratch, scratch } from './test-import.ts'

const question = '船台上的船什么时候下水？请简要说明原因。'
const answer = '潮水最高的时候，因为那时水最深。'
const csv = `prompt,response\r\n${`${question},${answer}\r\n`.repeat(20)}`
// Windows Excel in China writes CSV so; Python and iconv write the same bytes.
const encoded = (text: string, encoding: string): Buffer =>
  execFileSync(
    'python3',
    ['-c', `import sys; sys.stdout.buffer.write(sys.stdin.buffer.read().decode().encode("${encoding}"))`],
    {
      input: text,
    },
  )

describe('Chinese text that is not UTF-8', () => {
  let at: Scratch
  beforeEach(() => {
    at = scratch()
  })
  afterEach(() => at.remove())

  test.each(['gb18030', 'gbk', 'gb2312'])(
    'in %s is named for what it is, with the command that mends it',
    async name => {
      await expect(imported(at, at.file('excel.csv', encoded(csv, name)))).rejects.toMatchObject({
        code: 'invalid_input',
        message: expect.stringContaining('GB18030'),
        hint: expect.stringContaining('iconv -f GB18030 -t UTF-8'),
      })
    },
  )

  test('after that command is read as it was meant', async () => {
    const mended = new TextDecoder('gb18030').decode(encoded(csv, 'gb18030'))
    const { rows } = await imported(at, at.file('mended.csv', mended))
    expect(rows).toHaveLength(20)
    expect(rows[0]).toEqual({
      messages: [
        { role: 'user', content: question },
        { role: 'assistant', content: answer },
      ],
    })
  })

  test('in one row of many is a bad row: the others are kept', async () => {
    const line = `{"prompt":"${question}","response":"${answer}"}\n`
    const bytes = Buffer.concat([Buffer.from(line.repeat(5)), encoded(line, 'gbk'), Buffer.from(line.repeat(5))])
    const { result } = await imported(at, at.file('mixed.jsonl', bytes))
    expect(result).toMatchObject({ rows: 10, badRows: 1, reasons: { invalid_utf8: 1 } })
  })
})

test('no other text is taken for it', () => {
  const texts = [
    'prompt,response\nwhat,nothing\n',
    csv,
    question.repeat(9),
    '日本語のテキストです。船は進水台から海へ出る。',
    '조선소의 배는 언제 물에 뜨나요?',
  ]
  for (const text of texts) expect(looksLikeGb18030(Buffer.from(text)), text.slice(0, 20)).toBe(false)
  for (const text of ['für Größe, Übermaß und ähnliches\n', 'déjà vu à la plage, là où ça gêne\n', 'ÄÖÜ äöü\n'])
    expect(looksLikeGb18030(Buffer.from(text.repeat(3), 'latin1')), text).toBe(false)
})

test('one damaged byte in a Chinese document does not make it another encoding', () => {
  const bytes = Buffer.from(question.repeat(50))
  bytes[300] = 0xff
  expect(looksLikeGb18030(bytes)).toBe(false)
})

test('a Chinese document larger than the part that is looked at is not taken for it where that part ends', async () => {
  const at = scratch()
  try {
    for (const before of ['', 'a', 'ab']) {
      const { result } = await imported(at, at.file('long.md', before + question.repeat(20_000)))
      expect(result.rows).toBe(1)
    }
  } finally {
    at.remove()
  }
})
