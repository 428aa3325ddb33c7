import { expect, test } from 'vitest'
import { objectProgress } from './object-progress.ts'

test('objects are asked one after the other, so one count tells how far each is', () => {
  expect(objectProgress(3, 100, { done: 130, ratePerSecond: 10 })).toEqual([
    { state: 'done', done: 100 },
    { state: 'runs', done: 30, ratePerSecond: 10, secondsLeft: 7 },
    { state: 'waits', done: 0 },
  ])
})

test('between two objects the next one runs, though it has answered nothing', () => {
  expect(objectProgress(2, 10, { done: 10 })).toEqual([
    { state: 'done', done: 10 },
    { state: 'runs', done: 0 },
  ])
})

test('before the first word of the job, all wait', () => {
  expect(objectProgress(2, 10, undefined).map(({ state }) => state)).toEqual(['waits', 'waits'])
})
