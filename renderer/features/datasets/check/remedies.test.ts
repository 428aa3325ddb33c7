import { expect, test } from 'vitest'
import type { CheckProblem } from '../../../../main/contract/dataset-checks.ts'
import { droppable, remediesOf } from './remedies.ts'

const problem = (code: string, count: number, severity: CheckProblem['severity'] = 'warning'): CheckProblem => ({
  code,
  severity,
  count,
  rows: [],
  message: '',
  remedy: '',
})

test('rows with a problem of their own can be left out, unless that would leave none', () => {
  expect(remediesOf(problem('duplicate', 3), 10)).toEqual(['drop'])
  expect(remediesOf(problem('render_invalid_input', 3), 10)).toEqual(['drop'])
  expect(remediesOf(problem('nothing_learned', 3), 10)).toEqual(['drop'])
  expect(remediesOf(problem('nothing_learned', 10), 10)).toEqual(['again'])
})

test('what is too long is first given more room', () => {
  expect(remediesOf(problem('truncated', 3), 10)).toEqual(['raise'])
  expect(remediesOf(problem('too_long', 3), 10)).toEqual(['raise', 'drop'])
})

test('a code of a later backend has no remedy of ours', () => {
  expect(remediesOf(problem('unheard_of', 3), 10)).toEqual([])
})

test('all errors and warnings of rows are left out at once, notes are not', () => {
  const problems = [problem('leak', 2, 'error'), problem('near_duplicate', 2, 'note'), problem('truncated', 2)]
  expect(droppable(problems, 10).map(({ code }) => code)).toEqual(['leak'])
})
