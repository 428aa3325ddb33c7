import type { Deployment, DeploymentDetail } from '../../contract/inference.ts'
import { isoOf } from '../../platform/clock.ts'
import { lineageOf } from '../../platform/db/lineage.ts'
import type { Store } from '../../platform/db/types.ts'
import type { Live } from './live.ts'
import { type DeploymentRecord, revisionsOf } from './repo.ts'
import type { Revisions } from './revisions.ts'
import type { Statistics } from './statistics.ts'

type Deps = {
  readonly store: Pick<Store, 'read'>
  readonly live: Live
  readonly revisions: Pick<Revisions, 'revisionOf'>
  readonly statistics: Statistics
}

/** What callers are told of a deployment: its record, the revision that serves, and what its engine said last. */
export function createDescribe({ store, live, revisions: { revisionOf }, statistics }: Deps) {
  const nextOf = (record: DeploymentRecord): Deployment['next'] => {
    if (record.nextRevision === null) return undefined
    const next = revisionOf(record, record.nextRevision)
    const failure = live.jobOf(next)?.failure
    return {
      version: next.revision,
      model: next.model.name,
      state: live.stateOf(next),
      ...(failure && { failure }),
    }
  }

  const toDeployment = (record: DeploymentRecord): Deployment => {
    const revision = revisionOf(record, record.currentRevision)
    const job = live.jobOf(revision)
    const state = live.stateOf(revision)
    const load = live.loadOf(revision)
    const next = nextOf(record)
    const ready = revision.ready
    return {
      id: record.id,
      name: record.name,
      description: record.description,
      version: revision.revision,
      state,
      engine: revision.engine,
      model: revision.model,
      ...(revision.adapter && { adapter: revision.adapter }),
      device: ready?.device ?? revision.device,
      sizeBytes: revision.sizeBytes,
      parallel: revision.settings.parallel,
      ...(ready && { contextLength: ready.contextLength, hasChatTemplate: ready.hasChatTemplate, can: ready.can }),
      ...(load && state === 'serving' && { load }),
      ...(job?.failure && state !== 'serving' && { failure: job.failure }),
      ...(job && { jobId: job.id }),
      ...(next && { next }),
      createdAt: isoOf(record.createdAtMs),
      updatedAt: isoOf(record.updatedAtMs),
    }
  }

  const toDetail = (record: DeploymentRecord, minutes: number): DeploymentDetail => {
    const current = revisionOf(record, record.currentRevision)
    const { memoryPlan, ready, settings } = current
    return {
      ...toDeployment(record),
      revisions: revisionsOf(store.read, record.id).map(({ revision, model, adapter, engine, createdAtMs }) => ({
        version: revision,
        model,
        ...(adapter && { adapter }),
        engine,
        createdAt: isoOf(createdAtMs),
        isCurrent: revision === record.currentRevision,
      })),
      ...(memoryPlan && { memory: memoryPlan }),
      stats: statistics.of(record.id, minutes),
      ...(settings.chatTemplate !== undefined && { chatTemplate: settings.chatTemplate }),
      ...(ready?.threads !== undefined && { threads: ready.threads }),
      ...(ready && { loadSeconds: ready.loadSeconds }),
      lineage: lineageOf(store.read, record.id),
    }
  }

  return { toDeployment, toDetail }
}
