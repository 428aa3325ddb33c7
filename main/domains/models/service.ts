import { join, resolve } from 'node:path'
import { AppError } from '../../contract/errors.ts'
import type { Handlers } from '../../contract/method.ts'
import type { ModelDetail, ModelVersion, ModelVersionId, models } from '../../contract/models.ts'
import type { Collector } from '../../platform/blobs/collector.ts'
import type { BlobStore } from '../../platform/blobs/store.ts'
import type { Clock } from '../../platform/clock.ts'
import { lineageOf } from '../../platform/db/lineage.ts'
import { lineageGraph, withStates } from '../../platform/db/lineage-graph.ts'
import type { Store } from '../../platform/db/types.ts'
import type { Log } from '../../platform/log.ts'
import type { OwnPlace } from '../../platform/own-path.ts'
import type { JobsPort } from '../../platform/processes/port.ts'
import { readCard } from './card.ts'
import { type ConversionTools, createConversions } from './conversion/service.ts'
import { createKeptModels } from './kept-bytes.ts'
import { isPathUsed } from './kept-bytes-repo.ts'
import type { ServingBytes } from './listing/describe.ts'
import { createLists, type ListDeps } from './lists.ts'
import type { ModelsPort } from './port.ts'
import type { ModelReaders } from './reading/readers.ts'
import { createRegistration } from './registration.ts'
import { relocateModels } from './relocation.ts'
import { createRemoval } from './removal.ts'
import {
  filesOf,
  findModel,
  findVersion,
  findVersionByPath,
  labelsOf,
  setAlias,
  setLabels,
  setVersionState,
  takeAlias,
  updateModel,
  versionsOf,
} from './repo.ts'
import { removedModels, storedModelFiles } from './stored-files.ts'
import { createVerification } from './verification.ts'
import { baseOf, readyVersionOf, shown, versionOf } from './versions.ts'

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
  const version = (ref: string): ModelVersion => versionOf(store.read, ref)
  const readyVersion = (ref: string): ModelVersion => readyVersionOf(store.read, ref)
  const lists = createLists({ store, servingBytes, devices, version })
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

  const registration = createRegistration({ store, clock, inspect, verification, refresh })

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

  const conversions = createConversions({
    store,
    clock,
    jobs,
    tools: conversion,
    modelsDir,
    readyVersion,
    baseOf: id => baseOf(store.read, id),
    exportEnded: verification.clear,
    insert: (tx, id, made) =>
      registration.insert(tx, made.name, {
        ...made,
        id,
        description: '',
        labels: [],
        state: 'ready',
        source: 'converted',
      }),
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
    version,
    detail,
    refresh,
  })

  const handlers: Handlers<typeof models> = {
    ...lists.handlers,
    ...removal.handlers,
    convert: conversions.convert,
    import: registration.import,

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

    update: async ({ id, name, description, label, alias, removeAlias }, call) => {
      const found = version(id)
      const other = name === undefined ? undefined : findModel(store.read, name)
      if (other && other.id !== found.modelId)
        throw new AppError('conflict', `A model named "${name}" exists already.`, { hint: 'Choose another name.' })
      if (removeAlias && !found.aliases.includes(removeAlias))
        throw new AppError('not_found', `${shown(found)} has no alias ${removeAlias}.`, {
          hint: `Name the version that has it: slipway models update ${found.name}@${removeAlias} --remove-alias ${removeAlias}.`,
        })
      store.commit(call, found.id, tx => {
        updateModel(tx, found.modelId, { name, description }, clock.nowMs())
        if (label) setLabels(tx, found.modelId, label)
        if (removeAlias) takeAlias(tx, found.modelId, removeAlias)
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
    now: id => {
      const found = findVersion(store.read, id)
      return found && { name: shown(found), state: found.state }
    },
    readyVersion,
    isName: name => findModel(store.read, name) !== undefined,
    kept: { ...kept, isPathUsed },
    storedFiles: () => storedModelFiles(store.read, ownPlaces),
    removedSince: sinceMs => removedModels(store.read, sinceMs, ownPlaces),
    baseOf: id => baseOf(store.read, id),
    register: registration.register,
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
