import type { Dirent } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { AppError } from '../../contract/errors.ts'
import { type StoragePart, storageParts } from '../../contract/storage.ts'
import type { BytesKeeper, Collector, Freed } from '../../platform/blobs/collector.ts'
import type { ReadableDb } from '../../platform/db/types.ts'

type Deps = {
  readonly dataDir: string
  readonly db: ReadableDb
  readonly collector: Pick<Collector, 'survey'>
  /** Whose blobs are whose; one that both need counts for the models. */
  readonly models: Pick<BytesKeeper, 'isUsed'>
  readonly datasets: Pick<BytesKeeper, 'isUsed'>
  readonly signal?: AbortSignal | undefined
}

export type Part = { readonly part: StoragePart; readonly files: number; readonly sizeBytes: number }
export type Measured = { readonly parts: readonly Part[]; readonly sizeBytes: number; readonly freeable: Freed }

/** So many files are asked at once: the disk is kept busy, and nobody else waits long. */
const filesAtOnce = 64

/**
 * What the data directory holds, by part, and what of it a sweep would delete. Every file counts once; links count with
 * what they are, not with what they lead to. Files that come or go meanwhile may be missed. Throws `cancelled`.
 */
export async function measure({ dataDir, db, collector, models, datasets, signal }: Deps): Promise<Measured> {
  const sums = new Map<StoragePart, { files: number; sizeBytes: number }>()
  const add = (part: StoragePart, sizeBytes: number, files = 1) => {
    const sum = sums.get(part) ?? { files: 0, sizeBytes: 0 }
    sums.set(part, { files: sum.files + files, sizeBytes: sum.sizeBytes + sizeBytes })
  }
  const freeable = { blobs: 0, folders: 0, freedBytes: 0 }
  const counted = new Set<string>()
  await collector.survey(
    {
      blob: (sha256, sizeBytes, isNeeded) => {
        if (!isNeeded) {
          freeable.blobs += 1
          freeable.freedBytes += sizeBytes
        }
        add(isNeeded ? ownerOf(sha256) : 'unneeded', sizeBytes)
      },
      unneededFolder: (path, files, sizeBytes) => {
        freeable.folders += 1
        freeable.freedBytes += sizeBytes
        counted.add(path)
        add('unneeded', sizeBytes, files)
      },
    },
    signal,
  )
  // Needed only by a database that a restore kept aside: it is part of going back to that.
  function ownerOf(sha256: string): StoragePart {
    if (models.isUsed(db, sha256)) return 'models'
    return datasets.isUsed(db, sha256) ? 'datasets' : 'replaced'
  }

  const visit = async (folder: string): Promise<void> => {
    if (signal?.aborted) throw new AppError('cancelled', 'Cancelled.')
    const entries = await entriesOf(folder)
    for (const entry of entries.filter(each => each.isDirectory())) {
      const path = join(folder, entry.name)
      if (!counted.has(path) && !isShard(relative(dataDir, path))) await visit(path)
    }
    const files = entries.filter(entry => !entry.isDirectory())
    for (let at = 0; at < files.length; at += filesAtOnce) {
      const paths = files.slice(at, at + filesAtOnce).map(entry => join(folder, entry.name))
      const sizes = await Promise.all(paths.map(sizeOf))
      for (const [i, path] of paths.entries()) {
        const size = sizes[i]
        if (size !== undefined) add(partOf(relative(dataDir, path)), size)
      }
    }
  }
  await visit(dataDir)
  const parts = storageParts.flatMap(part => {
    const sum = sums.get(part)
    return sum ? [{ part, ...sum }] : []
  })
  return { parts, sizeBytes: parts.reduce((sum, part) => sum + part.sizeBytes, 0), freeable }
}

// The survey has told of the blobs.
const isShard = (path: string): boolean => {
  const [top, shard = ''] = path.split(sep)
  return top === 'blobs' && /^[0-9a-f]{2}$/.test(shard)
}

const topFolders: Readonly<Record<string, StoragePart>> = {
  models: 'models',
  evaluations: 'evaluations',
  backups: 'backups',
  jobs: 'logs',
  logs: 'logs',
  run: 'working',
  scratch: 'working',
}
const blobFolders: Readonly<Record<string, StoragePart>> = {
  tmp: 'working',
  condemned: 'unneeded',
  quarantine: 'quarantine',
}

/** The part that a file belongs to, by its path in the data directory. */
export function partOf(path: string): StoragePart {
  const [top = '', second = '', third = ''] = path.split(sep)
  if (second === '') return /^slipway\.db/.test(top) ? 'database' : 'other'
  if (top === 'blobs') return blobFolders[second] ?? 'other'
  if (top === 'runs') return third.startsWith('checkpoint-') ? 'checkpoints' : 'runs'
  if (top.startsWith('replaced-')) return 'replaced'
  return topFolders[top] ?? 'other'
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    if (isGone(error)) return []
    throw error
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await lstat(path)).size
  } catch (error) {
    if (isGone(error)) return undefined
    throw error
  }
}

const isGone = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'
