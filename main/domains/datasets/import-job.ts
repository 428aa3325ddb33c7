import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import type { Call } from '../../contract/call.ts'
import { type DatasetFormat, DatasetSource, Detection, ReasonCounts, RowIssue } from '../../contract/datasets.ts'
import type { Job } from '../../contract/jobs.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Store, Tx } from '../../platform/db/types.ts'
import type { JobsPort } from '../../platform/processes/port.ts'
import { addIssues, addSources, detailOf, fillVersion, findVersion, refreshDataset, setVersionFailed } from './repo.ts'

const program = fileURLToPath(new URL('../../entry/import-dataset.ts', import.meta.url))
/** Node with its heap, DuckDB's buffers and the file cache of both; what is above is a mistake of ours. */
const memoryLimitBytes = 2 * 1024 ** 3

/** What the child says at its end, see main/entry/import-dataset.ts. */
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
  /** An import has ended; `leftover`: and may have stored rows that no version names. */
  readonly storingEnded: (leftover: boolean) => void
}
export type ImportRequest = {
  readonly versionId: string
  readonly name: string
  readonly path: string
  readonly format?: DatasetFormat | undefined
  readonly map?: Readonly<Partial<Record<string, string>>> | undefined
  readonly split?: string | undefined
}

/** Imports run in a child: a row that breaks the reader breaks only the child. */
export function createImportJobs({ clock, jobs, blobsRoot, storingEnded }: Deps) {
  const start = (call: Call, { versionId, name, path, format, map, split }: ImportRequest): Job =>
    jobs.start(call, {
      kind: 'import',
      name: `import ${name}`.slice(0, 300),
      subjectId: versionId,
      command: [process.execPath, program, 'config.json'],
      files: { 'config.json': JSON.stringify({ path, blobsRoot, format, map, split }) },
      politeStopMs: 5_000,
      memoryLimitBytes,
    })

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

  return { start }
}
