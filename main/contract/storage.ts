import * as z from 'zod'
import { Bytes, Timestamp } from './common.ts'
import { JobId } from './jobs.ts'
import { command, query } from './method.ts'

/** What the data directory holds; each file in it belongs to one part. */
export const storageParts = [
  'models',
  'datasets',
  'runs',
  'checkpoints',
  'evaluations',
  'database',
  'backups',
  'replaced',
  'logs',
  'unneeded',
  'quarantine',
  'working',
  'other',
] as const
export const StoragePart = z.enum(storageParts)
export type StoragePart = z.output<typeof StoragePart>

const Count = z.number().int().nonnegative()

export const removedKinds = ['model', 'dataset', 'run', 'evaluation', 'deployment'] as const
/** Something that was removed and can still be taken back. */
export const RemovedItem = z.object({
  kind: z.enum(removedKinds),
  id: z.string(),
  name: z.string(),
  sizeBytes: Bytes.meta({ description: 'what it holds in the data directory; several may share the same bytes' }),
  removedAt: Timestamp,
  restorableUntil: Timestamp.meta({ description: 'from then on its bytes are deleted, within six hours' }),
})
export type RemovedItem = z.output<typeof RemovedItem>

export const StorageUse = z.object({
  measuredAt: Timestamp,
  dataDir: z.string(),
  parts: z.array(z.object({ part: StoragePart, files: Count, sizeBytes: Bytes })),
  sizeBytes: Bytes.meta({ description: 'of all parts together' }),
  disk: z.object({
    totalBytes: Bytes,
    freeBytes: Bytes,
    reserveBytes: Bytes.meta({ description: 'what imports leave free: they are refused before that' }),
  }),
  freeable: z
    .object({ blobs: Count, folders: Count, freedBytes: Bytes })
    .meta({ description: 'what nothing needs, and storage prune would delete now' }),
  waitsFor: z.string().optional().meta({
    description: 'what is being stored just now: until it has ended nothing can be freed',
  }),
})
export type StorageUse = z.output<typeof StorageUse>

/** Of the files that the data directory should hold, one that is not as it was stored. */
export const StoredProblem = z.object({
  kind: z.enum(['damaged', 'missing', 'unreadable']),
  path: z.string(),
  of: z.object({ kind: z.enum(['model', 'dataset']), id: z.string(), name: z.string() }),
  quarantined: z.boolean().meta({ description: 'it was moved aside, and is never served again' }),
})
export type StoredProblem = z.output<typeof StoredProblem>

export const StorageCheck = z.object({
  jobId: JobId,
  outcome: z.enum(['running', 'sound', 'problems', 'stopped', 'failed']),
  startedAt: Timestamp,
  endedAt: Timestamp.optional(),
  files: Count,
  sizeBytes: Bytes,
  problemCount: Count,
  problems: z.array(StoredProblem).meta({ description: 'the first 1,000' }),
})
export type StorageCheck = z.output<typeof StorageCheck>

export const storage = {
  show: query({
    description: 'Show what the data directory holds, by part, and what of it could be freed',
    policy: 'read',
    route: 'GET /storage',
    cli: { example: 'slipway storage show' },
    input: z.object({}),
    output: StorageUse,
  }),
  removed: query({
    description: 'List what was removed and can still be taken back, the next to go for good first',
    policy: 'read',
    route: 'GET /storage/removed',
    cli: { example: 'slipway storage removed' },
    input: z.object({}),
    output: z.object({ items: z.array(RemovedItem) }),
  }),
  prune: command({
    description:
      'Delete the bytes in the data directory that nothing needs any more, and tell how much that freed; what can be restored stays, and so do your own folders',
    policy: 'write',
    audit: 'storage.prune',
    route: 'POST /storage/prune',
    cli: { example: 'slipway storage prune' },
    input: z.object({}),
    output: z.object({
      blobs: z.number().int().meta({ description: 'files of the blob store that were deleted' }),
      folders: z.number().int().meta({ description: 'folders of models, runs and evaluations that were deleted' }),
      freedBytes: Bytes,
    }),
  }),
  verify: command({
    description:
      'Read every stored file of models and datasets again and compare it with its SHA-256; damaged ones are moved aside. Models in your own folders are checked one by one: models verify',
    policy: 'write',
    audit: 'storage.verify',
    route: 'POST /storage/verify',
    cli: { example: 'slipway storage verify', job: true, waits: true },
    input: z.object({}),
    output: z.object({ jobId: JobId, files: Count, sizeBytes: Bytes }),
  }),
  report: query({
    description: 'Show the last check of all stored files, and what it found',
    policy: 'read',
    route: 'GET /storage/check',
    cli: { example: 'slipway storage report' },
    input: z.object({}),
    output: z.object({ check: StorageCheck.optional() }),
  }),
}
