/**
 * A supervised child: hashes files, and copies them when asked. JSON lines on standard output, one per file.
 *
 *   node main/entry/hash-files.ts config.json
 */
import '../platform/network/never.ts'

import { mkdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AppError, toAppError } from '../contract/errors.ts'
import { relativeTarget } from '../domains/models/relocation.ts'
import { HashConfig } from '../domains/models/verification.ts'
import { type BlobStore, copyHashing, createBlobStore, diskError, hashFile } from '../platform/blobs/store.ts'
import { flushFolder, flushTree } from '../platform/flush.ts'
import { makeFolder } from '../platform/make-folder.ts'

const emit = (event: string, fields: object = {}) => process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`)

type Facts = { sha256: string; sizeBytes: number; modifiedAtMs: number; inode: string }

function identityOf(path: string): Omit<Facts, 'sha256'> {
  const facts = statSync(path)
  if (!facts.isFile()) throw new AppError('invalid_input', `${path} is not a regular file.`)
  return { sizeBytes: facts.size, modifiedAtMs: facts.mtimeMs, inode: `${facts.dev}:${facts.ino}` }
}

/** Hashes one file, and puts its bytes where the mode wants them. */
async function take(
  config: HashConfig,
  blobs: BlobStore,
  file: string,
  partial: string | undefined,
  onBytes: (done: number) => void,
): Promise<Facts> {
  const source = join(config.root, file)
  const identity = identityOf(source)
  if (partial === undefined) return { ...identity, sha256: (await hashFile(source, { onBytes })).sha256 }
  const target = join(partial, file)
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
  if (config.mode === 'export') {
    const { sha256 } = await copyHashing(source, target, { onBytes })
    return { ...identity, sha256 }
  }
  const { sha256 } = await blobs.putFile(source, { onBytes })
  symlinkSync(relativeTarget(target, blobs.pathOf(sha256)), target)
  return { ...identityOf(target), sha256 }
}

async function main(configPath: string): Promise<void> {
  const config = HashConfig.parse(JSON.parse(readFileSync(configPath, 'utf8')))
  const blobs = createBlobStore(config.blobsRoot)
  const { dir: target, partialDir: partial } = config.target ?? {}
  const total = config.files.reduce((sum, file) => sum + file.sizeBytes, 0)
  let done = 0
  let reportedAtMs = 0
  const report = (note: string) => {
    const nowMs = performance.now()
    if (nowMs - reportedAtMs < 250 && done < total) return
    reportedAtMs = nowMs
    emit('progress', { done, total, unit: 'bytes', note })
  }
  if (partial !== undefined) makeFolder(partial, 'name another folder')
  const sums: string[] = []
  for (const file of config.files) {
    const before = done
    const facts = await take(config, blobs, file.path, partial, count => {
      done = before + count
      report(file.path)
    })
    if (file.sha256 !== undefined && file.sha256 !== facts.sha256) {
      throw new AppError('storage_damaged', `${file.path} is not what it was: its SHA-256 has changed.`, {
        hint: 'Restore the file from its source, or import the folder again as a new version.',
        details: { path: file.path, expected: file.sha256, found: facts.sha256 },
      })
    }
    sums.push(`${facts.sha256}  ${file.path}`)
    emit('file', { path: file.path, ...facts })
  }
  // What is half made when this fails, or is killed, the backend removes once the job has ended.
  if (target !== undefined && partial !== undefined) {
    writeFileSync(join(partial, 'SHA256SUMS'), `${sums.join('\n')}\n`, { mode: 0o600 })
    flushTree(partial)
    renameSync(partial, target)
    flushFolder(dirname(target))
  }
  emit('finished', config.mode === 'copy' ? { targetDir: target } : {})
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
