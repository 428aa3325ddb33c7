import { expect, test } from 'vitest'
import type { MemoryPlan } from '../../contract/memory-plan.ts'
import { answersAtOnce } from './at-once.ts'

/** The plan for so many caches on a device that has room for some. */
const planIn = (room: number, parallel: number): MemoryPlan => ({
  device: 'cpu',
  totalBytes: parallel,
  freeBytes: room,
  verdict: parallel <= room ? 'fits' : 'too_large',
  terms: [],
  remedies: [],
})

test.each([
  [100, 16],
  [15, 8],
  [7, 4],
])('where %d caches fit beside the weights, %d questions are answered at once', async (room, atOnce) => {
  expect(await answersAtOnce('transformers', parallel => planIn(room, parallel))).toBe(atOnce)
})

test('llama.cpp, which takes the whole cache when it starts, is never asked for more than usual', async () => {
  expect(await answersAtOnce('llama', parallel => planIn(100, parallel))).toBe(4)
})
