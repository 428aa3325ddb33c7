import { expect, test } from 'vitest'
import { numericThreads } from './processors.ts'

test.each([
  ['1', 1],
  ['3', 3],
  ['64', 8],
])('OMP_NUM_THREADS=%s on eight processors means %d threads', (said, threads) => {
  expect(numericThreads({ OMP_NUM_THREADS: said }, 8)).toBe(threads)
})

test.each([undefined, '', '0', 'many', '-1', '1.5'])('OMP_NUM_THREADS=%s leaves a thread for each processor', said => {
  expect(numericThreads({ OMP_NUM_THREADS: said }, 8)).toBe(8)
})
