import { type EngineClient, EngineEvent, type EngineFacts, type Engines } from '../../contract/engine.ts'
import { AppError } from '../../contract/errors.ts'
import type { Deployment, DeploymentState } from '../../contract/inference.ts'
import { isEnded, type Job, type JobId } from '../../contract/jobs.ts'
import { type Clock, isoOf } from '../../platform/clock.ts'
import type { Store, Tx } from '../../platform/db/types.ts'
import type { Log } from '../../platform/log.ts'
import type { JobHandler, JobsPort, WorkerEvent } from '../../platform/processes/port.ts'
import { createEngineClient } from './engine-client.ts'
import {
  type DeploymentRecord,
  findDeployment,
  findRevision,
  findRevisionByJob,
  listDeployments,
  type RevisionRecord,
  setRevisionReady,
  updateDeployment,
} from './repo.ts'
import type { Statistics } from './statistics.ts'

type Deps = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly jobs: JobsPort
  readonly statistics: Statistics
  /** Another revision has taken over: the job of the old one may end. */
  readonly replaced: (old: RevisionRecord) => void
}

export type Live = {
  readonly handler: JobHandler
  readonly engines: Engines
  readonly stateOf: (revision: RevisionRecord) => DeploymentState
  readonly jobOf: (revision: RevisionRecord) => Job | undefined
  readonly loadOf: (revision: RevisionRecord) => Deployment['load']
  /** Resolves once the revision serves or will not without being started again. */
  readonly settled: (revision: RevisionRecord, signal?: AbortSignal) => Promise<void>
  readonly close: () => void
}

type ClosableClient = EngineClient & { readonly close: () => void }

/** Everything about deployments that runs now: states, loads, and clients of the engines. Rows are the truth; this reads them. */
export function createLive({ store, clock, log, jobs, statistics, replaced }: Deps): Live {
  const loads = new Map<string, NonNullable<Deployment['load']>>()
  const clients = new Map<
    string,
    { readonly key: string; readonly raw: ClosableClient; readonly counted: EngineClient }
  >()
  const watchers = new Set<() => void>()
  // Events are handled inside a transaction; what follows from them must wait until it is on disk.
  const afterCommit = (work: () => void) => queueMicrotask(work)
  const changed = () => afterCommit(() => [...watchers].forEach(check => void check()))

  const jobOf = ({ jobId }: RevisionRecord): Job | undefined =>
    jobId === undefined ? undefined : jobs.get(jobId as JobId)

  const stateOf = (revision: RevisionRecord): DeploymentState => {
    const job = jobOf(revision)
    switch (job?.state) {
      case undefined:
      case 'done':
      case 'cancelled':
        return 'stopped'
      case 'running':
        return revision.readyAttempt === job?.attempt ? 'serving' : 'loading'
      case 'queued':
      case 'starting':
      case 'stopping':
      case 'failed':
      case 'lost':
        return job?.state ?? 'stopped'
    }
  }

  const announce = (tx: Tx, id: string, data?: Record<string, unknown>) =>
    tx.announce({ topic: 'deployments', kind: data ? 'data' : 'changed', id, ...(data && { data }) })

  const onReady = (tx: Tx, job: Job, revision: RevisionRecord, event: Extract<EngineEvent, { event: 'ready' }>) => {
    setRevisionReady(tx, job.id, event, job.attempt)
    const deployment = findDeployment(tx, revision.deploymentId)
    if (deployment?.nextRevision === revision.revision) {
      const old = findRevision(tx, deployment.id, deployment.currentRevision)
      updateDeployment(tx, { ...deployment, currentRevision: revision.revision, nextRevision: null }, clock.nowMs())
      if (old) afterCommit(() => replaced(old))
    }
  }

  const onEvent = (tx: Tx, job: Job, raw: WorkerEvent): void => {
    const revision = findRevisionByJob(tx, job.id)
    if (!revision) return // its deployment was removed while it was stopping
    const parsed = EngineEvent.safeParse(raw)
    // Engines also tell their phases; only what the protocol names changes anything here.
    if (!parsed.success) {
      if (raw.event === 'ready')
        log.warn('an engine is ready in a way that is not understood', {
          jobId: job.id,
          problem: parsed.error.message.slice(0, 300),
        })
      return
    }
    switch (parsed.data.event) {
      case 'ready':
        onReady(tx, job, revision, parsed.data)
        announce(tx, revision.deploymentId)
        changed()
        return
      case 'heartbeat': {
        const { active, queued, tokensPerSecond, memoryBytes } = parsed.data
        const load = {
          at: isoOf(clock.nowMs()),
          active,
          queued,
          tokensPerSecond,
          ...(memoryBytes !== undefined && { memoryBytes }),
        }
        loads.set(job.id, load)
        announce(tx, revision.deploymentId, load)
        return
      }
      case 'failed':
        changed()
        return
      default:
        parsed.data satisfies never
    }
  }

  const onEnd = (tx: Tx, job: Job): void => {
    loads.delete(job.id)
    const revision = findRevisionByJob(tx, job.id)
    if (revision) announce(tx, revision.deploymentId)
    changed()
  }

  const factsOf = (deployment: DeploymentRecord, revision: RevisionRecord): EngineFacts => ({
    name: deployment.name,
    createdAtMs: revision.createdAtMs,
    contextLength: revision.ready?.contextLength ?? 0,
    hasChatTemplate: revision.ready?.hasChatTemplate ?? false,
    can: revision.ready?.can ?? [],
    parallel: revision.ready?.parallel ?? revision.settings.parallel,
  })

  const clientOf = (deployment: DeploymentRecord, revision: RevisionRecord): EngineClient => {
    const key = `${revision.jobId}:${revision.readyAttempt}`
    const known = clients.get(deployment.id)
    if (known?.key === key) return known.counted
    const raw = createEngineClient(revision.socket ?? '', factsOf(deployment, revision))
    const counted = statistics.counted(deployment.id, raw)
    // The old client's idle connections end with it; requests that still run on it keep theirs.
    known?.raw.close()
    clients.set(deployment.id, { key, raw, counted })
    return counted
  }

  const current = (deployment: DeploymentRecord) => findRevision(store.read, deployment.id, deployment.currentRevision)

  const settled = async (revision: RevisionRecord, signal?: AbortSignal): Promise<void> => {
    const fresh = () => findRevision(store.read, revision.deploymentId, revision.revision)
    const isSettled = () => {
      const now = fresh()
      if (!now) return true
      const job = jobOf(now)
      return !job || isEnded(job.state) || stateOf(now) === 'serving'
    }
    if (isSettled()) return
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        watchers.delete(check)
        signal?.removeEventListener('abort', abort)
      }
      const check = () => {
        if (!isSettled()) return
        leave()
        resolve()
      }
      const abort = () => {
        leave()
        reject(signal?.reason)
      }
      watchers.add(check)
      signal?.addEventListener('abort', abort, { once: true })
      check()
    })
  }

  return {
    // A failure that an engine names itself is kept by the supervisor; here it only wakes who waits.
    handler: { onEvent, onEnd, restart: 'stateless' },
    engines: {
      list: () =>
        listDeployments(store.read, 1_000).flatMap(deployment => {
          const revision = current(deployment)
          return revision && stateOf(revision) === 'serving' ? [factsOf(deployment, revision)] : []
        }),
      resolve: name => {
        const deployment = findDeployment(store.read, name)
        const revision = deployment && current(deployment)
        if (!deployment || !revision)
          return new AppError('not_found', `There is no deployment "${name}".`, {
            hint: 'slipway inference list shows them.',
          })
        const state = stateOf(revision)
        return state === 'serving'
          ? clientOf(deployment, revision)
          : notServing(deployment.name, state, jobOf(revision))
      },
    },
    stateOf,
    jobOf,
    loadOf: ({ jobId }) => (jobId === undefined ? undefined : loads.get(jobId)),
    settled,
    close: () => {
      for (const { raw } of clients.values()) raw.close()
      clients.clear()
    },
  }
}

function notServing(name: string, state: DeploymentState, job: Job | undefined): AppError {
  switch (state) {
    case 'queued':
    case 'starting':
    case 'loading':
      return new AppError('busy', `"${name}" is still being loaded (${state}).`, { hint: 'Try again in a moment.' })
    case 'failed':
    case 'lost':
      return new AppError('worker_lost', `"${name}" does not run: ${job?.failure?.message ?? 'its engine ended'}`, {
        hint: `slipway inference logs ${name} shows why; slipway inference start ${name} starts it again.`,
      })
    case 'stopping':
    case 'stopped':
      return new AppError('conflict', `"${name}" is stopped.`, { hint: `slipway inference start ${name}` })
    case 'serving':
      return new AppError('internal', `"${name}" serves.`)
    default:
      return state satisfies never
  }
}
