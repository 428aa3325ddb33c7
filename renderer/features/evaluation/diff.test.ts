import fc from 'fast-check'
import { expect, test } from 'vitest'
import { commonShare, type DiffPart, diffWords } from './diff.ts'

const shown = (parts: readonly DiffPart[]) =>
  parts.map(({ kind, text }) => (kind === 'same' ? text : kind === 'added' ? `{+${text}}` : `{-${text}}`)).join('')

test('words that differ are marked, the rest is common', () => {
  expect(shown(diffWords('Run 7 reached 94.2 percent', 'Run 7 reached 91.5 percent'))).toBe(
    'Run 7 reached {-94}{+91}.{-2}{+5} percent',
  )
})

test('Chinese is compared by character, other scripts by word', () => {
  expect(shown(diffWords('退款已经到账', '退款尚未到账'))).toBe('退款{-已经}{+尚未}到账')
  expect(shown(diffWords('the ship', 'the shop'))).toBe('the {-ship}{+shop}')
})

test('nothing, everything, and the same', () => {
  expect(diffWords('', '')).toEqual([])
  expect(shown(diffWords('', 'new'))).toBe('{+new}')
  expect(shown(diffWords('old', ''))).toBe('{-old}')
  expect(diffWords('same text', 'same text')).toEqual([{ kind: 'same', text: 'same text' }])
})

test('the parts are always the two texts, and never more than a plain replacement', () => {
  const text = fc.array(fc.constantFrom('a', 'b', ' ', '船', 'é', '.', '🚢', '\n')).map(letters => letters.join(''))
  fc.assert(
    fc.property(text, text, (reference, answer) => {
      const parts = diffWords(reference, answer)
      expect(parts.flatMap(({ kind, text: part }) => (kind === 'added' ? [] : [part])).join('')).toBe(reference)
      expect(parts.flatMap(({ kind, text: part }) => (kind === 'missing' ? [] : [part])).join('')).toBe(answer)
      const kinds = parts.map(({ kind }) => kind)
      expect(kinds.some((kind, index) => kind === kinds[index + 1])).toBe(false)
    }),
    { numRuns: 500 },
  )
})

test('long texts that have nothing in common are shown whole, soon', () => {
  const words = (letter: string) => Array.from({ length: 20_000 }, (_, index) => `${letter}${index}`).join(' ')
  const startedMs = performance.now()
  const parts = diffWords(words('a'), words('b'))
  expect(performance.now() - startedMs).toBeLessThan(5_000)
  expect(parts.length).toBeGreaterThan(0)
})

test('how much two texts have in common is told by their longer one', () => {
  expect(commonShare(diffWords('', ''))).toBe(1)
  expect(commonShare(diffWords('abc', 'xyz'))).toBe(0)
  expect(commonShare(diffWords('one two', 'one six'))).toBeCloseTo(0.5)
})
