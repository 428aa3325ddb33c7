import type { Call } from '../../contract/call.ts'
import type { DatasetKind } from '../../contract/dataset-rows.ts'
import type { DatasetDetail, DatasetVersion, DatasetVersionId } from '../../contract/dataset-versions.ts'
import type { datasets } from '../../contract/datasets.ts'
import { AppError } from '../../contract/errors.ts'
import type { Handlers } from '../../contract/method.ts'
import type { BytesKeeper, Collector } from '../../platform/blobs/collector.ts'
import type { BlobStore } from '../../platform/blobs/store.ts'
import type { Clock } from '../../platform/clock.ts'
import { lineageOf } from '../../platform/db/lineage.ts'
import type { Store, Tx } from '../../platform/db/types.ts'
import type { Log } from '../../platform/log.ts'
import type { JobsPort } from '../../platform/processes/port.ts'
import { createCheck } from './check.ts'
import { createFileReader } from './file-reader.ts'
import { graphOf } from './graph.ts'
import { createImports } from './imports.ts'
import { issuesOf, sourcesOf } from './imports-repo.ts'
import { importingName, isBlobUsed } from './kept-bytes-repo.ts'
import { countDatasets, listDatasets, refreshDataset } from './listing-repo.ts'
import { createQueryThreads } from './query-threads.ts'
import { createRemoval } from './removal.ts'
import type { RenderRows } from './render-rows.ts'
import { createRepair } from './repair.ts'
import {
  detailOf,
  filesOf,
  findDataset,
  findVersion,
  labelsOf,
  setAlias,
  setLabels,
  setVersionFrozen,
  takeAlias,
  updateDataset,
  versionsOf,
} from './repo.ts'
import { createRows } from './rows.ts'
import { createSplit } from './split.ts'
import { filledOf, rowSetOf, shown, versionOf } from './versions.ts'

type Deps = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly jobs: JobsPort
  readonly blobs: Pick<BlobStore, 'adoptFile' | 'pathOf' | 'verify'>
  readonly collector: Collector
  readonly blobsRoot: string
  /** The backend's environment, of which children get a part. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** A folder of ours for work in progress; nothing in it is needed after a restart. */
  readonly scratchDir: string
  /** Who needs a version, such as a run that trained on it: it may not be removed. */
  readonly usersOf: (id: DatasetVersionId) => readonly string[]
  readonly render: RenderRows
  /** How a thing of any domain is called and does now; undefined once it is removed. */
  readonly stateOf: (kind: string, id: string) => { readonly name: string; readonly state: string } | undefined
}

/** What other domains need of datasets; compose.ts passes it. */
export type DatasetsPort = {
  /**
   * The rows behind a reference. Throws `not_found`, and `conflict` while they are imported or when the import failed.
   * `files` are Parquet with the canonical columns of `kind`.
   */
  readonly version: (ref: string) => {
    readonly id: DatasetVersionId
    readonly name: string
    readonly version: number
    readonly state: 'draft' | 'frozen'
    readonly kind: DatasetKind
    readonly rows: number
    readonly files: readonly string[]
  }
  /** How a version is called and what state it is in; undefined once it is removed. */
  readonly now: (id: string) => { readonly name: string; readonly state: string } | undefined
  /** What datasets keep in the data directory. */
  readonly kept: BytesKeeper
  /** Freezes a draft in the caller's action; frozen versions are left alone. */
  readonly freeze: (call: Call, id: string) => void
}

export type Datasets = {
  readonly handlers: Handlers<typeof datasets>
  readonly port: DatasetsPort
  /** Deletes the rows of versions that were removed long enough ago, from now on. */
  readonly start: () => void
  readonly purge: () => void
  readonly close: () => Promise<void>
}

/** Datasets: sets with numbered versions whose rows never change, made by imports and splits. */
export function createDatasets({
  store,
  clock,
  log,
  jobs,
  blobs,
  collector,
  blobsRoot,
  env,
  scratchDir,
  usersOf,
  render,
  stateOf,
}: Deps): Datasets {
  const queries = createQueryThreads()
  const reader = createFileReader({ env })
  const version = (ref: string): DatasetVersion => versionOf(store.read, ref)

  const detail = (found: DatasetVersion): DatasetDetail => ({
    ...found,
    description: findDataset(store.read, found.datasetId)?.description ?? '',
    labels: labelsOf(store.read, found.datasetId),
    files: [...filesOf(store.read, found.id)],
    sources: sourcesOf(store.read, found.id),
    ...detailOf(store.read, found.id),
    lineage: lineageOf(store.read, found.id),
    versions: versionsOf(store.read, found.datasetId).map(({ id, version: number, state, splitRole, createdAt }) => ({
      id,
      version: number,
      state,
      ...(splitRole && { splitRole }),
      createdAt,
    })),
  })

  const announceChange = (tx: Tx, found: DatasetVersion, kind: 'changed' | 'created' | 'removed' = 'changed') => {
    refreshDataset(tx, found.datasetId)
    tx.announce({ topic: 'datasets', kind, id: found.id })
  }

  const { whileStoring, storingEnded } = collector
  const removal = createRemoval({ store, clock, log, collector, usersOf, detail, announceChange })

  const handlers: Handlers<typeof datasets> = {
    ...createImports({ store, clock, jobs, blobsRoot, scratchDir, reader, storingEnded }),
    ...createRows({ store, blobs, queries }),
    ...createCheck({ store, clock, blobs, queries, render }),
    ...createRepair({ store, clock, blobs, scratchDir, queries, render, whileStoring }),
    ...createSplit({ store, clock, blobs, scratchDir, queries, whileStoring }),
    ...removal.handlers,

    list: async ({ q, kind, state, label, ...page }) => {
      const filter = { q, kind, state, label }
      const { items, nextCursor } = listDatasets(store.read, filter, page)
      return { items, total: countDatasets(store.read, filter), ...(nextCursor !== undefined && { nextCursor }) }
    },

    show: async ({ id }) => detail(version(id)),

    graph: async ({ id, ...limits }) => graphOf(store.read, version(id), limits, stateOf),

    issues: async ({ id, reason, offset, limit }) => {
      const found = version(id)
      const { reasons } = detailOf(store.read, found.id)
      return { badRows: found.badRows, reasons, ...issuesOf(store.read, found.id, { reason, offset, limit }) }
    },

    freeze: async ({ id }, call) => {
      const found = filledOf(store.read, id)
      // What is published must be what was stored: every byte is read once more.
      for (const file of filesOf(store.read, found.id)) await blobs.verify(file.sha256, { signal: call.signal })
      port.freeze(call, found.id)
      return version(found.id)
    },

    update: async ({ id, name, description, label, alias, removeAlias }, call) => {
      const found = version(id)
      const other = name === undefined ? undefined : findDataset(store.read, name)
      if (other && other.id !== found.datasetId)
        throw new AppError('conflict', `A dataset named "${name}" exists already.`, { hint: 'Choose another name.' })
      if (removeAlias && !found.aliases.includes(removeAlias))
        throw new AppError('not_found', `${shown(found)} has no alias ${removeAlias}.`, {
          hint: `Name the version that has it: slipway datasets update ${found.name}@${removeAlias} --remove-alias ${removeAlias}.`,
        })
      store.commit(call, found.id, tx => {
        updateDataset(tx, found.datasetId, { name, description }, clock.nowMs())
        if (label) setLabels(tx, found.datasetId, label)
        if (removeAlias) takeAlias(tx, found.datasetId, removeAlias)
        if (alias) setAlias(tx, found.datasetId, alias, found.id)
        announceChange(tx, found)
      })
      return detail(version(found.id))
    },
  }

  const port: DatasetsPort = {
    version: ref => {
      const found = filledOf(store.read, ref)
      const { id, name, version: number, state, kind, rows } = found
      return {
        id,
        name: `${name}@${number}`,
        version: number,
        state,
        kind,
        rows,
        files: rowSetOf(store.read, blobs, found).files,
      }
    },
    now: id => {
      const found = findVersion(store.read, id)
      return found && { name: shown(found), state: found.state }
    },
    kept: {
      isUsed: isBlobUsed,
      storing: () => {
        const name = importingName(store.read)
        return name === undefined ? undefined : `the dataset ${name}`
      },
      folders: () => [],
      isFolderUsed: () => true,
    },
    freeze: (call, id) => {
      const found = filledOf(store.read, id)
      if (found.state === 'frozen') return
      store.commit(call, found.id, tx => {
        setVersionFrozen(tx, found.id, clock.nowMs())
        announceChange(tx, found)
      })
    },
  }
  return {
    handlers,
    port,
    start: removal.start,
    purge: removal.purge,
    close: async () => {
      removal.close()
      await Promise.all([queries.close(), reader.close()])
    },
  }
}
