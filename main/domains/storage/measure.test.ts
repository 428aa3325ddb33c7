import { join } from 'node:path'
import { expect, test } from 'vitest'
import { partOf } from './measure.ts'

test.each([
  ['slipway.db', 'database'],
  ['slipway.db-wal', 'database'],
  ['notes.txt', 'other'],
  [join('backups', 'slipway-1.db'), 'backups'],
  [join('replaced-2026-11-25T12-00-00.000Z', 'slipway.db'), 'replaced'],
  [join('blobs', 'tmp', '1-x'), 'working'],
  [join('blobs', 'condemned', 'ab'), 'unneeded'],
  [join('blobs', 'quarantine', 'ab-1'), 'quarantine'],
  [join('models', 'mdv_1', 'model.gguf'), 'models'],
  [join('runs', 'run_1', 'checkpoint-10', 'model.safetensors'), 'checkpoints'],
  [join('runs', 'run_1', 'artifact', 'adapter.safetensors'), 'runs'],
  [join('evaluations', 'eval_1', 'answers.jsonl'), 'evaluations'],
  [join('jobs', 'job_1', 'stdout'), 'logs'],
  [join('somebody', 'else', 'file'), 'other'],
])('%s belongs to %s', (path, part) => {
  expect(partOf(path)).toBe(part)
})
