/**
 * The child process of a dataset import: reads rows into Parquet, puts it into the blob store, and speaks JSON lines on
 * stdout. A parser that crashes takes only this process with it.
 *
 *   node main/entry/import-dataset.ts CONFIG.json
 */
import '../platform/network/never.ts'

import { readFileSync, writeSync } from 'node:fs'
import { resolve } from 'node:path'
import * as z from 'zod'
import { DatasetField, DatasetFormat } from '../contract/datasets.ts'
import { AppError, toAppError } from '../contract/errors.ts'
import { importRows } from '../domains/datasets/import/import-rows.ts'
import type { ImportProgress } from '../domains/datasets/import/progress.ts'
import { createBlobStore, diskError } from '../platform/blobs/store.ts'

const ImportConfig = z.strictObject({
  path: z.string().min(1),
  /** Receives the work in progress; nothing of it stays. */
  outDir: z.string().min(1).default('.'),
  blobsRoot: z.string().min(1),
  format: DatasetFormat.optional(),
  map: z.partialRecord(DatasetField, z.string()).optional(),
  split: z.string().optional(),
})

const emit = (event: string, fields: Readonly<Record<string, unknown>>): void => {
  const line = Buffer.from(`${JSON.stringify({ event, ...fields })}\n`)
  for (let from = 0; from < line.length; ) from += writeSync(1, line, from)
}

async function main(configPath: string): Promise<void> {
  const config = ImportConfig.parse(JSON.parse(readFileSync(configPath, 'utf8')))
  const abort = new AbortController()
  const stop = () => abort.abort()
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  // The runner's commands come on stdin; its end means that nobody is left to read the result.
  process.stdin.on('data', chunk => {
    if (String(chunk).includes('"stop"')) stop()
  })
  process.stdin.on('end', stop)
  process.stdin.unref()

  const startedMs = performance.now()
  const progress = ({ bytesDone, bytesTotal, rows, badRows, phase }: ImportProgress) => {
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
  const { file, ...result } = await importRows(
    { ...config, outDir: resolve(config.outDir) },
    { signal: abort.signal, onProgress: progress },
  )
  const blob = await createBlobStore(config.blobsRoot).adoptFile(file, { signal: abort.signal })
  // One line of the wire holds at most a mebibyte, so lists go in parts before the end.
  const { issues, sources, ...rest } = result
  for (let from = 0; from < issues.length; from += 100) emit('issues', { issues: issues.slice(from, from + 100) })
  for (let from = 0; from < sources.length; from += 100) emit('sources', { sources: sources.slice(from, from + 100) })
  emit('finished', { ...rest, files: [{ ...blob, rows: result.rows }] })
}

/** Out of memory and the like end here too, as far as Node lets us say anything. */
async function run(): Promise<number> {
  const [configPath] = process.argv.slice(2)
  try {
    if (configPath === undefined) throw new AppError('invalid_input', 'No configuration was given.')
    await main(configPath)
    return 0
  } catch (error) {
    const known = toAppError(diskError(error))
    if (known.code === 'internal') console.error(error)
    emit('failed', { ...known.toBody() })
    return known.code === 'cancelled' ? 130 : 1
  }
}

// An exit of Node's own accord gives signals back their default while it still tears down: a late SIGTERM would then be
// the end, and the exit code lost.
process.exit(await run())
