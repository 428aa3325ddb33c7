import fc from 'fast-check'
import { expect, test } from 'vitest'
import { differenceWords, placeOf, scaleOf, verdictOf } from './scores.ts'

const comparison = (difference: number, isSignificant: boolean) => ({
  metric: 'x',
  first: 'a',
  second: 'b',
  difference,
  low: difference - 0.1,
  high: difference + 0.1,
  isSignificant,
})

test('a difference is better or worse in the direction of its metric, and neither when chance explains it', () => {
  expect(verdictOf(comparison(0.3, true), 'higher')).toBe('better')
  expect(verdictOf(comparison(0.3, true), 'lower')).toBe('worse')
  expect(verdictOf(comparison(-0.3, true), 'lower')).toBe('better')
  expect(verdictOf(comparison(0.05, false), 'higher')).toBe('unsure')
})

test('differences show their sign, unless they round to nothing', () => {
  expect(differenceWords(-0.0001, 'fraction')).toBe('0.0')
  expect(differenceWords(0.967, 'fraction')).toBe('+96.7')
  expect(differenceWords(-1.25, 'characters')).toBe('−1.3')
})

test('an axis holds every interval, and fractions never leave 0 to 1', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(fc.array(fc.tuple(share, share), { minLength: 1, maxLength: 5 }), pairs => {
      const values = pairs.map(([a, b]) => ({ low: Math.min(a, b), high: Math.max(a, b) }))
      const scale = scaleOf(values, 'fraction')
      for (const { low, high } of values) {
        expect(placeOf(low, scale)).toBeGreaterThanOrEqual(-1e-9)
        expect(placeOf(high, scale)).toBeLessThanOrEqual(1 + 1e-9)
      }
      expect(scale.low).toBeGreaterThanOrEqual(-1e-9)
      expect(scale.high).toBeLessThanOrEqual(1 + 1e-9)
      expect(scale.ticks.length).toBeGreaterThanOrEqual(2)
      expect(scale.ticks.length).toBeLessThanOrEqual(8)
    }),
  )
})
