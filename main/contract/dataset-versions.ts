import * as z from 'zod'
import { Bytes, FileEntry, id, Lineage, Name, Sha256, Timestamp } from './common.ts'
import { DatasetField, DatasetFormat, DatasetKind, ReasonCounts } from './dataset-rows.ts'

export const DatasetId = id('dset')
export type DatasetId = z.output<typeof DatasetId>
export const DatasetVersionId = id('dver')
export type DatasetVersionId = z.output<typeof DatasetVersionId>

/**
 * `importing`: rows are being read. `draft`: complete, may still be thrown away. `frozen`: published, the only state in
 * which a version trains or is evaluated on. `failed`: the import ended without a result. Rows never change.
 */
export const datasetStates = ['importing', 'draft', 'frozen', 'failed'] as const
export const DatasetState = z.enum(datasetStates)
export type DatasetState = z.output<typeof DatasetState>

/** A file that a version was made from, as it was when it was read. */
export const DatasetSource = z.object({
  path: z.string(),
  sizeBytes: Bytes,
  sha256: Sha256,
  rows: z.number().int(),
  badRows: z.number().int(),
})
export type DatasetSource = z.output<typeof DatasetSource>

export const splitRoles = ['train', 'validation', 'test'] as const
export const SplitRole = z.enum(splitRoles)
export type SplitRole = z.output<typeof SplitRole>

export const DatasetVersion = z.object({
  id: DatasetVersionId,
  datasetId: DatasetId,
  name: Name,
  version: z.number().int().positive(),
  state: DatasetState,
  kind: DatasetKind.optional().meta({ description: 'known once the import has looked at the rows' }),
  format: DatasetFormat.optional(),
  rows: z.number().int(),
  badRows: z.number().int(),
  sizeBytes: Bytes,
  aliases: z.array(z.string()),
  splitRole: SplitRole.optional(),
  problem: z.string().optional(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  frozenAt: Timestamp.optional(),
})
export type DatasetVersion = z.output<typeof DatasetVersion>

/** How a version was made, as far as it is not said by its sources. */
export const DatasetSettings = z.object({
  columns: z.partialRecord(DatasetField, z.string()).optional(),
  ignoredColumns: z.array(z.string()).optional(),
  ignoredFiles: z.array(z.object({ name: z.string(), why: z.string() })).optional(),
  split: z.string().optional(),
  seed: z.number().int().optional(),
  share: z.number().optional(),
  without: z
    .array(z.string())
    .optional()
    .meta({ description: 'problems whose rows were left out of a repaired version' }),
})
export type DatasetSettings = z.output<typeof DatasetSettings>

export const DatasetDetail = DatasetVersion.extend({
  description: z.string(),
  labels: z.array(z.string()),
  files: z.array(FileEntry.extend({ rows: z.number().int() })),
  sources: z.array(DatasetSource),
  reasons: ReasonCounts,
  settings: DatasetSettings,
  lineage: Lineage,
  versions: z.array(
    z.object({
      id: DatasetVersionId,
      version: z.number().int(),
      state: DatasetState,
      splitRole: SplitRole.optional(),
      createdAt: Timestamp,
    }),
  ),
})
export type DatasetDetail = z.output<typeof DatasetDetail>

const Histogram = z.array(z.object({ from: z.number(), to: z.number(), rows: z.number().int() }))
/** What one column of a version holds. */
export const ColumnStats = z.object({
  column: z.string(),
  rows: z.number().int(),
  empty: z.number().int(),
  distinct: z.number().int().meta({ description: 'estimated by HyperLogLog, within about 5 %' }),
  characters: z.object({
    min: z.number(),
    mean: z.number(),
    median: z.number(),
    p95: z.number(),
    max: z.number(),
    histogram: Histogram,
  }),
})
