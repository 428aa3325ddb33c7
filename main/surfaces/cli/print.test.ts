import { expect, test } from 'vitest'
import { bytes, duration, pretty } from './print.ts'

test('rows of a dataset are shown with what is in them', () => {
  const rows = [
    {
      row: 0,
      data: {
        messages: [
          { role: 'user', content: 'Which run?' },
          { role: 'assistant', content: 'Run 7.' },
        ],
      },
    },
    { row: 1, data: { messages: [{ role: 'user', content: 'And now?' }] } },
  ]
  const shown = pretty({ kind: 'sft', rows, total: 2 })
  for (const text of ['row: 0', 'Which run?', 'Run 7.', 'row: 1', 'And now?']) expect(shown).toContain(text)
})

test('a rendered row shows what is learned and what is masked, on one line each', () => {
  const shown = pretty({
    samples: [
      {
        ...{ row: 3, tokens: 9, learnedTokens: 4, truncatedTokens: 0 },
        parts: [
          { text: '<|user|>\nHi', learned: false },
          { text: '{"a":1}<|end|>', learned: true },
        ],
      },
    ],
  })
  expect(shown).toContain('row: 3')
  expect(shown).toMatch(/^ *masked {3}<\|user\|>\\nHi$/m)
  expect(shown).toMatch(/^ *learned {2}\{"a":1\}<\|end\|>$/m)
})

test('lists stay tables, although their entries have more in them', () => {
  const shown = pretty({
    items: [{ id: 'mdv_1', name: 'base', state: 'ready', summary: { format: 'gguf' } }],
    total: 1,
  })
  expect(shown).toBe('id     name  state\nmdv_1  base  ready')
})

test('the last column takes the room that the others leave, and is cut there', () => {
  const lines = [
    { line: 0, stream: 'stderr', text: 'short' },
    { line: 1, stream: 'stderr', text: 'x'.repeat(300) },
  ]
  const shown = pretty({ lines }, 100).split('\n')
  expect(shown[2]).toMatch(/^ {2}0 +stderr +short$/)
  expect(shown[3]).toMatch(/^ {2}1 +stderr +x{70,}…$/)
  expect(shown[3]).toHaveLength(100)
})

test('control sequences from files are shown, not obeyed', () => {
  const control = String.fromCharCode(0x1b)
  expect(pretty({ rows: [{ row: 0, data: { text: `${control}[2J` } }] })).not.toContain(control)
  expect(pretty({ parts: [{ text: `${control}]0;x`, learned: true }] })).not.toContain(control)
})

test('sizes and times are what people read', () => {
  expect([bytes(999), bytes(1_000), bytes(123_456_789)]).toEqual(['999 B', '1.0 kB', '123 MB'])
  expect([duration(59), duration(61), duration(7_261)]).toEqual(['59 s', '1 min 1 s', '2 h 1 min'])
})
