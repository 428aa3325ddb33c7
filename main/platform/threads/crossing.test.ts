import { expect, test } from 'vitest'
import { AppError } from '../../contract/errors.ts'
import { crossedError, errorToCross } from './crossing.ts'

const crossed = (error: unknown): AppError => crossedError(structuredClone(errorToCross(error)))

test('an error that says what it is crosses whole', () => {
  const there = new AppError('not_found', 'There is no such row.', { hint: 'Look again.', details: { row: 7 } })
  expect(crossed(there).toBody()).toEqual(there.toBody())
})

test('an unexpected one keeps its trace for the log, and shows nothing of it outside', () => {
  const here = crossed(new Error("EACCES: permission denied, scandir '/home/ada/secret'"))
  expect(here.code).toBe('internal')
  expect(JSON.stringify(here.toBody())).not.toMatch(/secret|EACCES|crossing/)
  expect(here.cause).toMatchObject({ message: expect.stringContaining('/home/ada/secret') })
  expect((here.cause as Error).stack).toMatch(/crossing\.test\.ts/)
})
