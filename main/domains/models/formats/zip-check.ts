import { crc32 } from 'node:zlib'
import type { RegularFile } from './regular-file.ts'

const endBytes = 22
const maxCommentBytes = 65_535
const maxDirectoryBytes = 16 * 2 ** 20
const maxEntries = 20_000
/** Pickles are the first and small entries of PyTorch's archives: their checksums are verified, within this many bytes. */
const maxCheckedBytes = 8 * 2 ** 20

/**
 * Why a zip archive is not what its directory says, or undefined. Archives that lie (wrong checksums, flags that differ
 * between directory and entry, archives inside) are how pickles get past scanners, so a lie is never taken as harmless.
 * Source: PKWARE APPNOTE 6.3.10, sections 4.3 and 4.4.
 */
export async function zipFault(file: RegularFile): Promise<string | undefined> {
  const tailAt = Math.max(0, file.sizeBytes - endBytes - maxCommentBytes)
  const tail = await file.read(tailAt, file.sizeBytes - tailAt)
  const endAt = tail.lastIndexOf('PK\x05\x06', undefined, 'latin1')
  if (endAt < 0 || endAt + endBytes > tail.length) return 'no directory'
  const count = tail.readUInt16LE(endAt + 10)
  const directoryBytes = tail.readUInt32LE(endAt + 12)
  const directoryAt = tail.readUInt32LE(endAt + 16)
  // PyTorch writes zip64 for large files; its sizes are not checked here, so such an archive stays unjudged but regular.
  if (directoryAt === 0xffffffff || count === 0xffff) return undefined
  if (directoryBytes > maxDirectoryBytes) return 'an oversized directory'
  if (directoryAt + directoryBytes > tailAt + endAt) return 'a directory outside the file'
  if (count > maxEntries) return 'too many entries'
  const directory = await file.read(directoryAt, directoryBytes)

  let at = 0
  let unchecked = maxCheckedBytes
  for (let index = 0; index < count; index++) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== 0x02014b50) return 'a broken directory'
    const entry = {
      flags: directory.readUInt16LE(at + 8),
      method: directory.readUInt16LE(at + 10),
      checksum: directory.readUInt32LE(at + 16),
      packedBytes: directory.readUInt32LE(at + 20),
      nameBytes: directory.readUInt16LE(at + 28),
      offset: directory.readUInt32LE(at + 42),
    }
    const name = directory.toString('utf8', at + 46, at + 46 + entry.nameBytes)
    const fault = await entryFault(file, entry, name, unchecked)
    if (fault !== undefined) return fault
    if (entry.packedBytes <= unchecked) unchecked -= entry.packedBytes
    at += 46 + entry.nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
  }
  return undefined
}

type Entry = {
  readonly flags: number
  readonly method: number
  readonly checksum: number
  readonly packedBytes: number
  readonly nameBytes: number
  readonly offset: number
}

async function entryFault(
  file: RegularFile,
  entry: Entry,
  name: string,
  uncheckedBytes: number,
): Promise<string | undefined> {
  if ((entry.flags & 1) !== 0) return 'an encrypted entry'
  if (/\.(zip|pt|pth|bin|pkl|7z|tar|gz)$/i.test(name) && !/^[^/]+\/(data\.pkl|[^/]*\/)/.test(name))
    return 'an archive or pickle inside'
  if (entry.packedBytes === 0xffffffff || entry.offset === 0xffffffff) return undefined
  if (entry.offset + 30 > file.sizeBytes) return 'an entry outside the file'
  const local = await file.read(entry.offset, 30)
  if (local.readUInt32LE(0) !== 0x04034b50) return 'an entry that is not where the directory says'
  if (local.readUInt16LE(6) !== entry.flags || local.readUInt16LE(8) !== entry.method)
    return 'an entry that contradicts the directory'
  const dataAt = entry.offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28)
  if (dataAt + entry.packedBytes > file.sizeBytes) return 'an entry outside the file'
  if (entry.method !== 0 || entry.packedBytes > uncheckedBytes || entry.packedBytes === 0) return undefined
  const data = await file.read(dataAt, entry.packedBytes)
  return crc32(data) === entry.checksum ? undefined : 'a wrong checksum'
}
