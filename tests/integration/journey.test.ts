import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isEnded } from '../../main/contract/jobs.ts'
import type { RunDetail } from '../../main/contract/runs.ts'
import { journalFile } from '../../main/platform/processes/job-folder.ts'
import { type RunningBackend, startBackend } from '../support/backend.ts'
import { endAll, ended } from '../support/jobs.ts'

const samples = fileURLToPath(new URL('../../resources/samples', import.meta.url))
// The capsule is what users have; the tests' own environment is the capsule with pytest on top.
const hasPython = process.env.SLIPWAY_TEST_PYTHON !== undefined

let backend: RunningBackend
const settings = {
  maxSteps: 24,
  saveSteps: 6,
  checkpointCount: 10,
  maxSequenceLength: 128,
  microBatchSize: 8,
  globalBatchSize: 8,
  learningRate: 0.002,
  validationSplit: 0,
  gradientCheckpointing: false,
  warmupRatio: 0,
}

beforeAll(async () => {
  backend = await startBackend()
})
afterAll(async () => {
  // Jobs outlive their backend, also the one that a failed test left dead: each is stopped before its data goes.
  if (hasEnded(backend.child)) backend = await startBackend({ dataDir: backend.dataDir })
  await endAll(backend.client)
  await backend.dispose()
})
const hasEnded = ({ exitCode, signalCode }: RunningBackend['child']): boolean =>
  exitCode !== null || signalCode !== null
/** What several tests start from: made by the first that asks, so that each of them also runs alone. */
const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}

/**
 * The backend dies as it would by a crash; what it started goes on, the same process, in the care of the next one.
 * @param meanwhile is done while there is no backend, with the process that goes on
 */
async function crashAndRestart(jobId: string, meanwhile?: (pid: number) => Promise<void>): Promise<void> {
  const job = () => backend.client.jobs.show({ id: jobId })
  const { pid } = await job()
  await backend.kill('SIGKILL')
  await meanwhile?.(pid ?? 0)
  backend = await startBackend({ dataDir: backend.dataDir })
  expect(await job()).toMatchObject({ state: 'running', pid, attempt: 1 })
}

/** The same with a trainer, which goes on learning without a backend, and is then held: it shall not be done before the next. */
async function crashInTraining(jobId: string): Promise<void> {
  const journal = journalFile(join(backend.dataDir, 'jobs', jobId), 1)
  let trainer: number | undefined
  try {
    await crashAndRestart(jobId, async pid => {
      const { size } = statSync(journal)
      await expect.poll(() => statSync(journal).size, { interval: 5 }).toBeGreaterThan(size)
      process.kill(pid, 'SIGSTOP')
      trainer = pid
    })
  } finally {
    if (trainer !== undefined) process.kill(trainer, 'SIGCONT')
  }
}

async function untilStep(id: string, step: number): Promise<void> {
  const stop = new AbortController()
  const events = await backend.client.events.subscribe({ topics: ['metrics', 'runs'] }, { signal: stop.signal })
  try {
    const isThere = async () => {
      const run = await backend.client.training.show({ id })
      if (run.step >= step) return true
      if (isEnded(run.state)) throw new Error(`the run ended before step ${step}: ${JSON.stringify(run.failure)}`)
      return false
    }
    if (await isThere()) return
    for await (const event of events) if (event.id !== undefined && (await isThere())) return
  } finally {
    stop.abort()
  }
}

const curveOf = async (id: string) =>
  (await backend.client.training.metrics({ id })).items.filter(point => point.series === 'train')
const jobOf = async (id: string): Promise<string> => (await backend.client.training.show({ id })).jobId ?? ''
async function finished(id: string): Promise<RunDetail> {
  expect((await ended(backend.client, await jobOf(id))).failure).toBeUndefined()
  return backend.client.training.show({ id })
}

const imported = once(async () => {
  const { jobId } = await backend.client.models.import({ path: join(samples, 'model'), name: 'base' })
  expect((await ended(backend.client, jobId)).state).toBe('done')
  for (const [name, file] of [
    ['notes', 'lab-notes-train.jsonl'],
    ['held-out', 'lab-notes-heldout.jsonl'],
  ] as const) {
    const made = await backend.client.datasets.import({ path: join(samples, 'datasets', file), name })
    expect((await ended(backend.client, made.jobId)).state).toBe('done')
  }
})
const started = async (name: string): Promise<void> => {
  await imported()
  await backend.client.training.start({ method: 'sft', model: 'base', dataset: ['notes'], name, set: settings })
}
/** A whole run, through two crashes of the backend. */
const tuned = once(async () => {
  await started('tuned')
  for (const step of [4, 10]) {
    await untilStep('tuned', step)
    await crashInTraining(await jobOf('tuned'))
  }
  return finished('tuned')
})
const served = once(async () => {
  await tuned()
  return backend.client.inference.deploy({ model: 'tuned', name: 'assistant', wait: true })
})

test('a model is imported and verified, and its headers say what it is', async () => {
  await imported()
  const shown = await backend.client.models.show({ id: 'base' })
  expect(shown).toMatchObject({
    state: 'ready',
    version: 1,
    summary: { format: 'safetensors', architecture: 'LlamaForCausalLM', hasChatTemplate: true },
  })
  expect(shown.files.every(file => file.sha256 !== undefined && file.verifiedAt !== undefined)).toBe(true)
})

test.skipIf(!hasPython)(
  'training goes on while the backend is killed, and its curve has every step once (needs the Python environment)',
  { timeout: 300_000 },
  async () => {
    const run = await tuned()
    expect(run).toMatchObject({ state: 'done', step: 24, result: { name: 'tuned' } })
    const curve = await curveOf('tuned')
    expect(curve.map(point => point.step)).toEqual(Array.from({ length: 24 }, (_, i) => i + 1))
    expect(curve.at(-1)?.loss).toBeLessThan(curve[0]?.loss ?? 0)
    expect(run.lineage.madeBy.map(({ kind, role }) => `${kind}:${role}`).sort()).toEqual(['dataset:data', 'model:base'])
    expect(run.provenance).toMatchObject({
      seed: 42,
      environment: { lockHash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      code: { workerSha256: expect.any(String) },
    })
    const made = await backend.client.models.show({ id: 'tuned' })
    expect(made.lineage.madeBy.map(({ role }) => role).sort()).toEqual(['base', 'data', 'run'])
  },
)

test.skipIf(!hasPython)(
  'a run that is stopped with a checkpoint and resumed has the curve of the one that was not, and resumes with no settings that would bend it (needs the Python environment)',
  { timeout: 300_000 },
  async () => {
    await started('halved')
    await untilStep('halved', 8)
    await backend.client.training.stop({ id: 'halved', save: true })
    await ended(backend.client, await jobOf('halved'))
    expect(await backend.client.training.show({ id: 'halved' })).toMatchObject({ state: 'cancelled', canResume: true })

    const bent = await backend.client.training.resume({ id: 'halved', set: { learningRate: 0.1 } })
    expect(await ended(backend.client, bent.jobId ?? '')).toMatchObject({
      state: 'failed',
      failure: { code: 'conflict', message: expect.stringContaining('learningRate') },
    })

    // What was refused was never the run's: it goes on as it was.
    expect((await backend.client.training.show({ id: 'halved' })).parameters.learningRate).toBe(settings.learningRate)
    await backend.client.training.resume({ id: 'halved' })
    expect(await finished('halved')).toMatchObject({ state: 'done', step: 24 })
    await tuned()
    const losses = async (id: string) => (await curveOf(id)).map(point => point.loss)
    expect(await losses('halved')).toEqual(await losses('tuned'))
  },
)

test.skipIf(!hasPython)(
  'a served model survives the backend and answers the next one (needs the Python environment)',
  { timeout: 300_000 },
  async () => {
    const deployed = await served()
    expect(deployed.state).toBe('serving')
    await crashAndRestart(deployed.jobId ?? '')
    const answer = await backend.fetch('/v1/chat/completions', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'assistant',
        messages: [{ role: 'user', content: 'Ran 3 epochs.' }],
        max_tokens: 8,
        temperature: 0,
      }),
    })
    expect(await answer.json()).toMatchObject({
      object: 'chat.completion',
      model: 'assistant',
      choices: [{ message: { role: 'assistant', content: expect.any(String) } }],
    })
  },
)

test.skipIf(!hasPython)(
  'beside a served model, an evaluation stores every answer, scores with intervals, compares, and reports (needs the Python environment)',
  { timeout: 300_000 },
  async () => {
    await served()
    const begun = await backend.client.evaluation.start({
      object: ['base', 'tuned'],
      dataset: 'held-out',
      metric: ['exact_match', 'f1'],
      limit: 12,
      maxTokens: 24,
      name: 'before-after',
    })
    expect((await ended(backend.client, begun.jobId ?? '')).failure).toBeUndefined()
    const shown = await backend.client.evaluation.show({ id: 'before-after' })
    expect(shown).toMatchObject({
      state: 'done',
      rows: 12,
      objects: [
        { name: 'base', rows: 12, failedRows: 0 },
        { name: 'tuned', rows: 12, failedRows: 0 },
      ],
    })
    expect(shown.comparisons.map(({ metric, first, second }) => `${metric}: ${first}, ${second}`)).toEqual([
      'exact_match: base, tuned',
      'f1: base, tuned',
    ])
    const { items, total } = await backend.client.evaluation.results({ id: 'before-after', object: 'tuned' })
    expect(total).toBe(12)
    expect(items[0]).toMatchObject({
      row: 0,
      reference: expect.any(String),
      prediction: expect.any(String),
      scores: { exact_match: expect.any(Number) },
    })
    const path = join(backend.dataDir, 'report.html')
    await backend.client.evaluation.report({ id: 'before-after', path })
    expect(readFileSync(path, 'utf8')).toContain('before-after')
  },
)

test.skipIf(!hasPython)(
  'what is in use cannot be removed (needs the Python environment)',
  { timeout: 300_000 },
  async () => {
    await served()
    await expect(backend.client.models.remove({ id: 'tuned' })).rejects.toMatchObject({ code: 'conflict' })
  },
)

test('what is removed can be taken back', async () => {
  const { jobId } = await backend.client.models.import({ path: join(samples, 'model'), name: 'spare' })
  await ended(backend.client, jobId)
  const { removed } = await backend.client.models.remove({ id: 'spare' })
  await expect(backend.client.models.show({ id: 'spare' })).rejects.toMatchObject({ code: 'not_found' })
  expect((await backend.client.models.restore({ id: removed[0] ?? '' })).name).toBe('spare')
})
