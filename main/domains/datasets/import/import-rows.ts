import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import type { Detection, ReasonCounts, RowIssue } from '../../../contract/dataset-rows.ts'
import type { DatasetSource } from '../../../contract/dataset-versions.ts'
import { AppError } from '../../../contract/errors.ts'
import { diskError, hashFile } from '../../../platform/blobs/store.ts'
import { diskReserveBytes } from '../../../platform/disk-reserve.ts'
import { chooseFormats } from './choose-formats.ts'
import type { DetectOptions } from './detect.ts'
import { formatNamed } from './formats.ts'
import { importDirectly, type Place } from './import-directly.ts'
import { findInputs, type InputFile, type Inputs } from './inputs.ts'
import { IssueLog, nothingGood } from './issue-log.ts'
import { JsonTape } from './json-tape.ts'
import { writeParquet } from './parquet-output.ts'
import { type ImportHooks, progressOf, type Report } from './progress.ts'
import { openRegularFile } from './regular-file.ts'
import { RowProblem } from './row-problem.ts'
import type { RowSink } from './row-source.ts'
import { RowView } from './row-view.ts'
import { RowWriter } from './row-writer.ts'

export type ImportOptions = DetectOptions & {
  readonly path: string
  /** An existing folder of ours: receives `rows.parquet`, and holds what is needed on the way. */
  readonly outDir: string
  readonly split?: string | undefined
}
export type ImportResult = {
  readonly file: string
  readonly rows: number
  readonly badRows: number
  readonly reasons: ReasonCounts
  readonly issues: readonly RowIssue[]
  readonly detection: Detection
  readonly sources: readonly DatasetSource[]
  readonly ignoredFiles: Inputs['ignored']
}

/**
 * Reads files, folders or an archive into one Parquet file of canonical rows. Bad rows are reported and left out. Throws
 * `invalid_input` when nothing can be read, `storage_full`, `forbidden`, `cancelled`; then nothing is left in `outDir`.
 */
export async function importRows(options: ImportOptions, hooks: ImportHooks = {}): Promise<ImportResult> {
  const { signal } = hooks
  const staging = makeStaging(options.outDir)
  const target = join(options.outDir, 'rows.parquet')
  try {
    const { files, ignored } = await findInputs(options.path, staging, { split: options.split, signal })
    assertSpace(options.outDir, files)
    const choices = await chooseFormats(files, options)
    const place = { target, staging, hooks }
    const direct = await importDirectly(files, choices, place)
    const read = direct
      ? { rows: direct.source.rows, ...noneBad, detection: direct.detection, sources: [direct.source] }
      : await importRowByRow(options.path, files, choices, place)
    return { file: target, ...read, ignoredFiles: ignored.slice(0, 100) }
  } catch (error) {
    rmSync(target, { force: true })
    if (signal?.aborted)
      throw new AppError('cancelled', 'The import was cancelled; nothing was kept.', { cause: error })
    throw writeError(error)
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
}

const noneBad = { badRows: 0, reasons: {}, issues: [] }

/** The long way: every row is read and written down in canonical form, and DuckDB makes one file of those. */
async function importRowByRow(
  path: string,
  files: readonly InputFile[],
  choices: readonly Detection[],
  { target, staging, hooks }: Place,
): Promise<Omit<ImportResult, 'file' | 'ignoredFiles'>> {
  const jsonLines = join(staging, 'rows.jsonl')
  const fd = openSync(jsonLines, 'wx', 0o600)
  const out = new RowWriter(fd)
  const log = new IssueLog()
  const sources: DatasetSource[] = []
  const report = progressOf(files, out, log, hooks)
  try {
    for (const [index, file] of files.entries()) {
      const choice = choices[index]
      if (choice) sources.push(await readFile(file, choice, out, log, report))
    }
    out.flush()
  } finally {
    closeSync(fd)
  }
  const [detection] = choices
  if (out.rows === 0 || !detection) throw nothingGood(path, log)
  report.phase('writing')
  const { signal } = hooks
  await writeParquet(jsonLines, target, { kind: detection.kind, written: out, tempDir: staging, signal })
  return {
    rows: out.rows,
    badRows: log.total,
    reasons: log.counts(),
    issues: log.kept,
    detection,
    sources: await mergedByOrigin(files, sources, signal),
  }
}

/** As `diskError`, and for the limits that a user, a quota or a file system sets on the size of a file. */
function writeError(error: unknown): unknown {
  if (error instanceof Error && 'code' in error && error.code === 'EFBIG')
    return new AppError('storage_full', 'A file may not grow as large as this import needs.', {
      cause: error,
      hint: 'Raise the limit (ulimit -f), or move the data directory to another file system.',
    })
  return diskError(error)
}

function makeStaging(outDir: string): string {
  try {
    mkdirSync(outDir, { recursive: true, mode: 0o700 })
    return mkdtempSync(join(outDir, '.staging-'))
  } catch (error) {
    throw diskError(error)
  }
}

/** Canonical rows take about the room of the source, the Parquet file less; better refused now than halfway. */
function assertSpace(dir: string, files: readonly InputFile[]): void {
  const needed = files.reduce((sum, file) => sum + file.sizeBytes * (file.type === 'parquet' ? 6 : 1.6), 0)
  const { bavail, bsize } = statfsSync(dir)
  if (needed > 64 * 1024 * 1024 && bavail * bsize < needed + diskReserveBytes)
    throw new AppError(
      'storage_full',
      `The import needs about ${mib(needed)}; ${mib(bavail * bsize)} are free in ${dir}.`,
      {
        hint: 'Free some space, or move the data directory to a larger disk.',
      },
    )
}
const mib = (bytes: number): string => `${Math.ceil(bytes / 1024 / 1024)} MiB`

async function readFile(
  file: InputFile,
  choice: Detection,
  out: RowWriter,
  log: IssueLog,
  report: Report,
): Promise<DatasetSource> {
  const format = formatNamed(choice.format)
  const tape = new JsonTape()
  const view = new RowView(tape, choice.columns)
  const rowsBefore = out.rows
  const badBefore = log.total
  const sink: RowSink = {
    row: (bytes, start, end, at) => {
      const bad = (reason: RowIssue['reason'], message: string, stoppedAt: number) => {
        // A column only makes sense for bytes of the file itself, on one line.
        const column = stoppedAt >= start && file.type === 'jsonl' ? { column: stoppedAt - start + 1 } : {}
        log.add(
          { file: file.name, ...at, ...column, reason, message },
          bytes.subarray(start, Math.min(end, start + 1000)),
        )
      }
      if (!tape.read(bytes, start, end)) bad(tape.fault, tape.faultMessage, tape.faultAt)
      else
        try {
          format.write(view, out)
          out.endRow()
        } catch (error) {
          if (!(error instanceof RowProblem)) throw error
          out.rollback()
          bad(error.reason, error.message, error.at)
        }
      return true
    },
    bad: (at, reason, message, sample) => {
      log.add({ file: file.name, ...at, reason, message }, sample)
      return true
    },
  }
  const source = openRegularFile(file.path)
  try {
    await file.read(source, sink, report.tick)
    source.assertUnchanged()
    report.fileDone(file)
    return {
      path: file.origin,
      sizeBytes: source.sizeBytes,
      sha256: source.sha256(),
      rows: out.rows - rowsBefore,
      badRows: log.total - badBefore,
    }
  } finally {
    source.close()
  }
}

/** The user's own files: of an archive, the archive itself with the rows of all that it holds. */
async function mergedByOrigin(
  files: readonly InputFile[],
  sources: readonly DatasetSource[],
  signal: AbortSignal | undefined,
): Promise<DatasetSource[]> {
  const merged: DatasetSource[] = []
  for (const [origin, group] of Map.groupBy(sources, source => source.path)) {
    const [first] = group
    const isPlain = files.some(file => file.path === origin)
    if (isPlain && first) merged.push(first)
    else {
      const sum = (key: 'rows' | 'badRows') => group.reduce((total, source) => total + source[key], 0)
      merged.push({ path: origin, ...(await hashFile(origin, { signal })), rows: sum('rows'), badRows: sum('badRows') })
    }
  }
  return merged
}
