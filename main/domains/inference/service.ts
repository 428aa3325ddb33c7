import { mkdirSync } from 'node:fs'
import type { Call } from '../../contract/call.ts'
import { systemCall } from '../../contract/call.ts'
import type { Engines } from '../../contract/engine.ts'
import { AppError, isErrorCode } from '../../contract/errors.ts'
import type { Deployment, DeploymentId, inference } from '../../contract/inference.ts'
import type { JobId } from '../../contract/jobs.ts'
import type { Handlers } from '../../contract/method.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Store } from '../../platform/db/types.ts'
import { newId } from '../../platform/ids.ts'
import type { Log } from '../../platform/log.ts'
import type { Family } from '../../platform/metrics/exposition.ts'
import type { Paths } from '../../platform/paths.ts'
import { noLog } from '../../platform/processes/log-reader.ts'
import type { JobsPort } from '../../platform/processes/port.ts'
import { answersAtOnce } from './at-once.ts'
import { ask, chat } from './chat.ts'
import { createDescribe } from './describe.ts'
import { assertFits, type ExamineDeps, type Examined, examine } from './examine.ts'
import { type Launch, launchOf, newSocket, type Programs, servedBy } from './launch.ts'
import { createLive } from './live.ts'
import { inferenceMetrics } from './metrics.ts'
import { createRemoval } from './removal.ts'
import {
  countDeployments,
  type DeploymentRecord,
  findDeployment,
  findRevision,
  insertDeployment,
  listDeployments,
  pageOfDeployments,
  type RevisionSettings,
  revisionsOf,
  revisionsOfModel,
  updateDeployment,
} from './repo.ts'
import { createRevisions, nameOf } from './revisions.ts'
import { createStatistics } from './statistics.ts'

type Deps = Programs &
  ExamineDeps & {
    readonly store: Store
    readonly clock: Clock
    readonly log: Log
    readonly paths: Pick<Paths, 'sockets'>
    readonly jobs: JobsPort
  }

export type Inference = {
  readonly handlers: Handlers<typeof inference>
  /** What the OpenAI surface serves. */
  readonly engines: Engines
  /** A running deployment's engine for a job of another domain, such as an evaluation. */
  readonly running: (ref: string) =>
    | {
        readonly id: string
        readonly name: string
        readonly socket: string
        readonly hasChatTemplate: boolean
        readonly parallel: number
      }
    | undefined
  /** How another job can start an engine of its own for a model, on a socket of its own. */
  readonly launchFor: (ref: string) => Promise<Launch>
  /** How a deployment is called and what it does; undefined once it is removed. */
  readonly now: (id: string) => { readonly name: string; readonly state: string } | undefined
  /** Live deployments that use a model version. */
  readonly usersOfModel: (id: string) => readonly string[]
  readonly metrics: () => readonly Family[]
  /** After the supervisor has adopted what runs: ends engines that were replaced while nobody looked. */
  readonly start: () => void
  /** Forgets deployments that were removed long enough ago. */
  readonly purge: () => void
  readonly close: () => void
}

/** What an engine takes when nobody names a context length; see contract/engine.ts. */
const usualContextTokens = 8192

/** Serving: names, what they serve, and the engines behind them. */
export function createInference(deps: Deps): Inference {
  const { store, clock, log, paths, jobs, models, deviceFor } = deps
  const statistics = createStatistics({ store, clock })
  const live = createLive({
    store,
    clock,
    log,
    jobs,
    statistics,
    replaced: old => revisions.stop(systemCall('inference.update'), old),
  })
  jobs.handle('deployment', live.handler)
  const revisions = createRevisions({ ...deps, live })
  const { existing, revisionOf, isLive } = revisions
  const { toDeployment, toDetail } = createDescribe({ store, live, revisions, statistics })

  const prepared = async (
    model: string,
    adapter: string | undefined,
    settings: RevisionSettings,
    { mayWait }: { readonly mayWait: boolean },
  ): Promise<Examined> => {
    const examined = await examine(model, adapter, settings, deps)
    assertFits(examined, { mayWait })
    return examined
  }

  /** Waits for a revision and throws what its engine said if it will not serve. */
  const served = async (ref: string, revision: number, call: Call): Promise<Deployment> => {
    const record = existing(ref)
    await live.settled(revisionOf(record, revision), call.signal)
    const now = revisionOf(record, revision)
    const job = live.jobOf(now)
    if (live.stateOf(now) !== 'serving' && job?.failure) {
      const { code, message, hint, details } = job.failure
      throw new AppError(isErrorCode(code) ? code : 'worker_failed', message, {
        hint: hint ?? `slipway inference logs ${record.name} shows more.`,
        ...(details && { details }),
      })
    }
    return toDeployment(existing(ref))
  }

  const removal = createRemoval({
    store,
    clock,
    log,
    existing,
    stop: (call, record) => {
      for (const revision of revisionsOf(store.read, record.id)) revisions.stop(call, revision)
    },
  })

  const handlers: Handlers<typeof inference> = {
    plan: async ({ model, adapter, ...settings }) => {
      const { served: chosen, device, memoryPlan } = await examine(model, adapter, settings, deps)
      // A missing environment is told now, not when the engine is to be started.
      if (chosen.engine === 'transformers') deps.python()
      const { summary } = chosen.base
      const contextLength =
        settings.contextLength ?? (summary.contextLength && Math.min(summary.contextLength, usualContextTokens))
      return {
        engine: chosen.engine,
        model: nameOf(chosen.base),
        ...(chosen.adapter && { adapter: nameOf(chosen.adapter) }),
        device,
        ...(contextLength !== undefined && { contextLength }),
        hasChatTemplate: settings.chatTemplate !== undefined || summary.hasChatTemplate,
        memory: memoryPlan,
      }
    },

    deploy: async ({ model, name, description, adapter, wait, ...chosen }, call) => {
      const settings: RevisionSettings = chosen
      const examined = await prepared(model, adapter, settings, { mayWait: true })
      const deploymentName = name ?? examined.served.adapter?.name ?? examined.served.base.name
      const known = findDeployment(store.read, deploymentName)
      if (known && isLive(revisionOf(known, known.currentRevision))) {
        throw new AppError('conflict', `"${deploymentName}" is deployed already.`, {
          hint: `Put another version behind it: slipway inference update ${deploymentName} --model ${model}; or choose another --name.`,
        })
      }
      if (known) {
        const revision = revisions.putBehind(call, known, examined, settings, description || known.description)
        return wait ? served(known.id, revision, call) : toDeployment(existing(known.id))
      }
      const nowMs = clock.nowMs()
      const record: DeploymentRecord = {
        id: newId('dep', nowMs) as DeploymentId,
        name: deploymentName,
        description,
        currentRevision: 1,
        nextRevision: null,
        createdAtMs: nowMs,
        updatedAtMs: nowMs,
      }
      store.commit(call, record.id, tx => {
        insertDeployment(tx, record)
        revisions.begin(tx, call, record, 1, examined, settings)
        tx.announce({ topic: 'deployments', kind: 'created', id: record.id })
      })
      return wait ? served(record.id, 1, call) : toDeployment(existing(record.id))
    },

    list: async ({ q, ...page }) => {
      const { records, nextCursor } = pageOfDeployments(store.read, q, page)
      return {
        items: records.map(toDeployment),
        total: countDeployments(store.read, q),
        ...(nextCursor !== undefined && { nextCursor }),
      }
    },

    show: async ({ id, minutes }) => toDetail(existing(id), minutes),

    logs: async ({ id, ...request }, { signal }) => {
      const record = existing(id)
      // A version that failed to load is what people ask about.
      const { jobId } = revisionOf(record, record.nextRevision ?? record.currentRevision)
      return jobId === undefined ? noLog : jobs.logs(jobId as JobId, request, signal)
    },

    stop: async ({ id, wait }, call) => {
      const record = existing(id)
      const running = revisionsOf(store.read, record.id).filter(isLive)
      store.commit(call, record.id, tx => {
        for (const revision of running) revisions.stop(call, revision)
        updateDeployment(tx, { ...record, nextRevision: null }, clock.nowMs())
        tx.announce({ topic: 'deployments', kind: 'changed', id: record.id })
      })
      if (wait) for (const { jobId } of running) await jobs.ended(jobId as JobId, call.signal)
      return toDeployment(existing(record.id))
    },

    start: async ({ id, wait }, call) => {
      const record = existing(id)
      const current = revisionOf(record, record.currentRevision)
      if (isLive(current)) throw new AppError('conflict', `"${record.name}" runs already (${live.stateOf(current)}).`)
      const { served: chosen, memoryPlan } = await prepared(current.model.id, current.adapter?.id, current.settings, {
        mayWait: true,
      })
      store.commit(call, record.id, tx => {
        revisions.launch(tx, call, record.name, { ...current, memoryPlan }, chosen)
        updateDeployment(tx, record, clock.nowMs())
      })
      return wait ? served(record.id, current.revision, call) : toDeployment(existing(record.id))
    },

    update: async ({ id, model, description, adapter, wait, ...changes }, call) => {
      const record = existing(id)
      const current = revisionOf(record, record.currentRevision)
      const given = Object.entries(changes).filter(([, value]) => value !== undefined)
      if (model === undefined && adapter === undefined && given.length === 0) {
        store.commit(call, record.id, tx => {
          updateDeployment(tx, { ...record, description: description ?? record.description }, clock.nowMs())
          tx.announce({ topic: 'deployments', kind: 'changed', id: record.id })
        })
        return toDeployment(existing(record.id))
      }
      // What is taken away (null) is as if it had never been chosen.
      const chosen = Object.fromEntries(given.map(([key, value]) => [key, value ?? undefined]))
      const settings: RevisionSettings = { ...current.settings, ...chosen }
      // Another base has adapters of its own: the old one stays only with the old base.
      const kept = model === undefined && adapter === undefined ? current.adapter?.id : undefined
      // Behind a name that serves, it would wait for the very memory that it is to take over.
      const mayWait = !isLive(current)
      const examined = await prepared(model ?? current.model.id, adapter ?? kept, settings, { mayWait })
      const revision = revisions.putBehind(call, record, examined, settings, description ?? record.description)
      return wait ? served(record.id, revision, call) : toDeployment(existing(record.id))
    },

    rollback: async ({ id, version, wait }, call) => {
      const record = existing(id)
      const wanted =
        version ??
        revisionsOf(store.read, record.id).find(({ revision }) => revision < record.currentRevision)?.revision
      if (wanted === undefined) throw new AppError('conflict', `"${record.name}" has no earlier version.`)
      if (wanted === record.currentRevision)
        throw new AppError('conflict', `"${record.name}" serves version ${wanted} already.`)
      const target = revisionOf(record, wanted)
      const mayWait = !isLive(revisionOf(record, record.currentRevision))
      const examined = await prepared(target.model.id, target.adapter?.id, target.settings, { mayWait })
      const revision = revisions.putBehind(call, record, examined, target.settings, record.description)
      return wait ? served(record.id, revision, call) : toDeployment(existing(record.id))
    },

    remove: async ({ id, purge }, call) => removal.remove(call, id, purge),
    restore: async ({ id }, call) => toDeployment(removal.restore(call, id)),

    chat: async (input, call) => chat(clientOf(input.id), input, clock, call.signal),
    ask: async (input, call) => ask(clientOf(input.id), input, clock, call.signal),
  }

  const clientOf = (ref: string) => {
    const engine = live.engines.resolve(ref)
    if (engine instanceof AppError) throw engine
    return engine
  }

  return {
    handlers,
    engines: live.engines,
    running: ref => {
      const record = findDeployment(store.read, ref)
      const revision = record && findRevision(store.read, record.id, record.currentRevision)
      if (!record || !revision?.socket || !revision.ready || live.stateOf(revision) !== 'serving') return undefined
      return {
        id: record.id,
        name: record.name,
        socket: revision.socket,
        hasChatTemplate: revision.ready.hasChatTemplate,
        parallel: revision.ready.parallel ?? revision.settings.parallel,
      }
    },
    launchFor: async ref => {
      const chosen = servedBy(models.readyVersion(ref), { adapter: undefined, engine: 'auto' }, models.baseOf)
      const device = deviceFor('auto', chosen.engine)
      const parallel = await answersAtOnce(chosen.engine, atOnce =>
        deps.planMemory({ ...chosen, contextLength: undefined, parallel: atOnce, device }),
      )
      mkdirSync(paths.sockets, { recursive: true, mode: 0o700 })
      return launchOf(chosen, { parallel, device: 'auto', engine: 'auto' }, device, newSocket(paths.sockets), deps)
    },
    now: id => {
      const record = findDeployment(store.read, id)
      return record && { name: record.name, state: toDeployment(record).state }
    },
    usersOfModel: id =>
      revisionsOfModel(store.read, id)
        .filter(isLive)
        .flatMap(({ deploymentId }) => findDeployment(store.read, deploymentId)?.name ?? [])
        .map(name => `deployment ${name}`),
    metrics: () => inferenceMetrics(listDeployments(store.read, 1_000).map(toDeployment), statistics.totalsOf),
    purge: removal.purge,
    start: () => {
      removal.start()
      revisions.endReplaced()
    },
    close: () => {
      removal.close()
      statistics.close()
      live.close()
    },
  }
}
