import { expect, test } from 'vitest'
import { rangeOf, smooth } from './smooth.ts'

const steps = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

test('smoothing of nothing gives the values themselves', () => {
  expect(smooth([1, 2, 3], [3, null, 1], 0)).toEqual([3, null, 1])
})

test('a smoothed curve starts at its first value and stays within the values', () => {
  const values = steps(500).map(step => Math.exp(-step / 100) + (step % 2 ? 0.2 : -0.2))
  const line = smooth(steps(500), values, 0.9)
  expect(line[0]).toBe(values[0])
  expect(Math.max(...line.map(Number))).toBeLessThanOrEqual(Math.max(...values))
  // What jumps by 0.4 from step to step hardly jumps any more.
  expect(Math.abs(Number(line[400]) - Number(line[399]))).toBeLessThan(0.04)
})

test('a constant stays what it is, however much it is smoothed', () => {
  for (const amount of [0.1, 0.6, 0.99, 1])
    expect(smooth(steps(50), Array(50).fill(2), amount).every(value => Math.abs(Number(value) - 2) < 1e-9)).toBe(true)
})

test('a loss that is no number leaves a hole, and the line goes on behind it', () => {
  const line = smooth(steps(6), [1, 1, null, null, 1, 1], 0.5)
  expect(line[2]).toBeNull()
  expect(line[3]).toBeNull()
  expect(line[4]).toBeCloseTo(1)
})

test('the same curve with ten times the points looks the same', () => {
  const wave = (at: number) => Math.sin(at * 6) + 2
  const few = steps(2_000).map(step => wave(step / 2_000))
  const many = steps(20_000).map(step => wave(step / 20_000))
  const a = smooth(steps(2_000), few, 0.8)
  const b = smooth(steps(20_000), many, 0.8)
  for (const share of [0.2, 0.5, 0.9]) expect(Number(a[2_000 * share])).toBeCloseTo(Number(b[20_000 * share]), 2)
})

test('a single spike does not press the rest of the curve flat', () => {
  const values = steps(1_000).map(step => (step === 500 ? 1_000 : 1 + step / 1_000))
  const range = rangeOf(values)
  expect(range?.[0]).toBeGreaterThan(0.9)
  expect(range?.[1]).toBeLessThan(2.2)
})

test('a range holds its values, is never empty, and is none where nothing is finite', () => {
  expect(rangeOf([null, undefined])).toBeUndefined()
  const same = rangeOf([2, 2, 2])
  expect(same && same[0] < 2 && same[1] > 2).toBe(true)
  expect(rangeOf([-1, 0, 4], true)?.[0]).toBeGreaterThan(0)
})
