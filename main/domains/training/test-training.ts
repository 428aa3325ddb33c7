import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemCall } from '../../contract/call.ts'
import type { ChangeEvent } from '../../contract/events.ts'
import { type Job, JobId } from '../../contract/jobs.ts'
import type { ModelVersion } from '../../contract/models.ts'
import { isoOf } from '../../platform/clock.ts'
import { auditMigration } from '../../platform/db/audit-chain.ts'
import { lineageMigration } from '../../platform/db/lineage.ts'
import { migrate } from '../../platform/db/migrate.ts'
import { openDatabase } from '../../platform/db/open.ts'
import { createStore } from '../../platform/db/store.ts'
import { newId } from '../../platform/ids.ts'
import { silentLog } from '../../platform/log.ts'
import { pathsOf } from '../../platform/paths.ts'
import type { JobHandler, JobSpec, JobsPort, WorkerEvent } from '../../platform/processes/port.ts'
import { trainingMigrations } from './migrations.ts'
import { createTraining } from './service.ts'

export const call = systemCall('test')

const model = {
  id: 'mdv_1',
  name: 'base',
  version: 1,
  path: '/models/base',
  summary: { format: 'safetensors', hasChatTemplate: true, containsCode: [], warnings: [] },
} as unknown as ModelVersion // what training reads of a model

/** The training domain over a real database and real folders; jobs are rows that the test ends by hand. */
export function openTraining() {
  const dir = mkdtempSync(join(tmpdir(), 'slipway training '))
  const db = openDatabase(join(dir, 'slipway.db'))
  migrate(db, [auditMigration, lineageMigration, ...trainingMigrations])
  const clock = { now: 1_700_000_000_000 }
  const announced: ChangeEvent[] = []
  const store = createStore({
    db,
    clock: { nowMs: () => clock.now, monotonicMs: () => clock.now },
    bootId: 'test',
    publish: event => void announced.push(event),
  })
  const jobs = new Map<string, { job: Job; spec: JobSpec }>()
  let handler: JobHandler | undefined
  const unused = () => {
    throw new Error('not used here')
  }
  const port: JobsPort = {
    start: (_call, spec) => {
      const job: Job = {
        id: JobId.parse(newId('job', clock.now)),
        kind: spec.kind,
        name: spec.name,
        subjectId: spec.subjectId,
        state: 'queued',
        health: 'ok',
        devices: [],
        attempt: 1,
        createdAt: isoOf(clock.now),
        priority: 'normal',
      }
      jobs.set(job.id, { job, spec })
      return job
    },
    get: id => jobs.get(id)?.job,
    handle: (_kind, given) => {
      handler = given
    },
    stop: unused,
    ended: unused,
    send: unused,
    folder: unused,
    logs: unused,
    remove: unused,
  }
  const paths = pathsOf(dir, {})
  const training = createTraining({
    store,
    clock: { nowMs: () => clock.now, monotonicMs: () => clock.now },
    log: silentLog,
    paths,
    jobs: port,
    models: { readyVersion: () => model, register: async () => ({ id: 'mdv_2', name: 'made' }) },
    datasets: {
      version: ref => ({ id: `dver_${ref}`, name: ref, kind: 'sft', rows: 100, files: [`/blobs/${ref}`] }),
      freeze: () => undefined,
    },
    pythonFor: name => ({ python: '/usr/bin/python3', env: {}, lockHash: 'x', name }),
    plan: async () => ({
      memory: { device: 'cpu', totalBytes: 1, freeBytes: 10, verdict: 'fits', terms: [], remedies: [] },
      trainableParameters: 1,
    }),
    machine: () => ({ platform: 'test', cpu: 'test', cores: 1, memoryBytes: 1, device: 'cpu' }),
    code: { version: '0', workerSha256: '' },
  })

  const jobOf = (runId: string) => [...jobs.values()].filter(each => each.spec.subjectId === runId).at(-1)
  return {
    db,
    store,
    clock,
    paths,
    announced,
    training,
    handlers: training.handlers,
    /** What the run's child was told. */
    configOf: (runId: string) =>
      JSON.parse(jobOf(runId)?.spec.files?.['config.json'] ?? '{}') as Record<string, unknown>,
    start: (name: string, more: { dataset?: string[]; validation?: string[]; set?: Record<string, unknown> } = {}) => {
      clock.now += 1_000
      return training.handlers.start(
        {
          method: 'sft',
          model: 'base',
          dataset: ['notes'],
          validation: [],
          set: {},
          device: 'auto',
          environment: 'training',
          anyway: false,
          name,
          ...more,
        },
        call,
      )
    },
    say: (runId: string, event: WorkerEvent) =>
      store.record(tx => handler?.onEvent(tx, jobOf(runId)?.job ?? unused(), event, clock.now)),
    end: (runId: string, state: 'done' | 'failed' | 'cancelled' = 'done') => {
      const found = jobOf(runId) ?? unused()
      found.job = { ...found.job, state }
      store.record(tx => handler?.onEnd(tx, found.job))
    },
    /** A checkpoint as the trainer leaves it: a folder in the run's own, and the event that tells it. */
    checkpoint: (runId: string, step: number, sizeBytes = 1_000): string => {
      const path = join(paths.runs, runId, `checkpoint-${step}`)
      mkdirSync(path, { recursive: true })
      writeFileSync(join(path, 'weights'), Buffer.alloc(sizeBytes))
      store.record(tx =>
        handler?.onEvent(
          tx,
          jobOf(runId)?.job ?? unused(),
          { event: 'checkpoint', step, path, sizeBytes, kept: [{ step, path }] },
          clock.now,
        ),
      )
      return path
    },
    close: () => {
      training.close()
      db.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
