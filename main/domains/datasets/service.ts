import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { basename, extname, join, resolve } from 'node:path'
import type { Call } from '../../contract/call.ts'
import type {
  CheckProblem,
  CheckReport,
  DatasetDetail,
  DatasetKind,
  DatasetVersion,
  DatasetVersionId,
  datasets,
  RenderedRow,
} from '../../contract/datasets.ts'
import { AppError } from '../../contract/errors.ts'
import type { Handlers } from '../../contract/method.ts'
import type { CheckReport as RenderedReport } from '../../contract/worker.ts'
import type { BytesKeeper, Collector } from '../../platform/blobs/collector.ts'
import type { BlobStore } from '../../platform/blobs/store.ts'
import type { Clock } from '../../platform/clock.ts'
import { lineageOf } from '../../platform/db/lineage.ts'
import type { Store, Tx } from '../../platform/db/types.ts'
import { newId } from '../../platform/ids.ts'
import type { Log } from '../../platform/log.ts'
import type { JobsPort } from '../../platform/processes/port.ts'
import { assertNotRoot } from '../../platform/user-path.ts'
import { type Filled, shown } from './filled.ts'
import { graphOf } from './graph.ts'
import { createImportJobs } from './import-job.ts'
import { exportFormats } from './queries/export.ts'
import type { RowSet } from './queries/row-sql.ts'
import { createQueryThread } from './query-thread.ts'
import { createRemoval } from './removal.ts'
import { createRepair } from './repair.ts'
import {
  countDatasets,
  detailOf,
  filesOf,
  findDataset,
  findVersion,
  findVersionOf,
  importingName,
  insertDataset,
  insertVersion,
  isBlobUsed,
  issuesOf,
  labelsOf,
  listDatasets,
  refreshDataset,
  setAlias,
  setLabels,
  setVersionFrozen,
  sourcesOf,
  updateDataset,
  versionsOf,
} from './repo.ts'
import { createSplit } from './split.ts'

/** What the tokenizer of a model makes of rows; made by the Python worker (slipway_worker.check). */
export type RenderRows = (
  request: {
    readonly model: string
    readonly method: string
    readonly files: readonly string[]
    readonly maxSequenceLength?: number | undefined
    readonly samples: number
    /** How many rows to render, from the first; all otherwise. */
    readonly first?: number | undefined
    /** Only these rows, token by token; otherwise all of them are rendered, and samples come in parts. */
    readonly only?: { readonly firstRow: number; readonly rows: number }
  },
  signal?: AbortSignal,
) => Promise<{
  readonly report: RenderedReport
  /** Rows count from 0. */
  readonly samples: readonly RenderedRow[]
  readonly problems: readonly { readonly row: number; readonly code: string; readonly message: string }[]
}>

type Deps = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly jobs: JobsPort
  readonly blobs: Pick<BlobStore, 'adoptFile' | 'pathOf' | 'verify'>
  readonly collector: Collector
  readonly blobsRoot: string
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

/** The kind of rows that each training method learns from. */
const kindsByMethod = new Map<string, readonly DatasetKind[]>([
  ['pretrain', ['text']],
  ['sft', ['sft']],
  ['dpo', ['dpo']],
  ['kto', ['kto']],
])

/** Datasets: sets with numbered versions whose rows never change, made by imports and splits. */
export function createDatasets({
  store,
  clock,
  log,
  jobs,
  blobs,
  collector,
  blobsRoot,
  scratchDir,
  usersOf,
  render,
  stateOf,
}: Deps): Datasets {
  const imports = createImportJobs({ store, clock, jobs, blobsRoot, storingEnded: collector.storingEnded })
  const queries = createQueryThread()
  const version = (ref: string): DatasetVersion => {
    const direct = findVersion(store.read, ref)
    if (direct) return direct
    const at = ref.lastIndexOf('@')
    const whole = findDataset(store.read, ref)
    const dataset = whole ?? (at > 0 ? findDataset(store.read, ref.slice(0, at)) : undefined)
    const found =
      dataset === undefined
        ? undefined
        : whole
          ? dataset.newestVersionId && findVersion(store.read, dataset.newestVersionId)
          : findVersionOf(store.read, dataset.id, ref.slice(at + 1))
    if (found) return found
    throw new AppError('not_found', `There is no dataset ${ref}.`, {
      hint: 'slipway datasets list shows them; a version is NAME@2, an alias NAME@golden.',
    })
  }

  /** A version that has its rows. */
  const filled = (ref: string): Filled => {
    const found = version(ref)
    const { kind, state } = found
    if (kind !== undefined && (state === 'draft' || state === 'frozen')) return { ...found, kind, state }
    if (state === 'importing')
      throw new AppError('conflict', `${shown(found)} is still being imported.`, {
        hint: 'Wait for its job: slipway jobs list.',
      })
    throw new AppError('conflict', `The import of ${shown(found)} failed: ${found.problem ?? 'it has no rows'}`, {
      hint: 'Correct the cause and import again; that makes a new version.',
    })
  }

  const pathsOf = (id: string): string[] => filesOf(store.read, id).map(file => blobs.pathOf(file.sha256))
  const rowSet = (found: { id: string; kind: DatasetKind }): RowSet => ({ kind: found.kind, files: pathsOf(found.id) })

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

  const { whileStoring } = collector
  const removal = createRemoval({
    store,
    clock,
    log,
    collector,
    usersOf,
    version,
    detail,
    announceChange,
  })

  const handlers: Handlers<typeof datasets> = {
    ...createRepair({ store, clock, blobs, scratchDir, queries, render, filled, rowSet, methodFor, whileStoring }),
    ...createSplit({ store, clock, blobs, scratchDir, queries, version, filled, rowSet, whileStoring }),
    ...removal.handlers,

    import: async ({ path, name, format, map, split, description, label }, call) => {
      const source = resolve(path)
      assertNotRoot(source, 'dataset')
      const datasetName = name ?? defaultName(source)
      const nowMs = clock.nowMs()
      const known = findDataset(store.read, datasetName)
      const datasetId = known?.id ?? newId('dset', nowMs)
      const id = newId('dver', nowMs)
      const job = store.commit(call, source, tx => {
        if (!known) insertDataset(tx, { id: datasetId, name: datasetName, description, atMs: nowMs })
        else if (description !== '') updateDataset(tx, datasetId, { description }, nowMs)
        if (!known || label.length > 0) setLabels(tx, datasetId, label)
        insertVersion(tx, {
          id,
          datasetId,
          state: 'importing',
          settings: { ...(split !== undefined && { split }) },
          atMs: nowMs,
        })
        refreshDataset(tx, datasetId)
        tx.announce({ topic: 'datasets', kind: 'created', id })
        return imports.start(call, { versionId: id, name: datasetName, path: source, format, map, split })
      })
      return { ...version(id), jobId: job.id }
    },

    detect: async ({ path, format, map, split }, { signal }) => {
      assertNotRoot(resolve(path), 'dataset')
      mkdirSync(scratchDir, { recursive: true, mode: 0o700 })
      const outDir = mkdtempSync(join(scratchDir, 'detect-'))
      try {
        const found = await queries.ask('detect', { path: resolve(path), outDir, format, map, split }, signal)
        return { ...found.detection, files: [...found.files], issues: [...found.issues], preview: found.preview }
      } finally {
        rmSync(outDir, { recursive: true, force: true })
      }
    },

    list: async ({ q, kind, state, label, ...page }) => {
      const filter = { q, kind, state, label }
      const { items, nextCursor } = listDatasets(store.read, filter, page)
      return { items, total: countDatasets(store.read, filter), ...(nextCursor !== undefined && { nextCursor }) }
    },

    show: async ({ id }) => detail(version(id)),

    graph: async ({ id, ...limits }) => graphOf(store.read, version(id), limits, stateOf),

    preview: async ({ id, offset, limit, search, regex }, { signal }) => {
      const found = filled(id)
      const input = { ...rowSet(found), rows: found.rows, offset, limit, search, regex }
      const { total, rows } = await queries.ask('preview', input, signal)
      return { kind: found.kind, total, rows: [...rows] }
    },

    stats: async ({ id }, { signal }) => queries.ask('stats', rowSet(filled(id)), signal),

    issues: async ({ id, reason, offset, limit }) => {
      const found = version(id)
      const { reasons } = detailOf(store.read, found.id)
      return { badRows: found.badRows, reasons, ...issuesOf(store.read, found.id, { reason, offset, limit }) }
    },

    check: async ({ id, model, method, against, maxSequenceLength, rows, first }, { signal }) => {
      const found = filled(id)
      const other = against === undefined ? undefined : filled(against)
      const wrongKind = method === undefined ? undefined : kindProblem(found, method)
      const problems: CheckProblem[] = wrongKind ? [wrongKind] : []
      problems.push(
        ...(await queries.ask(
          'check',
          {
            ...rowSet(found),
            rows: found.rows,
            maxSequenceLength,
            ...(other && { against: { ...rowSet(other), name: shown(other) } }),
          },
          signal,
        )),
      )
      const rendered =
        model === undefined || wrongKind
          ? undefined
          : await render(
              {
                model,
                method: method ?? methodFor(found.kind),
                files: pathsOf(found.id),
                maxSequenceLength,
                samples: rows,
                first,
              },
              signal,
            )
      if (rendered) problems.push(...renderedProblems(rendered))
      return report(found, problems, rendered)
    },

    render: async ({ id, model, method, maxSequenceLength, offset, limit }, { signal }) => {
      const found = filled(id)
      const wrongKind = method === undefined ? undefined : kindProblem(found, method)
      if (wrongKind) throw new AppError('invalid_input', `${wrongKind.message}.`, { hint: wrongKind.remedy })
      if (offset >= found.rows) return { rows: [], problems: [] }
      const { samples, problems } = await render(
        {
          model,
          method: method ?? methodFor(found.kind),
          files: pathsOf(found.id),
          maxSequenceLength,
          samples: limit,
          only: { firstRow: offset, rows: limit },
        },
        signal,
      )
      return { rows: [...samples], problems: [...problems] }
    },

    freeze: async ({ id }, call) => {
      const found = filled(id)
      // What is published must be what was stored: every byte is read once more.
      for (const file of filesOf(store.read, found.id)) await blobs.verify(file.sha256, { signal: call.signal })
      port.freeze(call, found.id)
      return version(found.id)
    },

    update: async ({ id, name, description, label, alias }, call) => {
      const found = version(id)
      const other = name === undefined ? undefined : findDataset(store.read, name)
      if (other && other.id !== found.datasetId)
        throw new AppError('conflict', `A dataset named "${name}" exists already.`, { hint: 'Choose another name.' })
      store.commit(call, found.id, tx => {
        updateDataset(tx, found.datasetId, { name, description }, clock.nowMs())
        if (label) setLabels(tx, found.datasetId, label)
        if (alias) setAlias(tx, found.datasetId, alias, found.id)
        announceChange(tx, found)
      })
      return detail(version(found.id))
    },

    export: async ({ id, path, fileFormat, annotations }, call) => {
      const found = filled(id)
      const target = resolve(path)
      const format = fileFormat ?? exportFormats.find(known => extname(target).toLowerCase() === `.${known}`)
      if (format === undefined)
        throw new AppError('invalid_input', `It is not clear in which format to write ${basename(target)}.`, {
          hint: 'Name it .jsonl, .csv or .parquet, or give --file-format.',
        })
      const exported = await queries.ask(
        'export',
        { ...rowSet(found), path: target, fileFormat: format, annotations },
        call.signal,
      )
      store.commit(call, found.id, () => undefined)
      return exported
    },
  }

  const port: DatasetsPort = {
    version: ref => {
      const { id, name, version: number, state, kind, rows } = filled(ref)
      return { id, name: `${name}@${number}`, version: number, state, kind, rows, files: pathsOf(id) }
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
      const found = filled(id)
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
    close: () => {
      removal.close()
      return queries.close()
    },
  }
}

const defaultName = (path: string): string =>
  basename(path).replace(/(\.tar)?\.(jsonl|ndjson|json|csv|tsv|parquet|txt|text|md|zip|tar|tgz|gz)$/i, '') ||
  basename(path)

const methodFor = (kind: DatasetKind): string => (kind === 'text' ? 'pretrain' : kind)

function kindProblem(found: DatasetVersion & { readonly kind: DatasetKind }, method: string): CheckProblem | undefined {
  const kinds = kindsByMethod.get(method)
  if (!kinds || kinds.includes(found.kind)) return undefined
  return {
    code: 'wrong_kind',
    severity: 'error',
    rows: [],
    count: found.rows,
    message: `${method} learns from ${kinds.join(' or ')} rows; these are ${found.kind} rows`,
    remedy: `Choose a method for ${found.kind} rows, or import the file again with another --format.`,
  }
}

type Rendered = Awaited<ReturnType<RenderRows>>

function renderedProblems({ report, problems }: Rendered): CheckProblem[] {
  const found: CheckProblem[] = []
  for (const [code, group] of Map.groupBy(problems, problem => problem.code))
    found.push({
      code: `render_${code}`,
      severity: 'error',
      rows: group.slice(0, 20).map(({ row }) => row),
      count: group.length,
      message: group[0]?.message ?? 'rows cannot be rendered',
      remedy: 'Training leaves these rows out: correct or remove them.',
    })
  if (report.truncatedRows > 0)
    found.push({
      code: 'truncated',
      severity: 'warning',
      rows: [],
      count: report.truncatedRows,
      message: `${report.truncatedRows} rows are longer than ${report.maxSequenceLength} tokens and are cut`,
      remedy: 'Raise maxSequenceLength, or split the rows.',
    })
  return found
}

/** Codes of problems that leave nothing to learn once every row has them. */
const fatalForAll = new Set(['nothing_learned', 'same_answers', 'same_scores'])

function report(
  found: DatasetVersion & { readonly kind: DatasetKind },
  problems: readonly CheckProblem[],
  rendered: Rendered | undefined,
): CheckReport {
  const isRefused =
    problems.some(
      ({ code, severity, count }) =>
        code === 'wrong_kind' ||
        (code === 'label_balance' && severity === 'error') ||
        (fatalForAll.has(code) && count >= found.rows),
    ) ||
    found.rows === 0 ||
    rendered?.report.usableRows === 0
  const nothing: CheckProblem[] =
    rendered?.report.usableRows === 0
      ? [
          {
            code: 'nothing_learned',
            severity: 'error',
            rows: [],
            count: found.rows,
            message: 'nothing would be learned: no row has a token that the loss sees',
            remedy: 'See the first problem above; training refuses this set.',
          },
        ]
      : []
  const all = [...problems, ...nothing]
  return {
    dataset: shown(found),
    kind: found.kind,
    rows: found.rows,
    verdict: isRefused ? 'refused' : all.some(problem => problem.severity !== 'note') ? 'usable' : 'ready',
    problems: all,
    ...(rendered && { rendered: { report: rendered.report, samples: [...rendered.samples] } }),
  }
}
