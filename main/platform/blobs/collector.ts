import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../contract/errors.ts'
import { type KeptAside, openKeptAside } from '../db/kept-aside.ts'
import type { ReadableDb } from '../db/types.ts'
import type { Log } from '../log.ts'
import { sweepTemporary } from './store.ts'

/** A domain that keeps bytes in the data directory. */
export type BytesKeeper = {
  /** Whether anything that is there, or that can be restored, needs this blob. Of several databases: see `openKeptAside`. */
  readonly isUsed: (db: ReadableDb, sha256: string) => boolean
  /** What a job stores right now, of which no row says yet how its bytes are called; undefined when there is none. */
  readonly storing: () => string | undefined
  /** The folders that it keeps outside the blob store, needed or not, and whether one is needed. */
  readonly folders: () => readonly string[]
  readonly isFolderUsed: (db: ReadableDb, folder: string) => boolean
}

export type Freed = { readonly blobs: number; readonly folders: number; readonly freedBytes: number }

export type Seen = {
  readonly blob: (sha256: string, sizeBytes: number, isNeeded: boolean) => void
  /** A folder that nothing needs, with its regular files. */
  readonly unneededFolder: (path: string, files: number, sizeBytes: number) => void
}

export type Collector = {
  /** Work of this process that stores bytes before a row says so: until its end no blob is deleted. */
  readonly whileStoring: <T>(what: string, work: () => Promise<T>) => Promise<T>
  /** Something that stored has ended; with `leftover`, it may have left bytes that nothing needs. */
  readonly storingEnded: (leftover: boolean) => void
  /**
   * Deletes these blobs if nothing needs them, and nothing is being stored that might. What is still needed, or has to
   * wait, is left to a later sweep. The names are gone at the return, the bytes a little later.
   */
  readonly release: (digests: readonly string[]) => void
  /**
   * Deletes everything that nothing needs, and tells meanwhile how much that is. Throws `conflict` while something is
   * being stored, and `cancelled`.
   */
  readonly sweep: (signal?: AbortSignal, onFreed?: (freed: Freed) => void) => Promise<Freed>
  /** Tells of each blob, and of each folder that nothing needs, what a sweep would do now. Deletes nothing. Throws `cancelled`. */
  readonly survey: (seen: Seen, signal?: AbortSignal) => Promise<void>
  /** What is being stored just now; undefined when nothing is. */
  readonly storing: () => string | undefined
  /** A sweep soon, once nothing is being stored; its outcome goes to the log. */
  readonly sweepSoon: () => void
  /** Ends a sweep at its next step; resolves when it has ended. */
  readonly close: () => Promise<void>
}

type Deps = {
  /** The folder of the blob store. */
  readonly root: string
  readonly dataDir: string
  readonly db: ReadableDb
  readonly keepers: () => readonly BytesKeeper[]
  readonly log: Log
}

/**
 * Deletes blobs that no row needs. A blob is condemned, that is moved aside by one rename, in the same turn of the event
 * loop in which the database was asked and said no. Rows change, and jobs that store begin, only in other turns: so no
 * import can come in between, and there is no list of needed blobs that could be out of date. Rows are dropped and on
 * disk before their blobs are condemned; a crash at any moment leaves at worst bytes too many, for the next sweep.
 */
export function createCollector({ root, dataDir, db, keepers, log }: Deps): Collector {
  const condemnedDir = join(root, 'condemned')
  const closing = new AbortController()
  let storingHere: readonly string[] = []
  let isPostponed = false
  let isScheduled = false
  let current: Promise<unknown> = Promise.resolve()
  mkdirSync(condemnedDir, { recursive: true, mode: 0o700 })

  const storing = (): string | undefined =>
    storingHere[0] ??
    keepers()
      .map(keeper => keeper.storing())
      .find(what => what !== undefined)

  const pathOf = (sha256: string) => join(root, sha256.slice(0, 2), sha256.slice(2, 4), sha256)

  const isBlobNeeded = (sha256: string, storedAtMs: number, aside: KeptAside): boolean => {
    const asks = (other: ReadableDb) => keepers().some(keeper => keeper.isUsed(other, sha256))
    return asks(db) || aside.needs(storedAtMs, asks)
  }
  const isFolderNeeded = (keeper: BytesKeeper, folder: string, aside: KeptAside): boolean => {
    const asks = (other: ReadableDb) => keeper.isFolderUsed(other, folder)
    return asks(db) || aside.needs(statSync(folder).mtimeMs, asks)
  }

  /** Moves aside what nobody needs of these; tells what it moved. No await may come between the question and the rename. */
  const condemn = (digests: readonly string[], aside: KeptAside): string[] =>
    digests.filter(sha256 => {
      const facts = statSync(pathOf(sha256), { throwIfNoEntry: false })
      if (!facts || isBlobNeeded(sha256, facts.mtimeMs, aside)) return false
      renameSync(pathOf(sha256), join(condemnedDir, sha256))
      return true
    })

  /** Deletes what is condemned, left by a crash or just now; tells the bytes that this freed. */
  const execute = async (): Promise<{ blobs: number; bytes: number }> => {
    let bytes = 0
    const names = await readdir(condemnedDir)
    for (const name of names) {
      const path = join(condemnedDir, name)
      bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0
      await rm(path, { force: true })
    }
    return { blobs: names.length, bytes }
  }

  const assertNothingStored = (): void => {
    const what = storing()
    if (what === undefined) return
    isPostponed = true
    throw new AppError('conflict', `${what} is being stored: which bytes it needs is not known yet.`, {
      hint: 'Wait until it has ended (slipway jobs list); what nothing needs is deleted then by itself.',
    })
  }

  /** Nothing can come to need a folder that no row names: its name is never given twice. */
  const removeFolders = async (aside: KeptAside, onFreed: (freed: Freed) => void): Promise<Freed> => {
    let folders = 0
    let freedBytes = 0
    for (const keeper of keepers()) {
      for (const folder of keeper.folders()) {
        assertNothingStored()
        if (isFolderNeeded(keeper, folder, aside)) continue
        freedBytes += (await treeSize(folder)).sizeBytes
        await rm(folder, { recursive: true, force: true })
        folders += 1
        onFreed({ blobs: 0, folders, freedBytes })
      }
    }
    return { blobs: 0, folders, freedBytes }
  }

  const sweepNow = async (signal: AbortSignal, onFreed: (freed: Freed) => void): Promise<Freed> => {
    isPostponed = false
    const aside = openKeptAside(dataDir)
    try {
      sweepTemporary(root)
      const { folders, freedBytes: folderBytes } = await removeFolders(aside, onFreed)
      const first = await execute()
      let blobs = first.blobs
      let freedBytes = folderBytes + first.bytes
      for await (const digests of shardsOf(root)) {
        if (signal.aborted) throw new AppError('cancelled', 'Cancelled.')
        assertNothingStored()
        if (condemn(digests, aside).length === 0) continue
        const freed = await execute()
        blobs += freed.blobs
        freedBytes += freed.bytes
        onFreed({ blobs, folders, freedBytes })
      }
      return { blobs, folders, freedBytes }
    } finally {
      aside.close()
    }
  }

  // One after the other: two sweeps would count the same bytes twice.
  const sweep: Collector['sweep'] = (signal, onFreed = () => undefined) => {
    const next = current.then(() => sweepNow(orClosing(signal), onFreed))
    current = next.catch(() => undefined)
    return next
  }
  const orClosing = (signal?: AbortSignal) => (signal ? AbortSignal.any([signal, closing.signal]) : closing.signal)

  const survey: Collector['survey'] = async (seen, signal) => {
    const stop = orClosing(signal)
    const aside = openKeptAside(dataDir)
    try {
      for (const keeper of keepers()) {
        for (const folder of keeper.folders().filter(existsSync)) {
          if (isFolderNeeded(keeper, folder, aside)) continue
          const { files, sizeBytes } = await treeSize(folder)
          seen.unneededFolder(folder, files, sizeBytes)
        }
      }
      for await (const digests of shardsOf(root)) {
        if (stop.aborted) throw new AppError('cancelled', 'Cancelled.')
        for (const sha256 of digests) {
          const facts = statSync(pathOf(sha256), { throwIfNoEntry: false })
          if (facts) seen.blob(sha256, facts.size, isBlobNeeded(sha256, facts.mtimeMs, aside))
        }
      }
    } finally {
      aside.close()
    }
  }

  const sweepSoon = (): void => {
    if (isScheduled) return
    isScheduled = true
    // After the transaction that may surround this one: only then it is true that nothing needs the bytes.
    setImmediate(() => {
      isScheduled = false
      if (closing.signal.aborted) return
      if (storing() !== undefined) {
        isPostponed = true
        return
      }
      sweep().then(
        freed => {
          if (freed.blobs + freed.folders > 0) log.info('bytes that nothing needed were deleted', freed)
        },
        error => {
          if (!(error instanceof AppError && ['conflict', 'cancelled'].includes(error.code))) failed(error)
        },
      )
    })
  }

  const failed = (error: unknown): void => log.error('bytes that nothing needs could not be deleted', { error })

  const storingEnded = (leftover: boolean): void => {
    if (leftover || isPostponed) sweepSoon()
  }

  return {
    whileStoring: async (what, work) => {
      storingHere = [...storingHere, what]
      let leftover = true
      try {
        const result = await work()
        leftover = false
        return result
      } finally {
        storingHere = storingHere.toSpliced(storingHere.indexOf(what), 1)
        storingEnded(leftover)
      }
    },
    storingEnded,
    release: digests => {
      if (storing() !== undefined) {
        isPostponed = true
        return
      }
      const aside = openKeptAside(dataDir)
      try {
        condemn(digests, aside)
      } finally {
        aside.close()
      }
      current = current.then(execute).catch(failed)
    },
    sweep,
    survey,
    storing,
    sweepSoon,
    close: async () => {
      closing.abort()
      await current
    },
  }
}

const shardPattern = /^[0-9a-f]{2}$/
const digestPattern = /^[0-9a-f]{64}$/

/** The digests in the store, one innermost folder at a time. Whatever else lies there is not ours and stays. */
async function* shardsOf(root: string): AsyncGenerator<string[]> {
  for (const outer of await readdir(root)) {
    if (!shardPattern.test(outer)) continue
    for (const inner of await readdir(join(root, outer))) {
      if (!shardPattern.test(inner)) continue
      const names = await readdir(join(root, outer, inner))
      const digests = names.filter(name => digestPattern.test(name) && name.startsWith(outer + inner))
      if (digests.length > 0) yield digests
    }
  }
}

/** Regular files below a folder, and their bytes; links count for nothing. */
async function treeSize(folder: string): Promise<{ files: number; sizeBytes: number }> {
  let files = 0
  let sizeBytes = 0
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue
    files += 1
    sizeBytes += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0
  }
  return { files, sizeBytes }
}
