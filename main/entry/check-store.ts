/**
 * A supervised child: reads every stored file again and compares it with its SHA-256. A damaged blob is moved aside, so
 * that the same bytes can be stored anew. JSON lines on standard output, one per problem.
 *
 *   node main/entry/check-store.ts config.json
 */
import '../platform/network/never.ts'

import { readFileSync, realpathSync } from 'node:fs'
import { sep } from 'node:path'
import { AppError, toAppError } from '../contract/errors.ts'
import type { StoredProblem } from '../contract/storage.ts'
import { CheckConfig, type StoredFile } from '../domains/storage/check.ts'
import { type BlobStore, createBlobStore, diskError, hashFile } from '../platform/blobs/store.ts'

const emit = (event: string, fields: object = {}) => process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`)

type Found = Pick<StoredProblem, 'kind' | 'quarantined'>

/** What is wrong with a file; undefined when it is as it was stored. */
async function check(
  { path, sha256 }: StoredFile,
  blobs: BlobStore,
  root: string,
  onBytes: (done: number) => void,
): Promise<Found | undefined> {
  try {
    const real = realpathSync(path)
    const isBlob = real.startsWith(`${root}${sep}`) && real.endsWith(sha256)
    if (isBlob) await blobs.verify(sha256, { onBytes })
    else if ((await hashFile(real, { onBytes })).sha256 !== sha256) return { kind: 'damaged', quarantined: false }
    return undefined
  } catch (error) {
    const known = diskError(error)
    if (!(known instanceof AppError)) throw error
    if (known.code === 'storage_damaged') return { kind: 'damaged', quarantined: true }
    if (known.code === 'not_found') return { kind: 'missing', quarantined: false }
    return { kind: 'unreadable', quarantined: false }
  }
}

async function main(configPath: string): Promise<void> {
  const { blobsRoot, files } = CheckConfig.parse(JSON.parse(readFileSync(configPath, 'utf8')))
  const blobs = createBlobStore(blobsRoot)
  const root = realpathSync(blobsRoot)
  const total = files.reduce((sum, file) => sum + file.sizeBytes, 0)
  // The same bytes may belong to several: they are read once, and what is wrong is told of each.
  const known = new Map<string, Found | undefined>()
  let done = 0
  let problems = 0
  let reportedAtMs = Number.NEGATIVE_INFINITY
  const report = (bytes: number, note: string) => {
    const nowMs = performance.now()
    if (nowMs - reportedAtMs < 250 && bytes < total) return
    reportedAtMs = nowMs
    emit('progress', { done: bytes, total, unit: 'bytes', note })
  }
  for (const [index, file] of files.entries()) {
    const note = `${index + 1} of ${files.length} files`
    const place = placeOf(file.path)
    if (!known.has(place)) known.set(place, await check(file, blobs, root, bytes => report(done + bytes, note)))
    const found = known.get(place)
    if (found) {
      problems += 1
      emit('problem', { ...found, path: file.path, of: file.of })
    }
    done += file.sizeBytes
    report(done, note)
  }
  if (problems > 0)
    throw new AppError('storage_damaged', `${problems} of ${files.length} stored files are not as they were stored.`, {
      hint: 'slipway storage report names them. Import what is damaged or missing again from its source.',
    })
  emit('finished')
}

const placeOf = (path: string): string => {
  try {
    return realpathSync(path)
  } catch {
    return path // missing, or behind a link to nothing: `check` says so
  }
}

// The runner's end of the pipe is gone, or it asks us to stop: either way there is nobody to work for.
process.stdin.on('data', () => process.exit(1)).on('end', () => process.exit(1))

main(process.argv[2] ?? 'config.json').then(
  () => process.exit(0),
  error => {
    emit('failed', toAppError(diskError(error)).toBody())
    process.exit(1)
  },
)
