import { constants, type Stats } from 'node:fs'
import { type FileHandle, lstat, open } from 'node:fs/promises'
import { AppError } from '../../../contract/errors.ts'
import type { Reading } from './limits.ts'
import { refuse } from './refuse.ts'

/** An open regular file whose parts are read by position. It is closed by `withFile`. */
export type RegularFile = {
  /** What messages call it. */
  readonly name: string
  readonly sizeBytes: number
  /** Names on this file system that lead to the same bytes. */
  readonly linkCount: number
  /** Bytes `[offset, offset + length)`; throws `invalid_input` where the file ends earlier. */
  readonly read: (offset: number, length: number) => Promise<Buffer>
}

/** A file above this size without a single block is a cloud drive's placeholder: to read it is to download it. */
const placeholderBytes = 65_536

/**
 * Opens `path` for reading and lends it to `use`. Only a regular file is opened: symlinks are not followed (resolve them
 * before), and a FIFO, socket, device or folder is refused at once, before anything could block.
 */
export async function withFile<T>(
  path: string,
  name: string,
  reading: Reading,
  use: (file: RegularFile) => Promise<T>,
): Promise<T> {
  reading.signal?.throwIfAborted()
  const handle = await openRegular(path, name)
  try {
    const { size, nlink } = await handle.stat()
    if (!Number.isSafeInteger(size)) throw refuse(name, `its size of ${size} bytes cannot be true.`)
    const read = async (offset: number, length: number): Promise<Buffer> => {
      reading.signal?.throwIfAborted()
      if (offset + length > size) {
        throw refuse(name, `it ends at byte ${size}, but its header needs bytes up to ${offset + length}.`)
      }
      const bytes = Buffer.allocUnsafe(length)
      let done = 0
      while (done < length) {
        const { bytesRead } = await handle.read(bytes, done, length - done, offset + done)
        if (bytesRead === 0) throw refuse(name, 'it became shorter while it was read.')
        reading.onRead?.(bytesRead)
        done += bytesRead
      }
      return bytes
    }
    return await use({ name, sizeBytes: size, linkCount: nlink, read })
  } catch (error) {
    throw fileError(error, name)
  } finally {
    await handle.close()
  }
}

/** Reads a small file whole; a larger one than `maxBytes` is refused unread. */
export const readWhole = (path: string, name: string, maxBytes: number, reading: Reading): Promise<Buffer> =>
  withFile(path, name, reading, async file => {
    if (file.sizeBytes > maxBytes) throw refuse(name, `it is ${file.sizeBytes} bytes; at most ${maxBytes} are read.`)
    return file.read(0, file.sizeBytes)
  })

async function openRegular(path: string, name: string): Promise<FileHandle> {
  try {
    // Asked before the open as well: to open some devices is already an effect (a tape rewinds).
    assertRegular(await lstat(path), name)
    // O_NONBLOCK: should the name become a FIFO in between, the open still returns at once. Windows has neither flag.
    const handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
    try {
      assertRegular(await handle.stat(), name)
    } catch (error) {
      await handle.close()
      throw error
    }
    return handle
  } catch (error) {
    throw fileError(error, name)
  }
}

function assertRegular(stats: Stats, name: string): void {
  if (!stats.isFile()) {
    throw refuse(name, `it is ${kindOf(stats)}, not a regular file.`, 'Name the model file or its folder itself.')
  }
  if (isPlaceholder(stats)) {
    throw new AppError('missing_requirement', `${name}: only a placeholder of this file is on this disk.`, {
      hint: 'Ask your cloud drive to keep it on this device, wait until it is downloaded, then try again.',
    })
  }
}

/** True for a file of a cloud drive whose bytes are elsewhere (OneDrive, iCloud, rclone). */
export const isPlaceholder = (stats: { readonly size: number; readonly blocks?: number }): boolean =>
  stats.size > placeholderBytes && stats.blocks === 0

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder'
  if (stats.isFIFO()) return 'a named pipe (FIFO)'
  if (stats.isSocket()) return 'a socket'
  if (stats.isSymbolicLink()) return 'a symbolic link'
  return 'a device'
}

const reasons = new Map<unknown, readonly ['invalid_input' | 'not_found' | 'forbidden', string, string]>([
  ['ENOENT', ['not_found', 'there is no such file.', 'Check the path.']],
  ['ENOTDIR', ['not_found', 'there is no such file.', 'Check the path.']],
  ['ELOOP', ['invalid_input', 'its symbolic links lead in a circle or away.', 'Name the real file or folder.']],
  ['EACCES', ['forbidden', 'it may not be read.', 'Give the account that runs Slipway the right to read it.']],
  ['EPERM', ['forbidden', 'it may not be read.', 'Give the account that runs Slipway the right to read it.']],
  ['ENAMETOOLONG', ['invalid_input', 'the path is too long.', 'Move the model to a shorter path.']],
  ['ENXIO', ['invalid_input', 'it is not a regular file.', 'Name the model file or its folder itself.']],
  ['EISDIR', ['invalid_input', 'it is a folder, not a regular file.', 'Name the file itself.']],
  ['EIO', ['invalid_input', 'the disk could not read it.', 'Check the disk, then fetch the file again.']],
  ['ERR_INVALID_ARG_VALUE', ['invalid_input', 'the path contains a NUL character.', 'Name the real file or folder.']],
])

/** Says a failure of the file system in the closed list's terms; anything else passes unchanged. */
export function fileError(error: unknown, name: string): unknown {
  if (!(error instanceof Error) || error instanceof AppError || !('code' in error)) return error
  const known = reasons.get(error.code)
  if (known === undefined) return error
  const [code, reason, hint] = known
  return new AppError(code, `${printable(name)}: ${reason}`, { hint, cause: error })
}

/** A name from outside as it may stand in a message: control characters and directional marks escaped, at most 200 characters. */
export const printable = (name: string): string => {
  const safe = name.replace(
    /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu,
    mark => `\\u${(mark.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )
  return safe.length > 200 ? `${safe.slice(0, 200)}…` : safe
}
