import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import type { Call } from '../../contract/call.ts'
import { AppError } from '../../contract/errors.ts'
import type { Job } from '../../contract/jobs.ts'
import type { ModelVersionId } from '../../contract/models.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Store, Tx } from '../../platform/db/types.ts'
import type { Log } from '../../platform/log.ts'
import type { JobsPort } from '../../platform/processes/port.ts'
import { filesOf, findRemovedVersion, findVersion, setFileVerified, setVersionPath, setVersionState } from './repo.ts'

const worker = fileURLToPath(new URL('../../entry/hash-files.ts', import.meta.url))

/** What the hashing child is told; see main/entry/hash-files.ts. */
export const HashConfig = z.object({
  root: z.string(),
  files: z.array(z.object({ path: z.string(), sizeBytes: z.number(), sha256: z.string().optional() })),
  mode: z.enum(['verify', 'copy', 'export']),
  /** For `copy`: the blob store that takes the bytes. */
  blobsRoot: z.string(),
  /** Where copies (or, for `copy`, links into the blob store) go: a new folder that appears whole or not at all. */
  target: z.object({ dir: z.string(), partialDir: z.string() }).optional(),
})
export type HashConfig = z.output<typeof HashConfig>

const FileEvent = z.object({
  event: z.literal('file'),
  path: z.string(),
  sizeBytes: z.number(),
  sha256: z.string(),
  modifiedAtMs: z.number(),
  inode: z.string(),
})

type Deps = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly jobs: JobsPort
  readonly blobsRoot: string
  /** Brings the model's row in lists up to date. */
  readonly refresh: (tx: Tx, modelId: string) => void
  /** A job that may have stored bytes has ended; `leftover`: and perhaps left some that nothing needs. */
  readonly storingEnded: (leftover: boolean) => void
}
type Mode =
  | { readonly mode: 'verify' }
  | { readonly mode: 'copy' }
  | { readonly mode: 'export'; readonly targetDir: string }

/** What such a job is called. */
function nameOf(mode: Mode['mode'], model: string): string {
  switch (mode) {
    case 'verify':
      return `verify ${model}`
    case 'copy':
      return `copy ${model}`
    case 'export':
      return `export ${model}`
    default:
      return mode satisfies never
  }
}

export type Verification = ReturnType<typeof createVerification>

/** Hashing a model's files in a child: the backend stays free, and a file that breaks the reader breaks only the child. */
export function createVerification({ store, clock, log, jobs, blobsRoot, refresh, storingEnded }: Deps) {
  const start = (call: Call, id: ModelVersionId, how: Mode): Job => {
    const version = findVersion(store.read, id)
    if (!version) throw new AppError('not_found', `There is no model version ${id}.`)
    const files = filesOf(store.read, id)
    const root = statSync(version.path, { throwIfNoEntry: false })?.isFile() ? dirname(version.path) : version.path
    if (how.mode === 'export' && existsSync(how.targetDir))
      throw new AppError('conflict', `${how.targetDir} exists already.`, {
        hint: 'Name a folder that does not exist yet.',
      })
    const targetDir =
      how.mode === 'export' ? how.targetDir : how.mode === 'copy' ? join(blobsRoot, '..', 'models', id) : undefined
    const config: HashConfig = {
      root,
      files: files.map(({ path, sizeBytes, sha256 }) => ({
        path,
        sizeBytes,
        ...(how.mode !== 'copy' && sha256 !== undefined && { sha256 }),
      })),
      mode: how.mode,
      blobsRoot,
      // A name of its own for each job: two that export to one place must not write into one folder.
      ...(targetDir !== undefined && {
        target: { dir: targetDir, partialDir: `${targetDir}.partial-${randomBytes(4).toString('hex')}` },
      }),
    }
    const job = jobs.start(call, {
      kind: how.mode === 'export' ? 'conversion' : 'verification',
      name: nameOf(how.mode, version.name).slice(0, 300),
      subjectId: id,
      command: [process.execPath, worker, 'config.json'],
      files: { 'config.json': JSON.stringify(config) },
      politeStopMs: 2_000,
    })
    return job
  }

  /** Removes what a stopped, killed or lost job had half made. Nothing of it runs any more. */
  const clear = (job: Job): void => {
    const path = join(jobs.folder(job.id), 'config.json')
    try {
      const { target } = HashConfig.parse(JSON.parse(readFileSync(path, 'utf8')))
      if (target) rmSync(target.partialDir, { recursive: true, force: true })
    } catch (error) {
      // The job's end is true all the same, and must be told.
      log.warn('what a job had half made could not be removed', { jobId: job.id, error })
    }
  }

  const end = (tx: Tx, job: Job) => {
    clear(job)
    storingEnded(job.state !== 'done')
    // Also of a version that was removed meanwhile: one that says "verifying" for ever could never be deleted.
    const version = findVersion(tx, job.subjectId) ?? findRemovedVersion(tx, job.subjectId, 0)
    if (!version) return
    const problem = job.failure?.message ?? (job.state === 'cancelled' ? 'the check was stopped' : 'the check was lost')
    const state =
      job.state === 'done'
        ? 'ready'
        : job.failure?.code === 'not_found' || job.failure?.code === 'storage_damaged'
          ? 'missing'
          : 'failed'
    setVersionState(tx, version.id, state, job.state === 'done' ? undefined : problem, clock.nowMs())
    refresh(tx, version.modelId)
    tx.announce({ topic: 'models', kind: 'changed', id: version.id })
  }

  jobs.handle('verification', {
    restart: 'never',
    onEvent: (tx, job, event) => {
      const file = FileEvent.safeParse(event)
      if (file.success) setFileVerified(tx, job.subjectId, file.data, clock.nowMs())
      else if (event.event === 'finished' && typeof event.targetDir === 'string' && isAbsolute(event.targetDir))
        setVersionPath(tx, job.subjectId, placeInCopy(tx, job.subjectId, event.targetDir))
    },
    onEnd: end,
  })

  return { start, clear }
}

/** A model that was one file, or is known by the first of its parts, is that file also where it was copied to. */
function placeInCopy(tx: Tx, id: string, targetDir: string): string {
  const version = findVersion(tx, id) ?? findRemovedVersion(tx, id, 0)
  const name = version && basename(version.path)
  return name !== undefined && filesOf(tx, id).some(file => file.path === name) ? join(targetDir, name) : targetDir
}
