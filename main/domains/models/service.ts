import { realpathSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { Call } from '../../contract/call.ts'
import type { FileEntry } from '../../contract/common.ts'
import { AppError } from '../../contract/errors.ts'
import type { Handlers } from '../../contract/method.ts'
import type { ModelDetail, ModelVersion, ModelVersionId, models } from '../../contract/models.ts'
import type { BytesKeeper, Collector } from '../../platform/blobs/collector.ts'
import type { BlobStore } from '../../platform/blobs/store.ts'
import type { Clock } from '../../platform/clock.ts'
import { type LineageEdge, lineageOf, linkLineage } from '../../platform/db/lineage.ts'
import { lineageGraph, withStates } from '../../platform/db/lineage-graph.ts'
import type { ReadableDb, Store, Tx } from '../../platform/db/types.ts'
import { newId } from '../../platform/ids.ts'
import type { Log } from '../../platform/log.ts'
import type { OwnPlace } from '../../platform/own-path.ts'
import type { JobsPort } from '../../platform/processes/port.ts'
import type { Removed } from '../../platform/retention.ts'
import { assertNotRoot } from '../../platform/user-path.ts'
import { readCard } from './card.ts'
import { type ConversionTools, createConversions } from './conversion/service.ts'
import type { Inspection } from './inspection.ts'
import { createKeptModels } from './kept-bytes.ts'
import { isPathUsed } from './kept-bytes-repo.ts'
import type { ServingBytes } from './listing/describe.ts'
import { createLists, type ListDeps } from './lists.ts'
import type { ModelReaders } from './reading/readers.ts'
import { pickleRefusal } from './refuse-pickle.ts'
import { relocateModels } from './relocation.ts'
import { createRemoval } from './removal.ts'
import {
  filesOf,
  findModel,
  findVersion,
  findVersionByPath,
  findVersionOf,
  insertModel,
  insertVersion,
  labelsOf,
  setAlias,
  setLabels,
  setVersionState,
  updateModel,
  versionsOf,
} from './repo.ts'
import { removedModels, type StoredModelFile, storedModelFiles } from './stored-files.ts'
import { createVerification } from './verification.ts'

type Deps = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly jobs: JobsPort
  readonly readers: Pick<ModelReaders, 'inspect' | 'find'>
  readonly blobs: Pick<BlobStore, 'pathOf'>
  readonly blobsRoot: string
  /** Where in the data directory models lie, and their bytes. */
  readonly ownPlaces: readonly OwnPlace[]
  readonly collector: Collector
  /** Who uses a version right now, such as a deployment: it may not be removed. */
  readonly usersOf: (id: ModelVersionId) => readonly string[]
  /** Memory that a version takes when it is served, in bytes; undefined where that cannot be said. */
  readonly servingBytes: ServingBytes
  readonly devices: ListDeps['devices']
  /** How a thing of any domain is called and does now; undefined once it is removed. */
  readonly stateOf: (kind: string, id: string) => { readonly name: string; readonly state: string } | undefined
  readonly conversion: ConversionTools
}

/** What other domains need of models; compose.ts passes it. */
export type ModelsPort = {
  /** A version by id, `name`, `name@2` or `name@alias`. Throws `not_found`. */
  readonly version: (ref: string) => ModelVersion
  /** The same, but ready to be read: throws `conflict` while it is being verified, and what is wrong otherwise. */
  readonly readyVersion: (ref: string) => ModelVersion
  /** Whether a model is called that; a new one of the name would be its next version. */
  readonly isName: (name: string) => boolean
  readonly files: (id: ModelVersionId) => readonly FileEntry[]
  /** What models keep in the data directory, and whether one lies at or below a path. */
  readonly kept: BytesKeeper & { readonly isPathUsed: (db: ReadableDb, path: string) => boolean }
  /** The files that models keep in the data directory, and which of them were removed and can be taken back. */
  readonly storedFiles: () => readonly StoredModelFile[]
  readonly removedSince: (sinceMs: number) => readonly Removed[]
  /** How a version is called and what state it is in; undefined once it is removed. */
  readonly now: (id: string) => { readonly name: string; readonly state: string } | undefined
  /** The base that an adapter was trained on here, from its lineage. */
  readonly baseOf: (id: ModelVersionId) => ModelVersion | undefined
  /**
   * Registers what a job made, with its lineage; `also` joins the transaction. The version is ready at once (its bytes
   * were just written by us); a job of its own adds their SHA-256.
   */
  readonly register: (
    call: Call,
    made: MadeModel,
    also: (tx: Tx, id: ModelVersionId) => void,
  ) => Promise<{ id: ModelVersionId; name: string }>
}

export type MadeModel = {
  readonly name: string
  readonly path: string
  readonly source: 'trained' | 'converted'
  readonly lineage: readonly Omit<LineageEdge, 'childId' | 'childKind' | 'childName'>[]
}

export type Models = {
  readonly handlers: Handlers<typeof models>
  readonly port: ModelsPort
  /** Finds the models of a data directory that was moved. Call once, before any other domain starts. */
  readonly relocate: () => void
  /** Brings lists up to date that an older Slipway made, clears up after conversions, and deletes what was removed. Call once. */
  readonly start: () => void
  /** Deletes now what was removed long enough ago. */
  readonly purge: () => void
  readonly close: () => void
}

/** Models: sets with numbered, immutable versions. Facts come from headers, bytes stay where they are. */
export function createModels({
  store,
  clock,
  log,
  jobs,
  readers: { inspect, find },
  blobs,
  blobsRoot,
  ownPlaces,
  collector,
  usersOf,
  servingBytes,
  devices,
  stateOf,
  conversion,
}: Deps): Models {
  const lists = createLists({ store, servingBytes, devices, version: ref => version(ref) })
  const { refresh } = lists
  const modelsDir = join(blobsRoot, '..', 'models')
  const verification = createVerification({
    store,
    clock,
    log,
    jobs,
    blobsRoot,
    refresh,
    storingEnded: collector.storingEnded,
  })

  const version = (ref: string): ModelVersion => {
    const direct = findVersion(store.read, ref)
    if (direct) return direct
    const at = ref.lastIndexOf('@')
    const model = findModel(store.read, ref) ?? (at > 0 ? findModel(store.read, ref.slice(0, at)) : undefined)
    if (model) {
      const isWhole = model.name === ref || model.id === ref
      const found = isWhole
        ? model.newestVersionId && findVersion(store.read, model.newestVersionId)
        : findVersionOf(store.read, model.id, ref.slice(at + 1))
      if (found) return found
    }
    throw new AppError('not_found', `There is no model ${ref}.`, {
      hint: 'slipway models list shows them; a version is NAME@2, an alias NAME@best.',
    })
  }

  const modelNow = (id: string) => {
    const found = findVersion(store.read, id)
    return found && { name: `${found.name}@${found.version}`, state: found.state }
  }

  const readyVersion = (ref: string): ModelVersion => {
    const found = version(ref)
    if (found.state === 'ready') return found
    if (found.state === 'verifying')
      throw new AppError('conflict', `${found.name} V${found.version} is still being verified.`, {
        hint: 'Wait for its job: slipway jobs list.',
      })
    throw new AppError(
      'conflict',
      `${found.name} V${found.version} is ${found.state}: ${found.problem ?? 'its files are not as recorded'}`,
      { hint: `slipway models verify ${found.id} checks again.` },
    )
  }

  const detail = (found: ModelVersion): ModelDetail => {
    const model = findModel(store.read, found.modelId)
    return {
      ...found,
      description: model?.description ?? '',
      labels: labelsOf(store.read, found.modelId),
      files: filesOf(store.read, found.id),
      lineage: lineageOf(store.read, found.id),
      conversion: conversions.recordOf(found.id),
      versions: versionsOf(store.read, found.modelId).map(({ id, version: number, state, createdAt }) => ({
        id,
        version: number,
        state,
        createdAt,
      })),
    }
  }

  const insert = (
    tx: Tx,
    name: string,
    made: {
      /** Known beforehand for a conversion. */
      id?: ModelVersionId
      description: string
      labels: readonly string[]
      state: ModelVersion['state']
      source: ModelVersion['source']
      path: string
      inspection: Inspection
    },
  ): ModelVersionId => {
    const nowMs = clock.nowMs()
    const known = findModel(tx, name)
    const modelId = known?.id ?? newId('mdl', nowMs)
    if (!known) insertModel(tx, { id: modelId, name, description: made.description, atMs: nowMs })
    if (!known || made.labels.length > 0) setLabels(tx, modelId, made.labels)
    const id = made.id ?? (newId('mdv', nowMs) as ModelVersionId)
    const { summary, files } = made.inspection
    const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0)
    insertVersion(tx, {
      id,
      modelId,
      state: made.state,
      source: made.source,
      path: made.path,
      sizeBytes,
      summary,
      files,
      atMs: nowMs,
    })
    refresh(tx, modelId)
    tx.announce({ topic: 'models', kind: 'created', id })
    return id
  }

  const baseOf: ModelsPort['baseOf'] = id => {
    const base = lineageOf(store.read, id).madeBy.find(({ kind, role }) => kind === 'model' && role === 'base')
    return base && findVersion(store.read, base.id)
  }

  const conversions = createConversions({
    store,
    clock,
    jobs,
    tools: conversion,
    modelsDir,
    readyVersion,
    baseOf,
    exportEnded: verification.clear,
    insert: (tx, id, made) =>
      insert(tx, made.name, { ...made, id, description: '', labels: [], state: 'ready', source: 'converted' }),
  })

  const kept = createKeptModels({
    store,
    modelsDir,
    blobPathOf: blobs.pathOf,
    isBeingMade: id => conversions.isOpen(id),
  })
  const removal = createRemoval({
    store,
    clock,
    log,
    collector,
    folderOf: kept.folderOf,
    usersOf: id => [...usersOf(id), ...conversions.usersOf(id)],
    version: ref => version(ref),
    detail,
    refresh,
  })

  const handlers: Handlers<typeof models> = {
    ...lists.handlers,
    ...removal.handlers,
    convert: conversions.convert,

    show: async ({ id }) => detail(version(id)),

    card: async ({ id }, { signal }) => readCard(version(id).path, signal),

    graph: async ({ id, depth, nodes }) => {
      const found = version(id)
      const start = { id: found.id, kind: 'model', name: found.name }
      return withStates(lineageGraph(store.read, start, { depth, nodes }), stateOf)
    },

    find: async ({ dir }, { signal }) => {
      const { items, warnings } = await find(dir, signal)
      const withNames = items.map(item => {
        const known = findVersionByPath(store.read, item.path)
        return known ? { ...item, registeredAs: known.name } : item
      })
      return { items: withNames, warnings: [...warnings] }
    },

    import: async ({ path, name, copy, description, label }, call) => {
      const real = realPath(path)
      assertNotRoot(real, 'model')
      const inspection = await inspect(real, call.signal)
      if (inspection.summary.format === 'pickle') throw pickleRefusal(path, inspection.summary.containsCode)
      const known = findVersionByPath(store.read, real)
      if (known && !copy && (name === undefined || name === known.name)) {
        throw new AppError('conflict', `This is registered already as ${known.name} V${known.version}.`, {
          hint: `slipway models verify ${known.id} checks it again.`,
          details: { id: known.id },
        })
      }
      // With its job in one transaction: a version that says "verifying" while nothing verifies it would stay so for ever.
      const { id, job } = store.commit(call, real, tx => {
        const made = insert(tx, name ?? defaultName(real), {
          description,
          labels: label,
          state: 'verifying',
          source: copy ? 'copied' : 'registered',
          path: real,
          inspection,
        })
        return { id: made, job: verification.start(call, made, { mode: copy ? 'copy' : 'verify' }) }
      })
      return { ...version(id), jobId: job.id }
    },

    update: async ({ id, name, description, label, alias }, call) => {
      const found = version(id)
      const other = name === undefined ? undefined : findModel(store.read, name)
      if (other && other.id !== found.modelId)
        throw new AppError('conflict', `A model named "${name}" exists already.`, { hint: 'Choose another name.' })
      store.commit(call, found.id, tx => {
        updateModel(tx, found.modelId, { name, description }, clock.nowMs())
        if (label) setLabels(tx, found.modelId, label)
        if (alias) setAlias(tx, found.modelId, alias, found.id)
        refresh(tx, found.modelId)
        tx.announce({ topic: 'models', kind: 'changed', id: found.id })
      })
      return detail(version(found.id))
    },

    verify: async ({ id }, call) => {
      const found = version(id)
      const job = store.commit(call, found.id, tx => {
        setVersionState(tx, found.id, 'verifying', undefined, clock.nowMs())
        refresh(tx, found.modelId)
        tx.announce({ topic: 'models', kind: 'changed', id: found.id })
        return verification.start(call, found.id, { mode: 'verify' })
      })
      return { ...version(found.id), jobId: job.id }
    },

    export: async ({ id, dir }, call) => {
      const found = readyVersion(id)
      const job = store.commit(call, found.id, () =>
        verification.start(call, found.id, { mode: 'export', targetDir: resolve(dir) }),
      )
      return { ...found, jobId: job.id }
    },
  }

  const port: ModelsPort = {
    now: modelNow,
    version,
    readyVersion,
    isName: name => findModel(store.read, name) !== undefined,
    files: id => filesOf(store.read, id),
    kept: { ...kept, isPathUsed },
    storedFiles: () => storedModelFiles(store.read, ownPlaces),
    removedSince: sinceMs => removedModels(store.read, sinceMs, ownPlaces),
    baseOf,
    register: async (call, { name, path, source, lineage }, also) => {
      const inspection = await inspect(path)
      const id = store.commit(call, path, tx => {
        const made = insert(tx, name, { description: '', labels: [], state: 'ready', source, path, inspection })
        for (const edge of lineage) linkLineage(tx, { ...edge, childId: made, childKind: 'model', childName: name })
        also(tx, made)
        verification.start(call, made, { mode: 'verify' })
        return made
      })
      return { id, name }
    },
  }
  return {
    handlers,
    port,
    relocate: () => relocateModels({ store, log, modelsDir, places: ownPlaces }),
    start: () => {
      lists.start()
      conversions.start()
      removal.start()
    },
    purge: removal.purge,
    close: () => {
      lists.close()
      removal.close()
    },
  }
}

const realPath = (path: string): string => {
  try {
    return realpathSync(path)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ELOOP')
      throw new AppError('invalid_input', `${path} is a loop of symbolic links.`, {
        cause: error,
        hint: 'Give the real folder.',
      })
    if (code === 'EACCES')
      throw new AppError('forbidden', `${path} may not be read.`, {
        cause: error,
        hint: 'Give yourself read permission.',
      })
    throw new AppError('not_found', `${path} is not there.`, {
      cause: error,
      hint: 'Check the path; relative paths count from where you are.',
    })
  }
}

const defaultName = (path: string): string => basename(path).replace(/\.gguf$/i, '')
