import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningBackend, startBackend } from '../support/backend.ts'
import { endAll, ended } from '../support/jobs.ts'

const samples = fileURLToPath(new URL('../../resources/samples', import.meta.url))
const hasPython = process.env.SLIPWAY_TEST_PYTHON !== undefined

let backend: RunningBackend
beforeAll(async () => {
  backend = await startBackend()
})
afterAll(async () => {
  await endAll(backend.client)
  await backend.dispose()
})

test.skipIf(!hasPython)(
  'what a run held back is asked afterwards, row by row as the trainer wrote it down (needs the Python environment)',
  { timeout: 300_000 },
  async () => {
    const { client } = backend
    const model = await client.models.import({ path: join(samples, 'model'), name: 'base' })
    const path = join(samples, 'datasets', 'lab-notes-heldout.jsonl')
    const data = await client.datasets.import({ path, name: 'notes' })
    await Promise.all([ended(backend.client, model.jobId), ended(backend.client, data.jobId)])
    const set = { maxSteps: 1, globalBatchSize: 2, maxSequenceLength: 160, validationSplit: 0.05, saveStrategy: 'end' }
    const started = await client.training.start({
      method: 'sft',
      model: 'base',
      dataset: ['notes'],
      name: 'tuned',
      set,
    })
    expect((await ended(backend.client, started.jobId ?? '')).failure).toBeUndefined()
    const run = await client.training.show({ id: 'tuned' })
    expect(run.facts).toMatchObject({ rows: 228, validationRows: 12, heldBackRows: 12 })

    const asked = await client.evaluation.start({ object: ['base'], heldBack: 'tuned', maxTokens: 1 })
    expect((await ended(backend.client, asked.jobId ?? '')).failure).toBeUndefined()
    const { items } = await client.evaluation.results({ id: asked.id, object: 'base' })
    expect(items).toHaveLength(12)
    const { rows } = await client.datasets.preview({ id: 'notes', limit: 240 })
    const questionOf = new Map(rows.map(({ row, data }) => [row, JSON.stringify(data.messages)]))
    for (const { row, prompt } of items)
      expect(questionOf.get(row)).toContain(JSON.stringify(prompt.trim()).slice(1, -1))
    await expect(client.evaluation.start({ object: ['base'], heldBack: 'nobody' })).rejects.toMatchObject({
      code: 'not_found',
    })
  },
)
