import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Call, systemCall } from '../../main/contract/call.ts'
import { AppError } from '../../main/contract/errors.ts'
import { type ChatEvent, DeploymentId, type inference } from '../../main/contract/inference.ts'
import type { JobId } from '../../main/contract/jobs.ts'
import type { MemoryPlan } from '../../main/contract/memory-plan.ts'
import type { Handlers } from '../../main/contract/method.ts'
import { ModelVersion } from '../../main/contract/models.ts'
import { inferenceMigrations } from '../../main/domains/inference/migrations.ts'
import { createInference, type Inference } from '../../main/domains/inference/service.ts'
import { jobsMigrations } from '../../main/domains/jobs/migrations.ts'
import { createJobs, type Jobs } from '../../main/domains/jobs/service.ts'
import { systemClock } from '../../main/platform/clock.ts'
import { auditMigration } from '../../main/platform/db/audit-chain.ts'
import { lineageMigration } from '../../main/platform/db/lineage.ts'
import { migrate } from '../../main/platform/db/migrate.ts'
import { openDatabase } from '../../main/platform/db/open.ts'
import { createStore } from '../../main/platform/db/store.ts'
import { createLog } from '../../main/platform/log.ts'
import { spawnRunner } from '../../main/platform/processes/spawn-runner.ts'
import { writeTinyGguf } from './engine-tiny-gguf.ts'

/** The inference domain on real SQLite, with the real supervisor and real engines. */

const folder = mkdtempSync(join(tmpdir(), 'sw-dep-'))
const versions = new Map<string, ModelVersion>()
let jobs: Jobs
let domain: Inference
let handlers: Handlers<typeof inference>
let verdict: MemoryPlan['verdict'] = 'fits'
let startsWhenFree = false
let close: () => void

const call: Call = systemCall('test')
const firstPage = { limit: 50, offset: 0, sort: 'created' } as const

const addModel = (name: string, version: number, format: 'gguf' | 'onnx', path: string): void => {
  const hex = (versions.size + 1).toString(16).padStart(32, '0')
  const now = '2026-11-24T00:00:00.000Z'
  const made = ModelVersion.parse({
    id: `mdv_${hex}`,
    modelId: `mdl_${hex}`,
    name,
    version,
    state: 'ready',
    source: 'registered',
    path,
    sizeBytes: 400_000,
    summary: { format, hasChatTemplate: true, containsCode: [], warnings: [] },
    aliases: [],
    createdAt: now,
    updatedAt: now,
  })
  versions.set(`${name}@${version}`, made)
  versions.set(name, made)
  versions.set(made.id, made)
}

const readyVersion = (ref: string): ModelVersion => {
  const found = versions.get(ref)
  if (!found) throw new AppError('not_found', `There is no model ${ref}.`)
  return found
}

beforeAll(() => {
  writeTinyGguf(join(folder, 'one.gguf'), { seed: 1 })
  writeTinyGguf(join(folder, 'two.gguf'), { seed: 2 })
  writeTinyGguf(join(folder, 'base.gguf'), { chatTemplate: '' })
  writeTinyGguf(join(folder, 'broken.gguf'), { omit: ['llama.feed_forward_length'] })
  addModel('tiny', 1, 'gguf', join(folder, 'one.gguf'))
  addModel('tiny', 2, 'gguf', join(folder, 'two.gguf'))
  addModel('base', 1, 'gguf', join(folder, 'base.gguf'))
  addModel('broken', 1, 'gguf', join(folder, 'broken.gguf'))
  addModel('picture', 1, 'onnx', join(folder, 'picture.onnx'))

  const db = openDatabase(join(folder, 'slipway.db'))
  migrate(
    db,
    [auditMigration, lineageMigration, ...jobsMigrations, ...inferenceMigrations].toSorted(
      (a, b) => a.version - b.version,
    ),
  )
  const clock = systemClock
  const log = createLog(() => undefined)
  const store = createStore({ db, clock, bootId: 'test', publish: () => undefined })
  const paths = { jobs: join(folder, 'jobs'), sockets: join(folder, 's') }
  jobs = createJobs({
    store,
    clock,
    log,
    paths,
    env: process.env,
    spawnRunner,
    // The lease book has tests of its own; here every device is free.
    leases: {
      check: () => undefined,
      grant: (_, waiting) => new Map(waiting.map(({ jobId }) => [jobId, []])),
      release: () => undefined,
      onFreed: () => undefined,
      environmentOf: () => ({}),
    },
  })
  domain = createInference({
    store,
    clock,
    log,
    paths,
    jobs: jobs.port,
    models: { readyVersion, baseOf: () => undefined, inspect: async () => undefined },
    planMemory: () => ({
      device: 'cpu',
      totalBytes: 1_000_000,
      freeBytes: 2_000_000,
      verdict,
      startsWhenFree,
      terms: [],
      remedies: [],
    }),
    deviceFor: () => 'cpu',
    llama: [process.execPath, fileURLToPath(new URL('../../main/entry/llama-engine.ts', import.meta.url))],
    llamaEnv: () => ({}),
    python: () => {
      throw new AppError('missing_requirement', 'no Python here')
    },
  })
  handlers = domain.handlers
  jobs.start()
  domain.start()
  close = () => {
    domain.close()
    jobs.close()
    db.close()
  }
})

afterAll(async () => {
  await jobs.stopAll(call)
  close()
  rmSync(folder, { recursive: true, force: true })
})

const deploy = (model: string, name: string, more: object = {}) =>
  handlers.deploy(
    { model, name, description: '', engine: 'auto', device: 'auto', parallel: 2, wait: true, threads: 1, ...more },
    call,
  )
const question = { message: 'Hi', history: [], temperature: 0, topP: 1, maxTokens: 8 }
const answerOf = async (id: string) => (await handlers.ask({ id, ...question }, call)).text
const rejectionOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('a deployment', () => {
  test('serves under its name, shows what it is, answers whole and in pieces, and is counted', async () => {
    const deployment = await deploy('tiny@1', 'assistant')
    expect(deployment).toMatchObject({
      name: 'assistant',
      version: 1,
      state: 'serving',
      engine: 'llama',
      model: { name: 'tiny@1' },
      contextLength: 512,
      hasChatTemplate: true,
      device: 'cpu',
    })
    expect(domain.engines.list().map(({ name }) => name)).toContain('assistant')

    const events: ChatEvent[] = []
    for await (const event of await handlers.chat({ id: 'assistant', ...question }, call)) events.push(event)
    const last = events.at(-1)
    const pieces = events.flatMap(event => (event.type === 'text' ? [event.text] : []))
    expect(last).toMatchObject({ type: 'done', completionTokens: 8, reason: 'length', text: pieces.join('') })
    expect(await answerOf('assistant')).toBe(pieces.join(''))

    await rejectionOf(handlers.ask({ id: 'assistant', ...question, message: 'x'.repeat(5_000) }, call))
    const shown = await handlers.show({ id: deployment.id, minutes: 10 }, call)
    expect(shown.stats.total).toMatchObject({ requests: 3, errors: { invalid_input: 1 }, completionTokens: 16 })
    expect(shown.stats.ttftMs?.count).toBe(2)
    expect(shown.stats.latencyMs?.p95).toBeGreaterThan(0)
    expect(shown.stats.minutes.length).toBeGreaterThan(0)
    expect(shown.memory?.verdict).toBe('fits')
    expect(shown.lineage.madeBy).toEqual([expect.objectContaining({ kind: 'model', name: 'tiny@1', role: 'model' })])
    expect(domain.usersOfModel(readyVersion('tiny@1').id)).toEqual(['deployment assistant'])
    expect(domain.running('assistant')).toMatchObject({ hasChatTemplate: true, parallel: 2 })
  })

  test('cannot be deployed twice under one name while it is live', async () => {
    expect(await rejectionOf(deploy('tiny@2', 'assistant'))).toMatchObject({
      code: 'conflict',
      hint: expect.stringContaining('update'),
    })
  })

  test('takes a new version behind its name, and goes back', async () => {
    const before = await answerOf('assistant')
    const fields = { id: 'assistant', wait: true }
    const updated = await handlers.update({ ...fields, model: 'tiny@2' }, call)
    expect(updated).toMatchObject({ version: 2, state: 'serving', model: { name: 'tiny@2' } })
    expect(await answerOf('assistant')).not.toBe(before)
    const back = await handlers.rollback(fields, call)
    expect(back).toMatchObject({ version: 3, model: { name: 'tiny@1' } })
    expect(await answerOf('assistant')).toBe(before)
  })

  test('keeps serving when its next version cannot be loaded, and says why it could not', async () => {
    const failed = await rejectionOf(handlers.update({ id: 'assistant', model: 'broken', wait: true }, call))
    expect(failed).toMatchObject({ code: 'invalid_input', message: expect.stringContaining('feed_forward_length') })
    const shown = await handlers.show({ id: 'assistant', minutes: 0 }, call)
    expect(shown).toMatchObject({ state: 'serving', version: 3, next: { state: 'failed', model: 'broken@1' } })
    expect(await answerOf('assistant')).toBeTypeOf('string')
    const { lines } = await handlers.logs({ id: 'assistant', limit: 50 }, call)
    expect(Array.isArray(lines)).toBe(true)
  })

  test('comes back by itself after its engine was killed, and says meanwhile that it does not serve', async () => {
    const { jobId } = await handlers.show({ id: 'assistant', minutes: 0 }, call)
    const pid = jobs.port.get(jobId as JobId)?.pid
    if (pid === undefined) throw new Error('no process')
    process.kill(pid, 'SIGKILL')
    await expect.poll(() => domain.engines.resolve('assistant') instanceof AppError, { timeout: 10_000 }).toBe(true)
    await expect.poll(() => domain.engines.resolve('assistant') instanceof AppError, { timeout: 30_000 }).toBe(false)
    expect(await answerOf('assistant')).toBeTypeOf('string')
  })

  test('stops, says so to those who ask, and starts again', async () => {
    expect(await handlers.stop({ id: 'assistant', wait: true }, call)).toMatchObject({ state: 'stopped' })
    expect(domain.engines.resolve('assistant')).toMatchObject({
      code: 'conflict',
      hint: 'slipway inference start assistant',
    })
    expect(domain.engines.list()).toEqual([])
    expect(await handlers.start({ id: 'assistant', wait: true }, call)).toMatchObject({ state: 'serving' })
    expect(await answerOf('assistant')).toBeTypeOf('string')
  })

  test('is gone when it is removed, and comes back stopped, with all its versions', async () => {
    const { id, version } = await handlers.show({ id: 'assistant', minutes: 0 }, call)
    const { restorableUntil } = await handlers.remove({ id: 'assistant', purge: false }, call)
    expect(Date.parse(restorableUntil ?? '')).toBeGreaterThan(Date.now())
    expect(domain.engines.resolve('assistant')).toMatchObject({ code: 'not_found' })
    expect(await handlers.restore({ id: DeploymentId.parse(id) }, call)).toMatchObject({
      id,
      name: 'assistant',
      version,
    })
    await handlers.stop({ id, wait: true }, call)
    expect((await handlers.list({ ...firstPage, q: 'SIST' }, call)).items).toMatchObject([{ id, state: 'stopped' }])
    expect(await handlers.start({ id, wait: true }, call)).toMatchObject({ state: 'serving' })
    expect(await answerOf('assistant')).toBeTypeOf('string')
  })

  test('gives its name away while it is removed', async () => {
    const { id } = await handlers.show({ id: 'assistant', minutes: 0 }, call)
    await handlers.remove({ id, purge: false }, call)
    const other = await deploy('tiny', 'assistant')
    expect(await handlers.restore({ id: DeploymentId.parse(id) }, call)).toMatchObject({ name: 'assistant-restored' })
    await handlers.remove({ id, purge: true }, call)
    expect(await rejectionOf(handlers.restore({ id: DeploymentId.parse(id) }, call))).toMatchObject({
      code: 'not_found',
    })
    expect((await handlers.list(firstPage, call)).items).toMatchObject([{ id: other.id }])
  })

  test('is forgotten when it is removed', async () => {
    await handlers.remove({ id: 'assistant', purge: false }, call)
    expect(domain.engines.resolve('assistant')).toMatchObject({ code: 'not_found' })
    expect(await rejectionOf(handlers.show({ id: 'assistant', minutes: 0 }, call))).toMatchObject({ code: 'not_found' })
    expect((await handlers.list(firstPage, call)).total).toBe(0)
  })
})

describe('a plan', () => {
  const wanted = { engine: 'auto', device: 'auto', parallel: 2 } as const

  test('says engine, device, context and memory, and starts nothing', async () => {
    const plan = await handlers.plan({ model: 'tiny', ...wanted, contextLength: 256 }, call)
    expect(plan).toMatchObject({
      engine: 'llama',
      model: 'tiny@2',
      device: 'cpu',
      contextLength: 256,
      hasChatTemplate: true,
      memory: { verdict: 'fits', totalBytes: 1_000_000 },
    })
    expect((await handlers.list(firstPage, call)).total).toBe(0)
  })

  test('that cannot fit is shown, not refused', async () => {
    verdict = 'too_large'
    const plan = await handlers.plan({ model: 'tiny', ...wanted }, call)
    verdict = 'fits'
    expect(plan.memory.verdict).toBe('too_large')
  })

  test('tells why a model cannot be served at all', async () => {
    expect(await rejectionOf(handlers.plan({ model: 'picture', ...wanted }, call))).toMatchObject({
      code: 'unsupported',
    })
  })
})

describe('what is refused before anything is started', () => {
  test('a format that no engine reads', async () => {
    expect(await rejectionOf(deploy('picture', 'p'))).toMatchObject({ code: 'unsupported' })
  })

  test('an engine that does not read the format', async () => {
    expect(await rejectionOf(deploy('tiny', 'p', { engine: 'transformers' }))).toMatchObject({ code: 'unsupported' })
  })

  test('a plan that cannot fit, with its numbers', async () => {
    verdict = 'too_large'
    const error = await rejectionOf(deploy('tiny', 'p'))
    verdict = 'fits'
    expect(error).toMatchObject({ code: 'missing_requirement', message: expect.stringContaining('GiB') })
    expect((await handlers.list(firstPage, call)).total).toBe(0)
  })
})

test('what would fit once running jobs end is started and waits; behind a name that serves, nobody waits for oneself', async () => {
  verdict = 'too_large'
  startsWhenFree = true
  try {
    expect(await deploy('tiny', 'patient')).toMatchObject({ name: 'patient', state: 'serving' })
    const settings = { id: 'patient', model: 'tiny@1', wait: true }
    expect(await rejectionOf(handlers.update(settings, call))).toMatchObject({ code: 'missing_requirement' })
    await handlers.stop({ id: 'patient', wait: true }, call)
    expect(await handlers.start({ id: 'patient', wait: true }, call)).toMatchObject({ state: 'serving' })
  } finally {
    verdict = 'fits'
    startsWhenFree = false
  }
})

test('a base model is told how to get a template, and can be given one', async () => {
  const deployment = await deploy('base', 'writer')
  expect(deployment.hasChatTemplate).toBe(false)
  expect(await rejectionOf(handlers.ask({ id: 'writer', ...question }, call))).toMatchObject({
    code: 'missing_requirement',
    hint: expect.stringContaining('--chat-template'),
  })
  await handlers.update({ id: 'writer', chatTemplate: '{{ messages[0].content }}', threads: 1, wait: true }, call)
  expect(await answerOf('writer')).toBeTypeOf('string')
  // Left as it is where nothing is said of it, and taken away where that is said.
  await handlers.update({ id: 'writer', parallel: 2, wait: true }, call)
  expect(await answerOf('writer')).toBeTypeOf('string')
  const plain = await handlers.update({ id: 'writer', chatTemplate: null, wait: true }, call)
  expect(plain).toMatchObject({ hasChatTemplate: false, parallel: 2 })
  expect(await handlers.show({ id: 'writer', minutes: 0 }, call)).not.toHaveProperty('chatTemplate')
  expect(await rejectionOf(handlers.ask({ id: 'writer', ...question }, call))).toMatchObject({
    code: 'missing_requirement',
  })
})
