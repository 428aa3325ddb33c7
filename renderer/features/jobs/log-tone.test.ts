import { expect, test } from 'vitest'
import { toneOf } from './log-tone.ts'

test('warnings and errors are told by how their lines begin', () => {
  expect(toneOf('warning (python): UserWarning: no config file')).toBe('tx-warn')
  expect(toneOf('[WARN] slow')).toBe('tx-warn')
  expect(toneOf('Traceback (most recent call last):')).toBe('tx-err')
  expect(toneOf('torch.OutOfMemoryError: tried to allocate 13.52 GiB')).toBe('tx-err')
  expect(toneOf('ERROR: no such file')).toBe('tx-err')
})

test('a line that only speaks of errors is not one', () => {
  expect(toneOf('step 5/30: loss 2.3960, 0 errors')).toBeUndefined()
  expect(toneOf('saved without a warning')).toBeUndefined()
  expect(toneOf('errors are counted per minute')).toBeUndefined()
})
