import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import { Detection, ReasonCounts, RowIssue } from '../../contract/dataset-rows.ts'
import { DatasetSource } from '../../contract/dataset-versions.ts'
import type { datasets } from '../../contract/datasets.ts'
import type { Handlers } from '../../contract/method.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Store, Tx } from '../../platform/db/types.ts'
import { newId } from '../../platform/ids.ts'
import type { JobsPort } from '../../platform/processes/port.ts'
import { inScratch } from '../../platform/scratch.ts'
import { assertNotRoot } from '../../platform/user-path.ts'
import type { FileReader } from './file-reader.ts'
import { addIssues, addSources } from './imports-repo.ts'
import { refreshDataset } from './listing-repo.ts'
import {
  detailOf,
  fillVersion,
  findDataset,
  findVersion,
  insertDataset,
  insertVersion,
  setLabels,
  setVersionFailed,
  updateDataset,
} from './repo.ts'
import { versionOf } from './versions.ts'

const program = fileURLToPath(new URL('../../entry/import-dataset.ts', import.meta.url))
/** Node with its heap, DuckDB's buffers and the file cache of both; what is above is a mistake of ours. */
const memoryLimitBytes = 2 * 1024 ** 3

/** What the child says at its end, see import/run-import.ts. */
const Finished = z.object({
  event: z.literal('finished'),
  rows: z.number().int(),
  badRows: z.number().int(),
  reasons: ReasonCounts,
  detection: Detection,
  ignoredFiles: z.array(z.object({ name: z.string(), why: z.string() })),
  files: z.array(z.object({ sha256: z.string(), sizeBytes: z.number().int(), rows: z.number().int() })),
})

const Issues = z.object({ event: z.literal('issues'), issues: z.array(RowIssue) })
const Sources = z.object({ event: z.literal('sources'), sources: z.array(DatasetSource) })

type Deps = {
  readonly store: Store
  readonly clock: Clock
  readonly jobs: JobsPort
  readonly blobsRoot: string
  readonly scratchDir: string
  readonly reader: FileReader
  /** An import has ended; `leftover`: and may have stored rows that no version names. */
  readonly storingEnded: (leftover: boolean) => void
}

/**
 * Imports: what a file holds is told beforehand, then its rows are read, both in children: what breaks the reader breaks
 * only a child.
 */
export function createImports(deps: Deps): Pick<Handlers<typeof datasets>, 'import' | 'detect'> {
  const { store, clock, jobs, blobsRoot, scratchDir, reader, storingEnded } = deps
  const changed = (tx: Tx, versionId: string) => {
    const version = findVersion(tx, versionId)
    if (!version) return
    refreshDataset(tx, version.datasetId)
    tx.announce({ topic: 'datasets', kind: 'changed', id: versionId })
  }

  jobs.handle('import', {
    restart: 'never',
    onEvent: (tx, job, event) => {
      if (event.event === 'issues') addIssues(tx, job.subjectId, Issues.parse(event).issues)
      if (event.event === 'sources') addSources(tx, job.subjectId, Sources.parse(event).sources)
      if (event.event !== 'finished') return
      const { detection, files, rows, badRows, reasons, ignoredFiles } = Finished.parse(event)
      const settings = {
        ...detailOf(tx, job.subjectId).settings,
        columns: detection.columns,
        ignoredColumns: detection.ignoredColumns,
        ...(ignoredFiles.length > 0 && { ignoredFiles: ignoredFiles.slice(0, 100) }),
      }
      const { kind, format } = detection
      fillVersion(tx, job.subjectId, { kind, format, rows, badRows, reasons, settings, files }, clock.nowMs())
      changed(tx, job.subjectId)
    },
    onEnd: (tx, job) => {
      storingEnded(job.state !== 'done')
      // Only a version without its rows is still importing; one that has them keeps them, however the job ended.
      const how = {
        done: 'the import gave no result',
        cancelled: 'the import was stopped',
        lost: 'the import was lost',
      }
      const problem = job.failure?.message ?? how[job.state as keyof typeof how] ?? 'the import failed'
      setVersionFailed(tx, job.subjectId, problem, clock.nowMs())
      changed(tx, job.subjectId)
    },
  })

  return {
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
        return jobs.start(call, {
          kind: 'import',
          name: `import ${datasetName}`.slice(0, 300),
          subjectId: id,
          command: [process.execPath, program, 'config.json'],
          files: { 'config.json': JSON.stringify({ path: source, blobsRoot, format, map, split }) },
          politeStopMs: 5_000,
          memoryLimitBytes,
        })
      })
      return { ...versionOf(store.read, id), jobId: job.id }
    },

    detect: async ({ path, format, map, split }, { signal }) => {
      assertNotRoot(resolve(path), 'dataset')
      return inScratch(scratchDir, 'detect', async workDir => {
        const found = await reader.detect({ path: resolve(path), workDir, format, map, split }, signal)
        return { ...found.detection, files: [...found.files], issues: [...found.issues], preview: found.preview }
      })
    },
  }
}

const defaultName = (path: string): string =>
  basename(path).replace(/(\.tar)?\.(jsonl|ndjson|json|csv|tsv|parquet|txt|text|md|zip|tar|tgz|gz)$/i, '') ||
  basename(path)
