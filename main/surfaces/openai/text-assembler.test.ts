import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createTextAssembler } from './text-assembler.ts'

/** Feeds text in pieces of the given byte lengths, and gives what came out of each push and at the end. */
function assembled(text: string, sizes: readonly number[], stops: readonly string[]) {
  const bytes = Buffer.from(text)
  const assembler = createTextAssembler(stops)
  const out: string[] = []
  let at = 0
  for (const size of sizes) {
    out.push(assembler.push(bytes.subarray(at, at + size)))
    at = Math.min(bytes.length, at + size)
  }
  out.push(assembler.push(bytes.subarray(at)))
  out.push(assembler.flush())
  return { out, text: out.join(''), stopped: assembler.isStopped() }
}

// The rule, said without streaming: grow the text by one character until it ends with a stop string.
function reference(text: string, stops: readonly string[]): { text: string; stopped: boolean } {
  for (let end = 0; end <= text.length; end += 1) {
    const ending = stops.filter(stop => stop !== '' && text.slice(0, end).endsWith(stop))
    const longest = Math.max(0, ...ending.map(stop => stop.length))
    if (longest > 0) return { text: text.slice(0, end - longest), stopped: true }
  }
  return { text, stopped: false }
}

// Few different letters, so that stop strings are met, almost met and overlap all the time.
const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'ß', '世', '🙂'), maxLength: 30 })
const stopStrings = fc.array(
  fc.string({ unit: fc.constantFrom('a', 'b', 'ß', '世', '🙂'), minLength: 1, maxLength: 4 }),
  {
    maxLength: 4,
  },
)
const cuts = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 40 })

describe('the text assembler', () => {
  test('gives the same text however it was cut into tokens, ended before the first stop string', () => {
    fc.assert(
      fc.property(letters, stopStrings, cuts, (text, stops, sizes) => {
        const result = assembled(text, sizes, stops)
        expect({ text: result.text, stopped: result.stopped }).toEqual(reference(text, stops))
      }),
      { numRuns: 2_000 },
    )
  })

  test('never gives half a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), cuts, (text, sizes) => {
        const { out } = assembled(text, sizes, [])
        for (const part of out) expect(part.isWellFormed()).toBe(true)
        expect(out.join('')).toBe(text)
      }),
    )
  })

  test('holds back no more than what may still become a stop string', () => {
    const assembler = createTextAssembler(['STOP'])
    expect(assembler.push(Buffer.from('abc'))).toBe('abc')
    expect(assembler.push(Buffer.from('d ST'))).toBe('d ')
    expect(assembler.push(Buffer.from('AY ST'))).toBe('STAY ')
    expect(assembler.push(Buffer.from('OP and more'))).toBe('')
    expect(assembler.isStopped()).toBe(true)
    expect(assembler.push(Buffer.from('more'))).toBe('')
    expect(assembler.flush()).toBe('')
  })

  test('replaces a character that never ends, and bytes that are no character', () => {
    const assembler = createTextAssembler([])
    expect(assembler.push(Uint8Array.of(0x61, 0xf0, 0x9f))).toBe('a')
    expect(assembler.isInsideCharacter()).toBe(true)
    expect(assembler.flush()).toBe('\uFFFD')
    expect(createTextAssembler([]).push(Uint8Array.of(0xff, 0x61))).toBe('\uFFFDa')
  })

  test('keeps a byte order mark that the model wrote', () => {
    expect(createTextAssembler([]).push(Buffer.from('\uFEFFx'))).toBe('\uFEFFx')
  })
})
