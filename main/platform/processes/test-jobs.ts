import { type Job, JobId, type JobKind } from '../../contract/jobs.ts'
import { type Clock, isoOf } from '../clock.ts'
import type { Store } from '../db/types.ts'
import { newId } from '../ids.ts'
import type { JobHandler, JobSpec, JobsPort, WorkerEvent } from './port.ts'

const unused = (): never => {
  throw new Error('not used here')
}

/** Jobs that start no process: a test says what their child says, and how they end. The supervisor has tests of its own. */
export function createTestJobs(clock: Clock, kind: JobKind) {
  const jobs = new Map<string, { job: Job; readonly spec: JobSpec }>()
  let handler: JobHandler | undefined
  const latestOf = (subjectId: string) =>
    [...jobs.values()].filter(each => each.spec.subjectId === subjectId).at(-1) ?? unused()

  const port: JobsPort = {
    start: (_call, spec) => {
      const job: Job = {
        id: JobId.parse(newId('job', clock.nowMs())),
        kind: spec.kind,
        name: spec.name,
        subjectId: spec.subjectId,
        state: 'queued',
        health: 'ok',
        devices: [],
        attempt: 1,
        createdAt: isoOf(clock.nowMs()),
        priority: 'normal',
      }
      jobs.set(job.id, { job, spec })
      return job
    },
    get: id => jobs.get(id)?.job,
    handle: (handled, given) => {
      if (handled === kind) handler = given
    },
    stop: unused,
    ended: unused,
    send: unused,
    folder: unused,
    logs: unused,
    remove: unused,
  }
  return {
    port,
    /** What was asked to start, in order. */
    started: (): readonly JobSpec[] => [...jobs.values()].map(({ spec }) => spec),
    /** What the newest child of a subject was told. */
    configOf: (subjectId: string) =>
      JSON.parse(latestOf(subjectId).spec.files?.['config.json'] ?? '{}') as Record<string, unknown>,
    /** What the newest child of a subject asked of the lease book. */
    devicesOf: (subjectId: string) => latestOf(subjectId).spec.devices ?? [],
    say: (store: Store, subjectId: string, event: WorkerEvent) =>
      store.record(tx => handler?.onEvent(tx, latestOf(subjectId).job, event, clock.nowMs())),
    end: (
      store: Store,
      subjectId: string,
      state: 'done' | 'failed' | 'cancelled' | 'lost',
      facts: Pick<Job, 'failure' | 'pid' | 'startedAt' | 'endedAt'> = {},
    ) => {
      const found = latestOf(subjectId)
      found.job = { ...found.job, state, ...facts }
      store.record(tx => handler?.onEnd(tx, found.job))
    },
  }
}
