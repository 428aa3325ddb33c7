import { expect, test } from 'vitest'
import { defaultName } from './default-name.ts'

const free = () => false

test('an evaluation is called by what it measures and on what, and numbered when that was done before', () => {
  expect(defaultName(['base', 'tuned'], 'questions@3', free)).toBe('base-vs-tuned-on-questions')
  const taken = new Set(['base-on-questions', 'base-on-questions-2'])
  expect(defaultName(['base'], 'questions', name => taken.has(name))).toBe('base-on-questions-3')
})

test('five names of three hundred characters, in any script, still make one name', () => {
  const name = defaultName(
    Array.from({ length: 5 }, () => '😀'.repeat(300)),
    '船'.repeat(300),
    free,
  )
  expect(name.length).toBeLessThanOrEqual(300)
  expect(name.isWellFormed()).toBe(true)
})
