import { createHash, type Hash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statfsSync } from 'node:fs'
import { AppError } from '../../../contract/errors.ts'
import { diskError } from '../../../platform/blobs/store.ts'

/** File systems whose "files" are windows into the kernel: reading them has effects, or never ends. */
const kernelFileSystems = new Set([0x9fa0, 0x62656572, 0x64626720, 0x74726163]) // proc, sysfs, debugfs, tracefs

/** A regular file that is open for reading from its start, once. */
export type RegularFile = {
  readonly path: string
  readonly sizeBytes: number
  /** Whether a reader that finds the rows by other means reads every byte all the same, for the hash. */
  readonly isHashed: boolean
  /** Fills part of a buffer; 0 at the end of the file. */
  readonly read: (into: Buffer, offset: number, length: number) => number
  /** SHA-256 of all bytes read so far. */
  readonly sha256: () => string
  /** Throws `conflict` when the file was written to while it was read. */
  readonly assertUnchanged: () => void
  readonly close: () => void
}

/**
 * Opens a file without waiting on it: a FIFO without a writer would block a plain open for ever. Throws `invalid_input`
 * for anything that is not a regular file on a real file system.
 * @param options.isHashed false for whoever wants a few rows and not the hash of the whole
 */
export function openRegularFile(path: string, { isHashed = true } = {}): RegularFile {
  let fd: number
  try {
    fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    throw diskError(error)
  }
  try {
    const before = fstatSync(fd)
    if (!before.isFile()) throw notRegular(path, kindOf(before))
    if (process.platform === 'linux' && kernelFileSystems.has(statfsSync(path).type))
      throw notRegular(path, 'a file of the kernel')
    return reader(path, fd, before, isHashed)
  } catch (error) {
    closeSync(fd)
    throw diskError(error)
  }
}

function reader(path: string, fd: number, before: Stats, isHashed: boolean): RegularFile {
  const hash: Hash = createHash('sha256')
  let digest: string | undefined
  return {
    path,
    sizeBytes: before.size,
    isHashed,
    read: (into, offset, length) => {
      try {
        const count = readSync(fd, into, offset, length, null)
        hash.update(into.subarray(offset, offset + count))
        return count
      } catch (error) {
        throw diskError(error)
      }
    },
    sha256: () => {
      digest ??= hash.digest('hex')
      return digest
    },
    assertUnchanged: () => {
      const after = fstatSync(fd)
      if (after.size !== before.size || after.mtimeMs !== before.mtimeMs)
        throw new AppError('conflict', `${path} was changed while it was read.`, {
          hint: 'Import it again when nothing writes to it any more.',
        })
    },
    close: () => closeSync(fd),
  }
}

/** What a thing in the file system is, for people. */
export const kindOf = (facts: Stats): string =>
  facts.isDirectory()
    ? 'a folder'
    : facts.isFIFO()
      ? 'a named pipe'
      : facts.isSocket()
        ? 'a socket'
        : facts.isCharacterDevice() || facts.isBlockDevice()
          ? 'a device'
          : 'something other than a file'

export const notRegular = (path: string, what: string): AppError =>
  new AppError('invalid_input', `${path} is ${what}, not a regular file.`, {
    hint: 'Datasets are read from regular files, folders and archives only.',
  })
