import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemCall } from '../../contract/call.ts'
import type { ChangeEvent } from '../../contract/events.ts'
import type { MemoryPlan } from '../../contract/memory-plan.ts'
import type { ModelVersion } from '../../contract/models.ts'
import { lineageMigration } from '../../platform/db/lineage.ts'
import { openTestStore } from '../../platform/db/test-store.ts'
import { silentLog } from '../../platform/log.ts'
import { pathsOf } from '../../platform/paths.ts'
import type { WorkerEvent } from '../../platform/processes/port.ts'
import { createTestJobs } from '../../platform/processes/test-jobs.ts'
import { trainingMigrations } from './migrations.ts'
import { createTraining } from './service.ts'

export const call = systemCall('test')

const model = {
  id: 'mdv_1',
  name: 'base',
  version: 1,
  path: '/models/base',
  summary: { format: 'safetensors', contextLength: 4096, hasChatTemplate: true, containsCode: [], warnings: [] },
} as unknown as ModelVersion // what training reads of a model

/** The training domain over a real database and real folders; jobs are rows that the test ends by hand. */
export function openTraining() {
  const clock = { now: 1_700_000_000_000 }
  const time = { nowMs: () => clock.now, monotonicMs: () => clock.now }
  const announced: ChangeEvent[] = []
  const {
    folder: dir,
    db,
    store,
    close,
  } = openTestStore([lineageMigration, ...trainingMigrations], {
    clock: time,
    publish: event => void announced.push(event),
  })
  const jobs = createTestJobs(time, 'training')
  const paths = pathsOf(dir, {})
  const python = { lockHash: 'lock-1' }
  /** What the planner will say. */
  const bench: { memory: MemoryPlan; processors: { granted: number; all: number } } = {
    processors: { granted: 4, all: 4 },
    memory: { device: 'cpu', totalBytes: 1, freeBytes: 10, verdict: 'fits', terms: [], remedies: [] },
  }
  /** What models are called. */
  const modelNames = new Set(['base'])
  const training = createTraining({
    store,
    clock: time,
    log: silentLog,
    paths,
    jobs: jobs.port,
    models: {
      readyVersion: () => model,
      isName: name => modelNames.has(name),
      register: async () => ({ id: 'mdv_2', name: 'made' }),
    },
    datasets: {
      version: ref => ({
        ...{ id: `dver_${ref}`, name: ref, rows: 100, files: [`/blobs/${ref}`] },
        kind: ref === 'pretrain' ? 'text' : 'sft',
      }),
      freeze: () => undefined,
    },
    pythonFor: name => ({ python: '/usr/bin/python3', env: {}, lockHash: python.lockHash, name }),
    plan: async () => ({ memory: bench.memory, trainableParameters: 1, processors: bench.processors }),
    machine: () => ({ platform: 'test', cpu: 'test', cores: 1, memoryBytes: 1, device: 'cpu' }),
    code: { version: '0', workerSha256: '' },
  })

  return Object.assign(bench, {
    call,
    db,
    store,
    clock,
    paths,
    /** What a run is started or resumed with; a test may build it anew. */
    python,
    modelNames,
    announced,
    training,
    handlers: training.handlers,
    configOf: jobs.configOf,
    devicesOf: jobs.devicesOf,
    start: (
      name?: string,
      more: {
        dataset?: string[]
        validation?: string[]
        samplingRate?: Record<string, number>
        set?: Record<string, unknown>
        anyway?: boolean
        description?: string
      } = {},
    ) => {
      clock.now += 1_000
      return training.handlers.start(
        {
          method: 'sft',
          model: 'base',
          dataset: ['notes'],
          validation: [],
          samplingRate: {},
          set: {},
          description: '',
          device: 'auto',
          environment: 'training',
          anyway: false,
          ...(name !== undefined && { name }),
          ...more,
        },
        call,
      )
    },
    say: (runId: string, event: WorkerEvent) => jobs.say(store, runId, event),
    /** Ends a run's job; `times`: when it started and ended, where that matters. */
    end: (
      runId: string,
      state: 'done' | 'failed' | 'cancelled' = 'done',
      times?: { readonly startedAt: string; readonly endedAt: string },
    ) => jobs.end(store, runId, state, times),
    /** A checkpoint as the trainer leaves it: a folder in the run's own, and the event that tells it. */
    checkpoint: (runId: string, step: number, sizeBytes = 1_000): string => {
      const path = join(paths.runs, runId, `checkpoint-${step}`)
      mkdirSync(path, { recursive: true })
      writeFileSync(join(path, 'weights'), Buffer.alloc(sizeBytes))
      jobs.say(store, runId, { event: 'checkpoint', step, path, sizeBytes, kept: [{ step, path }] })
      return path
    },
    close: () => {
      training.close()
      close()
    },
  })
}
