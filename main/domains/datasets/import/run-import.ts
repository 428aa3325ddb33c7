import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import * as z from 'zod'
import { DatasetField, DatasetFormat } from '../../../contract/dataset-rows.ts'
import { createBlobStore } from '../../../platform/blobs/store.ts'
import { importRows } from './import-rows.ts'
import type { ImportProgress } from './progress.ts'

const ImportConfig = z.strictObject({
  path: z.string().min(1),
  /** Receives the work in progress; nothing of it stays. Relative to the folder that the configuration is in. */
  outDir: z.string().min(1).default('.'),
  blobsRoot: z.string().min(1),
  format: DatasetFormat.optional(),
  map: z.partialRecord(DatasetField, z.string()).optional(),
  split: z.string().optional(),
})

type Talk = {
  /** Says one thing on the wire. */
  readonly emit: (event: string, fields: Readonly<Record<string, unknown>>) => void
  readonly signal: AbortSignal
}

/**
 * Reads rows into Parquet and puts that into the blob store, as a configuration file asks; says on the wire how far it is,
 * and what was made. Throws as `importRows` does.
 */
export async function runImport(configPath: string, { emit, signal }: Talk): Promise<void> {
  const config = ImportConfig.parse(JSON.parse(readFileSync(configPath, 'utf8')))
  const { file, ...result } = await importRows(
    { ...config, outDir: resolve(dirname(configPath), config.outDir) },
    { signal, onProgress: progressTo(emit) },
  )
  const blob = await createBlobStore(config.blobsRoot).adoptFile(file, { signal })
  // One line of the wire holds at most a mebibyte, so lists go in parts before the end.
  const { issues, sources, ...rest } = result
  for (let from = 0; from < issues.length; from += 100) emit('issues', { issues: issues.slice(from, from + 100) })
  for (let from = 0; from < sources.length; from += 100) emit('sources', { sources: sources.slice(from, from + 100) })
  emit('finished', { ...rest, files: [{ ...blob, rows: result.rows }] })
}

function progressTo(emit: Talk['emit']): (progress: ImportProgress) => void {
  const startedMs = performance.now()
  return ({ bytesDone, bytesTotal, rows, badRows, phase }) => {
    const seconds = (performance.now() - startedMs) / 1000
    const ratePerSecond = Math.round(bytesDone / Math.max(0.001, seconds))
    emit('progress', {
      done: bytesDone,
      total: bytesTotal,
      unit: 'bytes',
      ratePerSecond,
      secondsLeft: Math.round((bytesTotal - bytesDone) / Math.max(1, ratePerSecond)),
      note: phase === 'reading' ? `${rows} rows, ${badRows} bad` : `writing ${rows} rows`,
      rows,
      badRows,
    })
  }
}
