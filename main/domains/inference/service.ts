import { mkdirSync } from 'node:fs'
import type { Call } from '../../contract/call.ts'
import { systemCall } from '../../contract/call.ts'
import type { Engines } from '../../contract/engine.ts'
import { AppError, isErrorCode } from '../../contract/errors.ts'
import type { Deployment, DeploymentId, EngineKind, inference } from '../../contract/inference.ts'
import { isEnded, type JobId } from '../../contract/jobs.ts'
import type { Handlers } from '../../contract/method.ts'
import type { ModelVersion } from '../../contract/models.ts'
import type { MemoryPlan } from '../../contract/training.ts'
import { type Clock, isoOf } from '../../platform/clock.ts'
import { lineageOf, linkLineage } from '../../platform/db/lineage.ts'
import type { Store, Tx } from '../../platform/db/types.ts'
import { newId } from '../../platform/ids.ts'
import type { Log } from '../../platform/log.ts'
import type { Family } from '../../platform/metrics/exposition.ts'
import type { Paths } from '../../platform/paths.ts'
import { noLog } from '../../platform/processes/log-reader.ts'
import type { JobsPort } from '../../platform/processes/port.ts'
import { ask, chat } from './chat.ts'
import { type Launch, launchOf, newSocket, type Programs, type Served, servedBy } from './launch.ts'
import { createLive } from './live.ts'
import { inferenceMetrics } from './metrics.ts'
import { createRemoval } from './removal.ts'
import {
  countDeployments,
  type DeploymentRecord,
  findDeployment,
  findRevision,
  insertDeployment,
  insertRevision,
  listDeployments,
  pageOfDeployments,
  type RevisionRecord,
  type RevisionSettings,
  revisionsOf,
  revisionsOfModel,
  setRevisionJob,
  updateDeployment,
} from './repo.ts'
import { createStatistics } from './statistics.ts'

export type MemoryRequest = {
  readonly engine: EngineKind
  readonly base: ModelVersion
  readonly adapter: ModelVersion | undefined
  readonly contextLength: number | undefined
  readonly parallel: number
  readonly device: string
}

type Deps = Programs & {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly paths: Pick<Paths, 'sockets'>
  readonly jobs: JobsPort
  readonly models: {
    /** A version that may be read now. Throws why not. */
    readonly readyVersion: (ref: string) => ModelVersion
    /** The base that an adapter was trained on, where that is known here. */
    readonly baseOf: (id: ModelVersion['id']) => ModelVersion | undefined
    /** Reads the headers again and throws what would make an engine fail: files may have changed since the import. */
    readonly inspect: (version: ModelVersion) => Promise<void>
  }
  readonly planMemory: (request: MemoryRequest) => Promise<MemoryPlan> | MemoryPlan
  /** `auto` becomes a device of this machine that the engine can use: `cpu`, `cuda:0` … Throws for one that is not there. */
  readonly deviceFor: (device: string, engine: EngineKind) => string
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
  readonly launchFor: (ref: string, options?: { readonly adapter?: string; readonly parallel?: number }) => Launch
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
  const { store, clock, log, paths, jobs, models, planMemory, deviceFor } = deps
  const statistics = createStatistics({ store, clock })
  const live = createLive({
    store,
    clock,
    log,
    jobs,
    statistics,
    replaced: old => stopJob(systemCall('inference.update'), old),
  })
  jobs.handle('deployment', live.handler)

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
  const stopJob = (call: Call, revision: RevisionRecord): void => {
    if (isLive(revision)) jobs.stop(call, revision.jobId as JobId)
  }

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

  /** Everything that can be found out before anything is started. Throws what no choice of settings would mend. */
  const examine = async (modelRef: string, adapterRef: string | undefined, settings: RevisionSettings) => {
    const adapter = adapterRef === undefined ? undefined : models.readyVersion(adapterRef)
    const served = servedBy(models.readyVersion(modelRef), { adapter, engine: settings.engine }, models.baseOf)
    for (const version of [served.base, served.adapter]) if (version) await models.inspect(version)
    const device = deviceFor(settings.device, served.engine)
    const { contextLength, parallel } = settings
    const memoryPlan = await planMemory({ ...served, contextLength, parallel, device })
    return { served, device, memoryPlan }
  }
  type Prepared = Awaited<ReturnType<typeof examine>>
  const prepare = async (
    wanted: Parameters<typeof examine>,
    /** Whether it may stand in the queue until running jobs give memory back. */
    { mayWait }: { readonly mayWait: boolean },
  ): Promise<Prepared> => {
    const prepared = await examine(...wanted)
    const { verdict, startsWhenFree = false } = prepared.memoryPlan
    if (verdict === 'too_large' && !(mayWait && startsWhenFree)) throw tooLarge(prepared.served, prepared.memoryPlan)
    return prepared
  }

  const nameOf = ({ name, version }: ModelVersion) => `${name}@${version}`
  const newRevision = (
    deploymentId: DeploymentId,
    revision: number,
    { served, device, memoryPlan }: Prepared,
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
      devices: [{ device: revision.device, memoryBytes: revision.memoryPlan?.totalBytes ?? 0, exclusive: false }],
      politeStopMs: 15_000,
    })
    setRevisionJob(tx, revision, job.id, socket)
    tx.announce({ topic: 'deployments', kind: 'changed', id: revision.deploymentId })
  }

  const link = (tx: Tx, { id, name }: DeploymentRecord, { base, adapter }: Served): void => {
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

  /** Puts a revision behind a name: at once if the name serves nothing now, else when it is ready. */
  const putBehind = (
    call: Call,
    record: DeploymentRecord,
    prepared: Prepared,
    settings: RevisionSettings,
    description: string,
  ): number => {
    const current = revisionOf(record, record.currentRevision)
    const revision = (revisionsOf(store.read, record.id)[0]?.revision ?? 0) + 1
    store.commit(call, record.id, tx => {
      // Only the newest wish counts: a version that was still being loaded is given up.
      if (record.nextRevision !== null) stopJob(call, revisionOf(record, record.nextRevision))
      const fresh = newRevision(record.id, revision, prepared, settings)
      insertRevision(tx, fresh)
      const places = isLive(current) ? { nextRevision: revision } : { currentRevision: revision, nextRevision: null }
      updateDeployment(tx, { ...record, description, ...places }, clock.nowMs())
      link(tx, record, prepared.served)
      launch(tx, call, record.name, fresh, prepared.served)
    })
    return revision
  }

  const removal = createRemoval({
    store,
    clock,
    log,
    existing,
    stop: (call, record) => {
      for (const revision of revisionsOf(store.read, record.id)) stopJob(call, revision)
    },
  })

  const handlers: Handlers<typeof inference> = {
    plan: async ({ model, adapter, ...settings }) => {
      const { served: chosen, device, memoryPlan } = await examine(model, adapter, settings)
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
      const prepared = await prepare([model, adapter, settings], { mayWait: true })
      const deploymentName = name ?? prepared.served.adapter?.name ?? prepared.served.base.name
      const known = findDeployment(store.read, deploymentName)
      if (known && isLive(revisionOf(known, known.currentRevision))) {
        throw new AppError('conflict', `"${deploymentName}" is deployed already.`, {
          hint: `Put another version behind it: slipway inference update ${deploymentName} --model ${model}; or choose another --name.`,
        })
      }
      if (known) {
        const revision = putBehind(call, known, prepared, settings, description || known.description)
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
        const revision = newRevision(record.id, 1, prepared, settings)
        insertDeployment(tx, record)
        insertRevision(tx, revision)
        link(tx, record, prepared.served)
        launch(tx, call, record.name, revision, prepared.served)
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

    show: async ({ id, minutes }) => {
      const record = existing(id)
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
    },

    logs: async ({ id, ...request }, { signal }) => {
      const record = existing(id)
      // A version that failed to load is what people ask about.
      const { jobId } = revisionOf(record, record.nextRevision ?? record.currentRevision)
      return jobId === undefined ? noLog : jobs.logs(jobId as JobId, request, signal)
    },

    stop: async ({ id, wait }, call) => {
      const record = existing(id)
      const revisions = revisionsOf(store.read, record.id).filter(isLive)
      store.commit(call, record.id, tx => {
        for (const revision of revisions) stopJob(call, revision)
        updateDeployment(tx, { ...record, nextRevision: null }, clock.nowMs())
        tx.announce({ topic: 'deployments', kind: 'changed', id: record.id })
      })
      if (wait) for (const { jobId } of revisions) await jobs.ended(jobId as JobId, call.signal)
      return toDeployment(existing(record.id))
    },

    start: async ({ id, wait }, call) => {
      const record = existing(id)
      const current = revisionOf(record, record.currentRevision)
      if (isLive(current)) throw new AppError('conflict', `"${record.name}" runs already (${live.stateOf(current)}).`)
      const { served: chosen, memoryPlan } = await prepare([current.model.id, current.adapter?.id, current.settings], {
        mayWait: true,
      })
      store.commit(call, record.id, tx => {
        launch(tx, call, record.name, { ...current, memoryPlan }, chosen)
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
      const prepared = await prepare([model ?? current.model.id, adapter ?? kept, settings], { mayWait })
      const revision = putBehind(call, record, prepared, settings, description ?? record.description)
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
      const prepared = await prepare([target.model.id, target.adapter?.id, target.settings], { mayWait })
      const revision = putBehind(call, record, prepared, target.settings, record.description)
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
    launchFor: (ref, { adapter, parallel = 4 } = {}) => {
      const settings: RevisionSettings = { parallel, device: 'auto', engine: 'auto' }
      const chosen = servedBy(
        models.readyVersion(ref),
        { adapter: adapter === undefined ? undefined : models.readyVersion(adapter), engine: 'auto' },
        models.baseOf,
      )
      mkdirSync(paths.sockets, { recursive: true, mode: 0o700 })
      return launchOf(chosen, settings, deviceFor('auto', chosen.engine), newSocket(paths.sockets), deps)
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
      for (const record of listDeployments(store.read, 10_000)) {
        for (const revision of revisionsOf(store.read, record.id)) {
          const isWanted = revision.revision === record.currentRevision || revision.revision === record.nextRevision
          if (!isWanted) stopJob(systemCall('inference.update'), revision)
        }
      }
    },
    close: () => {
      removal.close()
      statistics.close()
      live.close()
    },
  }
}

function tooLarge({ base }: Served, plan: MemoryPlan): AppError {
  const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`
  const [remedy] = plan.remedies
  return new AppError(
    'missing_requirement',
    `Serving ${base.name} needs ${gib(plan.totalBytes)}; ${plan.device} has ${gib(plan.freeBytes)} free.`,
    {
      hint: remedy ? `This would fit: ${remedy.change}.` : 'Stop other deployments, or use a smaller quantisation.',
      details: { plan },
    },
  )
}
