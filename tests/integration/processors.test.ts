import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isEnded } from '../../main/contract/jobs.ts'
import { type RunningBackend, startBackend } from '../support/backend.ts'
import { endAll, ended } from '../support/jobs.ts'

// Two runs on one processor, and what their trainers really compute with: told by torch itself, in events and log.

const samples = fileURLToPath(new URL('../../resources/samples', import.meta.url))
const hasPython = process.env.SLIPWAY_TEST_PYTHON !== undefined
// Longer than any machine takes until all of them have begun: each is stopped.
const set = { epochs: 1_000, microBatchSize: 2, globalBatchSize: 2, maxSequenceLength: 64, validationSplit: 0 }

let backend: RunningBackend
beforeAll(async () => {
  // What a user's shell says of threads would hold for every run.
  backend = await startBackend({ env: { OMP_NUM_THREADS: '' } })
})
afterAll(async () => {
  await endAll(backend.client)
  await backend.dispose()
})

/** A run that has begun to learn: its trainer has told what it computes with. */
async function learning(name: string, more: object = {}) {
  const { id } = await backend.client.training.start({
    ...{ method: 'sft', model: 'base', dataset: ['notes'], name, device: 'cpu', set: { ...set, ...more } },
  })
  const stop = new AbortController()
  const events = await backend.client.events.subscribe({ topics: ['metrics', 'runs'] }, { signal: stop.signal })
  try {
    for (;;) {
      const run = await backend.client.training.show({ id })
      if (isEnded(run.state)) throw new Error(`${name} ended: ${JSON.stringify(run.failure)}`)
      if (run.step > 0) return run
      await events.next()
    }
  } finally {
    stop.abort()
  }
}

test.skipIf(!hasPython)(
  'runs share the processors: the first takes what is free, the next a fair share, one that asks gets what it asks for (needs the Python environment)',
  { timeout: 300_000 },
  async () => {
    const { client } = backend
    const model = await client.models.import({ path: join(samples, 'model'), name: 'base' })
    const rows = await client.datasets.import({
      path: join(samples, 'datasets', 'lab-notes-heldout.jsonl'),
      name: 'notes',
    })
    await Promise.all([ended(backend.client, model.jobId), ended(backend.client, rows.jobId)])
    const { processors: all } = (await client.resources.show({})).cpu
    const fair = Math.max(1, Math.floor(all / 2))

    const first = await learning('first')
    const second = await learning('second')
    const asking = await learning('asking', { threads: 1 })

    const threads = [first, second, asking].map(run => run.facts.threads)
    expect(threads, 'as torch counts them').toEqual([all, fair, 1])
    expect(second.provenance.machine).toMatchObject({ device: 'cpu', threads: fair })
    const { lines } = await client.training.logs({ id: 'second' })
    expect(lines.map(line => line.text)).toContainEqual(
      expect.stringContaining(`device: cpu, ${fair === 1 ? '1 thread' : `${fair} threads`} on`),
    )
    expect((await client.jobs.show({ id: second.jobId ?? '' })).grantedProcessors).toBe(fair)
    const { leases } = await client.resources.show({})
    expect(leases.map(({ processors }) => processors)).toEqual(threads)

    // A run that was stopped goes on with as many threads as it had, whatever is free by then.
    await client.training.stop({ id: 'second', save: true })
    await ended(backend.client, second.jobId ?? '')
    await client.training.stop({ id: 'first' })
    await ended(backend.client, first.jobId ?? '')
    const again = await client.training.resume({ id: 'second' })
    expect((await client.jobs.show({ id: again.jobId ?? '' })).devices).toMatchObject([{ processors: fair }])
  },
)
