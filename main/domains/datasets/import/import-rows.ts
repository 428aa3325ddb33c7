import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { DatasetFormat, Detection, ReasonCounts, RowIssue, SamplePreview } from '../../../contract/datasets.ts'
import { AppError } from '../../../contract/errors.ts'
import { diskError, hashFile } from '../../../platform/blobs/store.ts'
import { diskReserveBytes } from '../../../platform/disk-reserve.ts'
import { detect } from './detect.ts'
import { type Direct, directOf } from './direct.ts'
import { formatNamed } from './formats.ts'
import { findInputs, type InputFile, type Inputs } from './inputs.ts'
import { IssueLog } from './issue-log.ts'
import { JsonTape } from './json-tape.ts'
import { copyJsonLines, writeParquet } from './parquet-output.ts'
import { previewSample, type SampledRow } from './preview-sample.ts'
import { parquetTypes } from './read-parquet.ts'
import { openRegularFile } from './regular-file.ts'
import { RowProblem } from './row-problem.ts'
import { maxRowBytes, type RowSink, type Tick } from './row-source.ts'
import { type ColumnMap, RowView } from './row-view.ts'
import { RowWriter } from './row-writer.ts'

/** Below this the short cut gains nothing. */
const directMinBytes = 1024 * 1024
const sampleRows = 200
const sampleTotalBytes = 4 * 1024 * 1024
const progressEveryMs = 250
/** How long reading may keep signals and timers waiting. */
const turnEveryMs = 10

export type ImportOptions = {
  readonly path: string
  /** An existing folder of ours: receives `rows.parquet`, and holds what is needed on the way. */
  readonly outDir: string
  readonly format?: DatasetFormat | undefined
  readonly map?: ColumnMap | undefined
  readonly split?: string | undefined
}
export type ImportProgress = {
  readonly bytesDone: number
  readonly bytesTotal: number
  readonly rows: number
  readonly badRows: number
  readonly phase: 'reading' | 'writing'
}
export type ImportHooks = {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined
  readonly monotonicMs?: () => number
}
export type ImportedSource = {
  readonly path: string
  readonly sizeBytes: number
  readonly sha256: string
  readonly rows: number
  readonly badRows: number
}
export type ImportResult = {
  readonly file: string
  readonly rows: number
  readonly badRows: number
  readonly reasons: ReasonCounts
  readonly issues: readonly RowIssue[]
  readonly detection: Detection
  readonly sources: readonly ImportedSource[]
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
    const choices = await detectAll(files, options)
    const quick = await importDirectly(files, choices, { target, staging, hooks })
    if (quick) return { ...quick, ignoredFiles: ignored.slice(0, 100) }
    const jsonLines = join(staging, 'rows.jsonl')
    const fd = openSync(jsonLines, 'wx', 0o600)
    const out = new RowWriter(fd)
    const log = new IssueLog()
    const sources: ImportedSource[] = []
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
    if (out.rows === 0 || !detection) throw nothingGood(options.path, log)
    report.phase('writing')
    await writeParquet(jsonLines, target, { kind: detection.kind, written: out, tempDir: staging, signal })
    return {
      file: target,
      rows: out.rows,
      badRows: log.total,
      reasons: log.counts(),
      issues: log.kept,
      detection,
      sources: await mergedByOrigin(files, sources, signal),
      ignoredFiles: ignored.slice(0, 100),
    }
  } catch (error) {
    rmSync(target, { force: true })
    if (signal?.aborted)
      throw new AppError('cancelled', 'The import was cancelled; nothing was kept.', { cause: error })
    throw writeError(error)
  } finally {
    rmSync(staging, { recursive: true, force: true })
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

type Place = { readonly target: string; readonly staging: string; readonly hooks: ImportHooks }

/** The short cut of `direct.ts`; undefined when it cannot be taken, which leaves nothing behind. */
async function importDirectly(
  files: readonly InputFile[],
  [detection]: readonly Detection[],
  { target, staging, hooks }: Place,
): Promise<Omit<ImportResult, 'ignoredFiles'> | undefined> {
  const [file, ...more] = files
  const direct = detection && directOf(detection)
  if (!file || !direct || more.length > 0 || file.type !== 'jsonl' || file.sizeBytes < directMinBytes) return undefined
  const stop = new AbortController()
  const cancel = () => stop.abort()
  hooks.signal?.addEventListener('abort', cancel)
  const size = { rows: 1, sizeBytes: 512, longestRowBytes: maxRowBytes }
  const columns = { columns: direct.source, select: direct.select, size }
  const copying = copyJsonLines(file.path, target, { ...columns, tempDir: staging, signal: stop.signal }).catch(
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  )
  try {
    const checked = await checkPlain(file, direct, hooks)
    if (!checked) stop.abort()
    const part = await copying
    hooks.signal?.throwIfAborted()
    if (part instanceof Error) {
      // A full disk stays full, a failing one fails; whatever else DuckDB dislikes, the long way says which row it is.
      if (part instanceof AppError && ['storage_full', 'storage_failed'].includes(part.code)) throw part
      return undefined
    }
    if (!checked || part.rows !== checked.rows) {
      part.discard()
      return undefined
    }
    part.publish()
    const none = { badRows: 0, reasons: {}, issues: [] }
    return { file: target, rows: checked.rows, ...none, detection, sources: [checked] }
  } finally {
    stop.abort()
    await copying
    hooks.signal?.removeEventListener('abort', cancel)
  }
}

/** Reads a whole file and says what it is; undefined as soon as a row is bad or not plain. */
async function checkPlain(file: InputFile, direct: Direct, hooks: ImportHooks): Promise<ImportedSource | undefined> {
  const tape = new JsonTape()
  const counted = { rows: 0 }
  let isPlain = true
  const report = progressOf([file], counted, { total: 0 }, hooks)
  const source = openRegularFile(file.path)
  try {
    await file.read(
      source,
      {
        row: (bytes, start, end) => {
          isPlain = tape.read(bytes, start, end) && direct.isPlain(tape)
          counted.rows += 1
          return isPlain
        },
        bad: () => {
          isPlain = false
          return false
        },
      },
      report.tick,
    )
    if (!isPlain || counted.rows === 0) return undefined
    source.assertUnchanged()
    report.phase('writing')
    return { path: file.origin, sizeBytes: source.sizeBytes, sha256: source.sha256(), rows: counted.rows, badRows: 0 }
  } finally {
    source.close()
  }
}

const previewRows = 20
/** Of a file whose shape is not known, enough to say which column is which. */
const previewRowsOfUnknown = 5

type Detected = {
  readonly detection: Detection
  readonly files: readonly InputFile[]
  readonly issues: readonly RowIssue[]
  readonly preview: SamplePreview
}

/**
 * What an import would do, from a sample of each file, with the first rows before and after. Throws as `importRows` does;
 * where no format fits, `details.preview` shows the first rows, so that a person can map the columns.
 */
export async function detectRows(options: ImportOptions, signal?: AbortSignal): Promise<Detected> {
  const staging = makeStaging(options.outDir)
  try {
    const { files } = await findInputs(options.path, staging, { split: options.split, signal })
    const log = new IssueLog()
    let sample: readonly SampledRow[] = []
    const show = (rows: number, detection?: Detection) => previewOf(files[0], sample, rows, detection)
    const choices = await detectAll(files, options, log, first => {
      sample = first
    }).catch(async (error: unknown) => {
      throw sample.length > 0 ? withPreview(error, await show(previewRowsOfUnknown)) : error
    })
    const [detection] = choices
    if (!detection) throw nothingGood(options.path, log)
    return { detection, files, issues: log.kept, preview: await show(previewRows, detection) }
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
}

async function previewOf(
  file: InputFile | undefined,
  sample: readonly SampledRow[],
  rows: number,
  detection: Detection | undefined,
): Promise<SamplePreview> {
  const declared = file?.type === 'parquet' ? await parquetTypes(file.path) : undefined
  return previewSample(sample, { rows, detection, declared, isText: file?.type === 'csv' })
}

function withPreview(error: unknown, preview: SamplePreview): unknown {
  if (!(error instanceof AppError)) return error
  const { code, message, hint, details, cause } = error
  return new AppError(code, message, { ...(hint !== undefined && { hint }), cause, details: { ...details, preview } })
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

/** One choice per file; all must be of one kind. */
async function detectAll(
  files: readonly InputFile[],
  options: ImportOptions,
  log?: IssueLog,
  onFirstSample?: (sample: readonly SampledRow[]) => void,
): Promise<Detection[]> {
  const choices: Detection[] = []
  let firstError: unknown
  const failed = new Set<number>()
  for (const [index, file] of files.entries()) {
    try {
      const sample = await sampleOf(file, log)
      if (index === 0) onFirstSample?.(sample)
      const rows = sample.map(row => row.bytes)
      choices[index] = detect(rows, file.name, options)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      failed.add(index)
      firstError ??= error
    }
  }
  const [first] = choices.filter(choice => choice !== undefined)
  if (!first) throw firstError
  // An empty file or one of bad rows only beside good ones is read like those: its rows are then reported one by one.
  for (const index of failed) choices[index] = first
  const other = choices.findIndex(choice => choice.kind !== first.kind)
  if (other >= 0)
    throw new AppError(
      'invalid_input',
      `${files[0]?.name} holds rows for ${first.kind}, ${files[other]?.name} rows for ${choices[other]?.kind}.`,
      { hint: 'Import them on their own, or say with --format how to read all of them.' },
    )
  return choices
}

async function sampleOf(file: InputFile, log?: IssueLog): Promise<SampledRow[]> {
  const sample: SampledRow[] = []
  let bytes = 0
  let seen = 0
  const goOn = () => sample.length < sampleRows && bytes < sampleTotalBytes && seen < sampleRows * 5
  const source = openRegularFile(file.path)
  try {
    await file.read(
      source,
      {
        row: (row, start, end, { line }) => {
          sample.push({ bytes: Buffer.from(row.subarray(start, end)), line })
          bytes += end - start
          return goOn()
        },
        bad: (at, reason, message, text) => {
          seen += 1
          log?.add({ file: file.name, ...at, reason, message }, text)
          return goOn()
        },
      },
      async () => undefined,
    )
  } finally {
    source.close()
  }
  return sample
}

type Report = {
  readonly tick: Tick
  readonly fileDone: (file: InputFile) => void
  readonly phase: (phase: 'writing') => void
}

function progressOf(
  files: readonly InputFile[],
  out: { readonly rows: number },
  log: { readonly total: number },
  hooks: ImportHooks,
): Report {
  const { signal, onProgress, monotonicMs = () => performance.now() } = hooks
  const bytesTotal = files.reduce((sum, file) => sum + file.sizeBytes, 0)
  let before = 0
  let saidMs = Number.NEGATIVE_INFINITY
  let turnMs = monotonicMs()
  const say = (bytesDone: number, phase: ImportProgress['phase']) =>
    onProgress?.({ bytesDone, bytesTotal, rows: out.rows, badRows: log.total, phase })
  return {
    tick: async done => {
      const nowMs = monotonicMs()
      if (nowMs - saidMs >= progressEveryMs) {
        saidMs = nowMs
        say(Math.min(before + done, bytesTotal), 'reading')
      }
      if (nowMs - turnMs >= turnEveryMs) {
        await nextTurn()
        turnMs = monotonicMs()
      }
      signal?.throwIfAborted()
    },
    fileDone: file => {
      before += file.sizeBytes
    },
    phase: phase => say(bytesTotal, phase),
  }
}

async function readFile(
  file: InputFile,
  choice: Detection,
  out: RowWriter,
  log: IssueLog,
  report: Report,
): Promise<ImportedSource> {
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
  sources: readonly ImportedSource[],
  signal: AbortSignal | undefined,
): Promise<ImportedSource[]> {
  const merged: ImportedSource[] = []
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

function nothingGood(path: string, log: IssueLog): AppError {
  const [first] = log.kept
  return first
    ? new AppError(
        'invalid_input',
        `None of the ${log.total} rows in ${path} can be used. ${first.file}, line ${first.line}: ${first.message}.`,
        {
          hint: 'Correct the rows, or say how to read them with --format or --map.',
          details: { reasons: log.counts(), issues: log.kept.slice(0, 20) },
        },
      )
    : new AppError('invalid_input', `${path} holds no rows.`, { hint: 'Check that this is the file you mean.' })
}
