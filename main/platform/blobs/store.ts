import { createHash, randomUUID } from 'node:crypto'
import { constants, createReadStream, existsSync, readdirSync, rmSync } from 'node:fs'
import { chmod, copyFile, link, mkdir, open, rename, rm, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError } from '../../contract/errors.ts'
import { diskHint } from '../disk-hint.ts'
import { makeFolders } from '../make-folder.ts'
import { isAlive } from '../processes/is-alive.ts'

export type Blob = { readonly sha256: string; readonly sizeBytes: number }
type Progress = { readonly signal?: AbortSignal | undefined; readonly onBytes?: ((done: number) => void) | undefined }

/** Deleting is not among these: only the collector (`collector.ts`) knows when nothing needs a blob. */
export type BlobStore = {
  /** Copies a file into the store (a reflink where the file system can) and tells its hash. The source stays as it is. */
  readonly putFile: (path: string, options?: Progress & { readonly expectedSha256?: string }) => Promise<Blob>
  /** Moves a file of ours into the store: it must lie on the same file system and not be written any more. */
  readonly adoptFile: (path: string, options?: Progress) => Promise<Blob>
  readonly pathOf: (sha256: string) => string
  readonly has: (sha256: string) => boolean
  /** Reads every byte again. Throws `storage_damaged` and moves a wrong blob aside; it is never served again. */
  readonly verify: (sha256: string, options?: Progress) => Promise<Blob>
}

const digestPattern = /^[0-9a-f]{64}$/

/**
 * A content-addressed store: `blobs/aa/bb/<sha256>`, read-only files. A blob becomes visible by a rename after its bytes
 * are on disk, so a name always stands for its bytes; a crash leaves only files in `tmp` (see `sweepTemporary`).
 */
export function createBlobStore(root: string): BlobStore {
  // The writer's pid is in the name, so that a sweep can tell what a crash left from what a child of ours still writes.
  const newTemporary = () => join(temporary, `${process.pid}-${randomUUID()}`)
  const temporary = join(root, 'tmp')
  makeFolders(temporary)

  // Checked before any path is built from it: a digest from outside may be `../../…`.
  const pathOf = (sha256: string): string => {
    if (!digestPattern.test(sha256)) throw new AppError('invalid_input', 'This is not a SHA-256 digest.')
    return join(root, sha256.slice(0, 2), sha256.slice(2, 4), sha256)
  }

  const publish = async (temp: string, sha256: string): Promise<void> => {
    const target = pathOf(sha256)
    if (existsSync(target)) await unlink(temp)
    else {
      await mkdir(dirname(target), { recursive: true, mode: 0o700 })
      await flush(temp)
      await chmod(temp, 0o444)
      await rename(temp, target)
    }
    // Also when it was there: whoever put it there may not have come this far before power goes.
    for (const folder of [dirname(target), dirname(dirname(target)), root]) await flush(folder)
  }

  return {
    pathOf,
    has: sha256 => existsSync(pathOf(sha256)),
    putFile: async (path, { expectedSha256, ...progress } = {}) => {
      const temp = newTemporary()
      try {
        const blob = await copyHashing(path, temp, progress)
        if (expectedSha256 !== undefined && blob.sha256 !== expectedSha256) {
          throw new AppError('invalid_input', 'The file does not have the expected SHA-256.', {
            hint: 'It was changed or damaged on the way: fetch it again.',
            details: { expected: expectedSha256, found: blob.sha256 },
          })
        }
        await publish(temp, blob.sha256)
        return blob
      } catch (error) {
        await rm(temp, { force: true })
        throw diskError(error)
      }
    },
    adoptFile: async (path, progress = {}) => {
      const temp = newTemporary()
      const blob = await hashFile(path, progress)
      try {
        // A link, not a rename: if power goes before the blob is published, the owner's file is still there.
        await link(path, temp)
        await publish(temp, blob.sha256)
        await unlink(path)
        return blob
      } catch (error) {
        await rm(temp, { force: true })
        throw diskError(error)
      }
    },
    verify: async (sha256, progress = {}) => {
      const path = pathOf(sha256)
      const found = await hashFile(path, progress)
      if (found.sha256 === sha256) return found
      const quarantine = join(root, 'quarantine')
      await mkdir(quarantine, { recursive: true, mode: 0o700 })
      await rename(path, join(quarantine, `${sha256}-${randomUUID()}`))
      throw new AppError('storage_damaged', `Stored bytes were damaged: they no longer hash to ${sha256}.`, {
        hint: 'They were moved to the quarantine folder. Import the file again from its source.',
      })
    },
  }
}

/** Removes what crashed writers left behind; files of writers that still live are kept. Call once at the backend's start. */
export function sweepTemporary(root: string): void {
  const temporary = join(root, 'tmp')
  if (!existsSync(temporary)) return
  for (const name of readdirSync(temporary)) {
    if (!isAlive(Number(name.split('-')[0]))) rmSync(join(temporary, name), { force: true })
  }
}

/** SHA-256 of a file, streaming. Throws what the file system says, in the user's terms. */
export async function hashFile(path: string, { signal, onBytes }: Progress = {}): Promise<Blob> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 4 * 1024 * 1024, ...(signal && { signal }) })) {
      hash.update(chunk as Buffer)
      sizeBytes += (chunk as Buffer).length
      onBytes?.(sizeBytes)
    }
  } catch (error) {
    throw diskError(error)
  }
  return { sha256: hash.digest('hex'), sizeBytes }
}

/** Copies a regular file to a new path, hashing on the way; a reflink where the file system can. */
export async function copyHashing(source: string, temp: string, { signal, onBytes }: Progress): Promise<Blob> {
  const facts = await stat(source)
  if (!facts.isFile()) throw new AppError('invalid_input', `${source} is not a regular file.`)
  // Copy-on-write where the file system has it: no bytes are written, and the copy cannot change with its source.
  const isReflink = await copyFile(source, temp, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE).then(
    () => true,
    () => false,
  )
  if (isReflink) return hashFile(temp, { signal, onBytes })
  const hash = createHash('sha256')
  let sizeBytes = 0
  const target = await open(temp, 'wx', 0o600)
  try {
    for await (const chunk of createReadStream(source, {
      highWaterMark: 4 * 1024 * 1024,
      ...(signal && { signal }),
    })) {
      hash.update(chunk as Buffer)
      await target.writeFile(chunk as Buffer)
      sizeBytes += (chunk as Buffer).length
      onBytes?.(sizeBytes)
    }
    await target.sync()
  } finally {
    await target.close()
  }
  return { sha256: hash.digest('hex'), sizeBytes }
}

async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** File-system failures in the user's terms; anything else passes through. */
export function diskError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof AppError) return error
  const { code, path } = error as NodeJS.ErrnoException
  const where = path ?? 'The file'
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new AppError('storage_full', 'The disk is full; nothing was changed.', {
      cause: error,
      hint: 'Free some space, then try again.',
    })
  if (code === 'EIO')
    return new AppError('storage_failed', `The disk reported an error at ${where}; nothing was changed.`, {
      cause: error,
      hint: diskHint,
    })
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new AppError('forbidden', `${where} cannot be accessed.`, {
      cause: error,
      hint: 'Check its permissions and whether the disk is read-only.',
    })
  if (code === 'ENOENT')
    return new AppError('not_found', `${where} is not there.`, {
      cause: error,
      hint: 'It may have been moved or deleted.',
    })
  if (code === 'ENOTDIR' || code === 'EISDIR')
    return new AppError(
      'invalid_input',
      `${where} is not what it should be: a file where a folder belongs, or the reverse.`,
      {
        cause: error,
        hint: 'Check the path.',
      },
    )
  if (code === 'ELOOP')
    return new AppError('invalid_input', `${where} is a loop of symbolic links.`, {
      cause: error,
      hint: 'Give the real file.',
    })
  if (error.name === 'AbortError') return new AppError('cancelled', 'Cancelled.', { cause: error })
  return error
}
