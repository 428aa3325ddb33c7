import type { Detection } from '../../../contract/dataset-rows.ts'
import type { DatasetSource } from '../../../contract/dataset-versions.ts'
import { AppError } from '../../../contract/errors.ts'
import { type Direct, directOf } from './direct.ts'
import type { InputFile } from './inputs.ts'
import { JsonTape } from './json-tape.ts'
import { copyJsonLines } from './parquet-output.ts'
import { type ImportHooks, progressOf } from './progress.ts'
import { openRegularFile } from './regular-file.ts'
import { maxRowBytes } from './row-source.ts'

/** Below this the short cut gains nothing. */
const directMinBytes = 1024 * 1024

/** Where the result goes, where the work is done, and who wants to hear of it. */
export type Place = { readonly target: string; readonly staging: string; readonly hooks: ImportHooks }

/** Takes the short cut of `direct.ts`; undefined when it cannot be taken, which leaves nothing behind. */
export async function importDirectly(
  files: readonly InputFile[],
  [detection]: readonly Detection[],
  { target, staging, hooks }: Place,
): Promise<{ readonly detection: Detection; readonly source: DatasetSource } | undefined> {
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
    return { detection, source: checked }
  } finally {
    stop.abort()
    await copying
    hooks.signal?.removeEventListener('abort', cancel)
  }
}

/** Reads a whole file and says what it is; undefined as soon as a row is bad or not plain. */
async function checkPlain(file: InputFile, direct: Direct, hooks: ImportHooks): Promise<DatasetSource | undefined> {
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
