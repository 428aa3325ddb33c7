import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { WorkerCommand, WorkerEvent } from '../contract/worker.ts'
import { wireSchemaPath, wireSchemaText } from './generate-wire-schema.ts'

test("the Python worker's wire schema is what the contract says", () => {
  expect(readFileSync(wireSchemaPath, 'utf8')).toBe(wireSchemaText())
})

test('an event with a field that the contract does not know is refused', () => {
  expect(WorkerEvent.safeParse({ event: 'stopped', step: 3, checkpoint: null }).success).toBe(true)
  expect(WorkerEvent.safeParse({ event: 'stopped', step: 3, checkpoint: null, loss: 1 }).success).toBe(false)
})

test('a stop without a word on saving does not save', () => {
  expect(WorkerCommand.parse({ command: 'stop' })).toEqual({ command: 'stop', save: false })
})
