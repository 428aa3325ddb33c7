import { createReadStream, createWriteStream, mkdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import * as yauzl from 'yauzl'
import { AppError } from '../../../contract/errors.ts'
import { diskError } from '../../../platform/blobs/store.ts'
import { ArchiveGuard, type ArchiveLimits, archiveLimits } from './archive-guard.ts'
import { withoutGz } from './file-type.ts'

type Options = { readonly signal?: AbortSignal | undefined; readonly limits?: ArchiveLimits | undefined }

/** Files that an archive holds beside data: never unpacked, so they cannot do anything. */
const isWanted = (parts: readonly string[]): boolean =>
  parts[0] !== '__MACOSX' &&
  !parts.some(part => part.startsWith('.')) &&
  /\.(jsonl|ndjson|json|csv|tsv|txt|text|md|markdown|rst|parquet)$/i.test(parts.at(-1) ?? '')

/**
 * Unpacks the data files of an archive into an empty folder of ours. Throws `invalid_input` and refuses the whole
 * archive for a name that leads outside or collides, a link or device, encryption, or more bytes than it may hold. The
 * caller removes the folder in every case.
 */
export async function unpack(
  path: string,
  type: 'zip' | 'tar' | 'gzip',
  into: string,
  { signal, limits = archiveLimits }: Options = {},
): Promise<void> {
  const guard = new ArchiveGuard(basename(path), statSync(path).size, into, limits)
  try {
    if (type === 'zip') await unpackZip(path, into, guard, signal)
    else if (type === 'tar') await unpackTar(createReadStream(path).pipe(limited(guard)), into, guard, signal)
    else await unpackGzip(path, into, guard, signal)
  } catch (error) {
    if (error instanceof AppError) throw error
    const known = diskError(error)
    if (known instanceof AppError) throw known
    // yauzl looks at names before we do.
    if (
      error instanceof Error &&
      /^(invalid relative path|absolute path|invalid characters in fileName)/.test(error.message)
    )
      throw guard.refuse(`a name leads outside (${error.message.slice(0, 200)})`)
    throw guard.refuse(`it is damaged (${error instanceof Error ? error.message.slice(0, 200) : 'unreadable'})`)
  }
}

async function unpackZip(
  path: string,
  into: string,
  guard: ArchiveGuard,
  signal: AbortSignal | undefined,
): Promise<void> {
  const zip = await yauzl.openPromise(path, {
    lazyEntries: true,
    autoClose: false,
    strictFileNames: true,
    validateEntrySizes: true,
  })
  try {
    const wanted: { entry: yauzl.Entry; parts: readonly string[] }[] = []
    const ranges: { from: number; to: number }[] = []
    // All entries are judged before the first byte is unpacked.
    for await (const entry of zip.eachEntry()) {
      signal?.throwIfAborted()
      const isFolder = entry.fileName.endsWith('/')
      const parts = guard.admit(entry.fileName, isFolder)
      const unixType = (entry.externalFileAttributes >>> 16) & 0o170000
      if (unixType !== 0 && unixType !== 0o100000 && unixType !== 0o040000)
        throw guard.refuse(`${JSON.stringify(entry.fileName.slice(0, 120))} is a link or a device`)
      if ((entry.generalPurposeBitFlag & 1) !== 0) throw guard.refuse('it is encrypted')
      guard.count(entry.uncompressedSize)
      const from = entry.relativeOffsetOfLocalHeader
      ranges.push({ from, to: from + 30 + entry.compressedSize })
      if (!isFolder && isWanted(parts)) wanted.push({ entry, parts })
    }
    ranges.sort((a, b) => a.from - b.from)
    if (ranges.some((range, index) => index > 0 && range.from < (ranges[index - 1]?.to ?? 0)))
      throw guard.refuse('its entries overlap, as bombs do')
    // yauzl ends a stream with an error when it gives more or fewer bytes than the entry declares.
    for (const { entry, parts } of wanted) await writeOut(await zip.openReadStreamPromise(entry), into, parts, signal)
  } finally {
    zip.close()
  }
}

async function unpackTar(
  source: Readable,
  into: string,
  guard: ArchiveGuard,
  signal: AbortSignal | undefined,
): Promise<void> {
  const entries = extract()
  const feeding = pipeline(source, entries, { ...(signal && { signal }) })
  // The loop below meets the same failure; without this, the one that nobody awaits would end the process.
  feeding.catch(() => undefined)
  for await (const entry of entries) {
    const { name, type, size } = entry.header
    if (type !== 'file' && type !== 'directory' && type !== 'contiguous-file')
      throw guard.refuse(`${JSON.stringify(name.slice(0, 120))} is a ${type ?? 'thing of unknown type'}, not a file`)
    const isFolder = type === 'directory'
    const parts = guard.admit(name, isFolder)
    guard.assertSize(size ?? 0)
    // Its type lacks what its streams (streamx) have: they iterate like Node's.
    if (!isFolder && isWanted(parts)) await writeOut(entry as unknown as AsyncIterable<Uint8Array>, into, parts, signal)
    else entry.resume()
  }
  await feeding
}

/** A compressed tar, or one compressed file. */
async function unpackGzip(
  path: string,
  into: string,
  guard: ArchiveGuard,
  signal: AbortSignal | undefined,
): Promise<void> {
  const counted = () => {
    const packed = createReadStream(path)
    const unpacked = packed.pipe(createGunzip())
    packed.on('error', error => unpacked.destroy(error))
    return unpacked
  }
  if (await isTar(counted())) return unpackTar(counted().pipe(limited(guard)), into, guard, signal)
  const parts = guard.admit(withoutGz(path), false)
  if (!isWanted(parts)) throw guard.refuse('the compressed file has no extension of a dataset, such as .jsonl.gz')
  await writeOut(counted().pipe(limited(guard)), into, parts, signal)
}

/** Counts what a decompressor gives: a tar of zeros would otherwise grow without an entry to judge. */
const limited = (guard: ArchiveGuard): Transform =>
  new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        guard.count(chunk.length)
        done(null, chunk)
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)))
      }
    },
  })

async function isTar(stream: Readable): Promise<boolean> {
  let head = Buffer.alloc(0)
  for await (const chunk of stream) {
    head = Buffer.concat([head, chunk as Buffer])
    if (head.length >= 512) break
  }
  stream.destroy()
  return head.toString('latin1', 257, 262) === 'ustar'
}

async function writeOut(
  source: AsyncIterable<Uint8Array>,
  into: string,
  parts: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const target = join(into, ...parts)
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
  // `wx` never follows or replaces anything that is there.
  await pipeline(source, createWriteStream(target, { flags: 'wx', mode: 0o600 }), { ...(signal && { signal }) })
}
