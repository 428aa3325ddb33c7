import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createToolCallReader } from './tool-calls.ts'

const read = (text: string, sizes: readonly number[]) => {
  const reader = createToolCallReader()
  const parts = []
  let at = 0
  for (const size of sizes) {
    parts.push(reader.push(text.slice(at, at + size)))
    at += size
  }
  parts.push(reader.push(text.slice(at)), reader.flush())
  return {
    content: parts.map(({ content }) => content).join(''),
    calls: parts.flatMap(({ calls }) => calls),
  }
}

const cuts = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 30 })

test('calls are found however the text was cut', () => {
  const text =
    'Let me look.<tool_call>\n{"name": "weather", "arguments": {"city": "Köln"}}\n</tool_call>\n<tool_call>{"name":"now","arguments":{}}</tool_call>'
  fc.assert(
    fc.property(cuts, sizes => {
      expect(read(text, sizes)).toEqual({
        content: 'Let me look.',
        calls: [
          { name: 'weather', arguments: '{"city":"Köln"}' },
          { name: 'now', arguments: '{}' },
        ],
      })
    }),
  )
})

test('text that only resembles a call stays text', () => {
  for (const text of [
    'a < b <tool',
    'see <tool_call>this</tool_call>.',
    '<tool_call>{"no": "name"}</tool_call>',
    'x<tool_call>{"na',
  ])
    fc.assert(
      fc.property(cuts, sizes => {
        expect(read(text, sizes)).toEqual({ content: text, calls: [] })
      }),
      { numRuns: 30 },
    )
})
