import { mkdirSync } from 'node:fs'
import { type Call, systemCall } from '../../contract/call.ts'
import { AppError } from '../../contract/errors.ts'
import type { DeploymentId } from '../../contract/inference.ts'
import { isEnded, type JobId } from '../../contract/jobs.ts'
import type { ModelVersion } from '../../contract/models.ts'
import type { Clock } from '../../platform/clock.ts'
import { linkLineage } from '../../platform/db/lineage.ts'
import type { Store, Tx } from '../../platform/db/types.ts'
import type { Paths } from '../../platform/paths.ts'
import type { JobsPort } from '../../platform/processes/port.ts'
import type { Examined } from './examine.ts'
import { launchOf, newSocket, type Programs, type Served } from './launch.ts'
import type { Live } from './live.ts'
import {
  type DeploymentRecord,
  findDeployment,
  findRevision,
  insertRevision,
  listDeployments,
  type RevisionRecord,
  type RevisionSettings,
  revisionsOf,
  setRevisionJob,
  updateDeployment,
} from './repo.ts'

type Deps = Programs & {
  readonly store: Store
  readonly clock: Clock
  readonly paths: Pick<Paths, 'sockets'>
  readonly jobs: JobsPort
  readonly live: Pick<Live, 'jobOf'>
}

/** How a version of a model is called in records that outlive it. */
export const nameOf = ({ name, version }: ModelVersion): string => `${name}@${version}`

/** What stands behind the names, and the engine of each: one revision serves, another may be loading to follow it. */
export function createRevisions(deps: Deps) {
  const { store, clock, paths, jobs, live } = deps

  const existing = (ref: string): DeploymentRecord => {
    const found = findDeployment(store.read, ref)
    if (!found)
      throw new AppError('not_found', `There is no deployment ${ref}.`, { hint: 'slipway inference list shows them.' })
    return found
  }
  const revisionOf = ({ id }: DeploymentRecord, revision: number): RevisionRecord => {
    const found = findRevision(store.read, id, revision)
    if (!found)
      throw new AppError('not_found', `This deployment has no version ${revision}.`, {
        hint: 'slipway inference show lists its versions.',
      })
    return found
  }
  const isLive = (revision: RevisionRecord): boolean => {
    const job = live.jobOf(revision)
    return job !== undefined && !isEnded(job.state)
  }
  const stop = (call: Call, revision: RevisionRecord): void => {
    if (isLive(revision)) jobs.stop(call, revision.jobId as JobId)
  }

  const drafted = (
    deploymentId: DeploymentId,
    revision: number,
    { served, device, memoryPlan }: Examined,
    settings: RevisionSettings,
  ): RevisionRecord => ({
    deploymentId,
    revision,
    engine: served.engine,
    model: { id: served.base.id, name: nameOf(served.base) },
    adapter: served.adapter && { id: served.adapter.id, name: nameOf(served.adapter) },
    settings,
    device,
    sizeBytes: served.base.sizeBytes + (served.adapter?.sizeBytes ?? 0),
    memoryPlan,
    jobId: undefined,
    socket: undefined,
    ready: undefined,
    readyAttempt: undefined,
    createdAtMs: clock.nowMs(),
  })

  /** Starts a revision's engine, inside the transaction that says so. */
  const launch = (tx: Tx, call: Call, name: string, revision: RevisionRecord, served: Served): void => {
    mkdirSync(paths.sockets, { recursive: true, mode: 0o700 })
    const socket = newSocket(paths.sockets)
    const { command, env, config } = launchOf(served, revision.settings, revision.device, socket, deps)
    const job = jobs.start(call, {
      kind: 'deployment',
      name,
      subjectId: revision.deploymentId,
      command,
      env,
      files: { 'config.json': JSON.stringify(config) },
      devices: [
        {
          ...{ device: revision.device, memoryBytes: revision.memoryPlan?.totalBytes ?? 0, exclusive: false },
          // It waits for requests most of the time: that it is there must not slow down what computes all the time.
          idles: true,
          ...(revision.settings.threads !== undefined && { processors: revision.settings.threads }),
        },
      ],
      politeStopMs: 15_000,
    })
    setRevisionJob(tx, revision, job.id, socket)
    tx.announce({ topic: 'deployments', kind: 'changed', id: revision.deploymentId })
  }

  /** Keeps a revision behind a name, links what it is made of, and starts its engine. */
  const begin = (
    tx: Tx,
    call: Call,
    record: DeploymentRecord,
    revision: number,
    examined: Examined,
    settings: RevisionSettings,
  ): void => {
    const fresh = drafted(record.id, revision, examined, settings)
    insertRevision(tx, fresh)
    link(tx, record, examined.served)
    launch(tx, call, record.name, fresh, examined.served)
  }

  /** Puts a revision behind a name: at once if the name serves nothing now, else when it is ready. Returns its number. */
  const putBehind = (
    call: Call,
    record: DeploymentRecord,
    examined: Examined,
    settings: RevisionSettings,
    description: string,
  ): number => {
    const current = revisionOf(record, record.currentRevision)
    const revision = (revisionsOf(store.read, record.id)[0]?.revision ?? 0) + 1
    store.commit(call, record.id, tx => {
      // Only the newest wish counts: a version that was still being loaded is given up.
      if (record.nextRevision !== null) stop(call, revisionOf(record, record.nextRevision))
      const places = isLive(current) ? { nextRevision: revision } : { currentRevision: revision, nextRevision: null }
      begin(tx, call, record, revision, examined, settings)
      updateDeployment(tx, { ...record, description, ...places }, clock.nowMs())
    })
    return revision
  }

  /** Ends engines that were replaced while nobody looked. */
  const endReplaced = (): void => {
    for (const record of listDeployments(store.read, 10_000)) {
      for (const revision of revisionsOf(store.read, record.id)) {
        const isWanted = revision.revision === record.currentRevision || revision.revision === record.nextRevision
        if (!isWanted) stop(systemCall('inference.update'), revision)
      }
    }
  }

  return { existing, revisionOf, isLive, stop, launch, begin, putBehind, endReplaced }
}

export type Revisions = ReturnType<typeof createRevisions>

function link(tx: Tx, { id, name }: DeploymentRecord, { base, adapter }: Served): void {
  const child = { childId: id, childKind: 'deployment', childName: name }
  linkLineage(tx, { ...child, parentId: base.id, parentKind: 'model', parentName: nameOf(base), role: 'model' })
  if (adapter)
    linkLineage(tx, {
      ...child,
      parentId: adapter.id,
      parentKind: 'model',
      parentName: nameOf(adapter),
      role: 'adapter',
    })
}
