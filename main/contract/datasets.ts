import * as z from 'zod'
import {
  anyOf,
  Bytes,
  FileEntry,
  graphLimits,
  id,
  Lineage,
  LineageGraph,
  Name,
  Path,
  Purge,
  page,
  Ref,
  RemovedRef,
  Sha256,
  sortedPageInput,
  Timestamp,
} from './common.ts'
import { CheckReport, RenderedRow } from './dataset-checks.ts'
import {
  DatasetField,
  DatasetFormat,
  DatasetKind,
  Detection,
  ReasonCounts,
  RowIssue,
  RowReason,
  SamplePreview,
} from './dataset-rows.ts'
import { JobId } from './jobs.ts'
import { command, query } from './method.ts'

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

const Label = z
  .string()
  .trim()
  .min(1)
  .max(60)
  .regex(/^[^\p{Cc}\p{Cs}]+$/u)
const Description = z.string().max(300)
const Alias = z
  .string()
  .regex(/^[a-z][a-z0-9._-]{0,59}$/, 'lower-case letters, digits, dot, dash and underscore, beginning with a letter')
const DatasetRef = Ref.meta({ description: 'id or name (then the newest version), NAME@2, NAME@alias' })

const Histogram = z.array(z.object({ from: z.number(), to: z.number(), rows: z.number().int() }))
const ColumnStats = z.object({
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

const byRef = z.object({ id: DatasetRef })
const ColumnMapInput = z.partialRecord(DatasetField, z.string().min(1).max(200)).optional().meta({
  description:
    'field=column, for columns with names of their own: prompt=Question,response=Answer, or --map for each; @FILE reads JSON',
})
const SplitInput = z
  .string()
  .max(60)
  .optional()
  .meta({ description: 'of a folder with train, validation and test files, the one to read; all mixes them' })

export const datasets = {
  import: command({
    description: 'Read rows from a file, folder or archive into a new dataset, or into a new version of one',
    policy: 'write',
    audit: 'datasets.import',
    route: 'POST /datasets/import',
    cli: {
      args: ['path'],
      example: 'slipway datasets import dialogues.jsonl --name dialogues',
      job: true,
      waits: true,
    },
    input: z.object({
      path: Path,
      name: Name.optional().meta({ description: 'default: the file’s name; a known name gets a new version' }),
      format: DatasetFormat.optional().meta({ description: 'detected from the rows otherwise' }),
      map: ColumnMapInput,
      split: SplitInput,
      description: Description.default(''),
      label: z.array(Label).max(20).default([]),
    }),
    output: DatasetVersion.extend({ jobId: JobId }),
  }),
  detect: query({
    description: 'Say how a file would be read, with its first rows before and after, without importing it',
    policy: 'write',
    route: 'GET /datasets/detect',
    cli: { args: ['path'], example: 'slipway datasets detect dialogues.jsonl' },
    input: z.object({
      path: Path,
      format: DatasetFormat.optional(),
      map: ColumnMapInput,
      split: SplitInput,
    }),
    output: Detection.extend({
      files: z.array(z.object({ path: z.string(), sizeBytes: Bytes, format: z.string() })),
      issues: z.array(RowIssue),
      preview: SamplePreview,
    }),
  }),
  list: query({
    description: 'List datasets, newest first or sorted otherwise',
    policy: 'read',
    route: 'GET /datasets',
    cli: { example: 'slipway datasets list --kind sft --sort rows' },
    input: z.object({
      ...sortedPageInput(['name', 'created', 'updated', 'size', 'rows'], 'created'),
      kind: anyOf(DatasetKind),
      state: anyOf(DatasetState),
      label: anyOf(Label),
      q: z.string().max(200).optional().meta({ description: 'words in name or description' }),
    }),
    output: page(DatasetVersion),
  }),
  show: query({
    description: 'Show a dataset version: facts, files, sources with SHA-256, lineage, other versions',
    policy: 'read',
    route: 'GET /datasets/{id}',
    cli: { args: ['id'], example: 'slipway datasets show dialogues@1' },
    input: byRef,
    output: DatasetDetail,
  }),
  graph: query({
    description:
      'Show what a dataset version was made from, files included, and what was made of it, over several steps',
    policy: 'read',
    route: 'GET /datasets/{id}/graph',
    cli: { args: ['id'], example: 'slipway datasets graph dialogues --depth 3' },
    input: z.object({ id: DatasetRef, ...graphLimits }),
    output: LineageGraph,
  }),
  preview: query({
    description: 'Read some rows of a version, all or those that contain a text',
    policy: 'read',
    route: 'GET /datasets/{id}/rows',
    cli: { args: ['id'], example: 'slipway datasets preview dialogues --offset 100 --limit 5' },
    input: z.object({
      id: DatasetRef,
      offset: z.coerce.number().int().min(0).default(0),
      limit: z.coerce.number().int().min(1).max(1000).default(20),
      search: z.string().min(1).max(1000).optional().meta({ description: 'rows that contain this text, in any case' }),
      regex: z.string().min(1).max(1000).optional().meta({ description: 'rows that match this RE2 expression' }),
    }),
    output: z.object({
      kind: DatasetKind,
      total: z.number().int().meta({ description: 'rows of the version, or rows that match' }),
      rows: z.array(z.object({ row: z.number().int(), data: z.record(z.string(), z.unknown()) })),
    }),
  }),
  stats: query({
    description: 'Count rows, empty values and lengths of a version, column by column',
    policy: 'read',
    route: 'GET /datasets/{id}/stats',
    cli: { args: ['id'], example: 'slipway datasets stats dialogues' },
    input: byRef,
    output: z.object({ kind: DatasetKind, rows: z.number().int(), columns: z.array(ColumnStats) }),
  }),
  issues: query({
    description: 'List the rows that an import left out, with line, reason and a sample',
    policy: 'read',
    route: 'GET /datasets/{id}/issues',
    cli: { args: ['id'], example: 'slipway datasets issues dialogues --reason invalid_json' },
    input: z.object({
      id: DatasetRef,
      reason: RowReason.optional(),
      offset: z.coerce.number().int().min(0).default(0),
      limit: z.coerce.number().int().min(1).max(1000).default(50),
    }),
    output: z.object({
      badRows: z.number().int(),
      reasons: ReasonCounts,
      stored: z.number().int().meta({
        description:
          'how many (of this reason) were kept: up to 100,000 or 32 MiB of an import, and the first 100 of each reason; the counts are complete',
      }),
      items: z.array(RowIssue),
    }),
  }),
  check: query({
    description: 'Find what would hurt training: duplicates, empty turns, masked labels, leaks into validation',
    policy: 'read',
    route: 'GET /datasets/{id}/check',
    cli: {
      args: ['id'],
      example: 'slipway datasets check dialogues --model base --method sft',
      passes: { field: 'verdict', values: ['ready', 'usable'] },
    },
    input: z.object({
      id: DatasetRef,
      model: Ref.optional().meta({ description: 'render rows with the chat template and tokenizer of this model' }),
      method: z.string().max(40).optional().meta({ description: 'the training method the rows are for' }),
      against: DatasetRef.optional().meta({ description: 'a validation or test version that must not share rows' }),
      maxSequenceLength: z.coerce.number().int().min(16).max(1_048_576).optional(),
      rows: z.coerce.number().int().min(1).max(100).default(5).meta({ description: 'how many rendered rows to show' }),
      first: z.coerce.number().int().min(1).max(1_000_000_000).optional().meta({
        description: 'render only so many rows for the model, from the first; default: all',
      }),
    }),
    output: CheckReport,
  }),
  render: query({
    description: 'Show some rows as a model would be shown them, token by token, with what the loss sees',
    policy: 'read',
    route: 'GET /datasets/{id}/rendered',
    input: z.object({
      id: DatasetRef,
      model: Ref,
      method: z.string().max(40).optional().meta({ description: 'the training method the rows are for' }),
      maxSequenceLength: z.coerce.number().int().min(16).max(1_048_576).optional(),
      offset: z.coerce.number().int().min(0).default(0),
      limit: z.coerce.number().int().min(1).max(100).default(10),
    }),
    output: z.object({
      rows: z.array(RenderedRow).meta({ description: 'for pairs, two per row' }),
      problems: z
        .array(z.object({ row: z.number().int(), code: z.string(), message: z.string() }))
        .meta({ description: 'rows that cannot be rendered, or teach nothing' }),
    }),
  }),
  freeze: command({
    description: 'Publish a version: only frozen versions train',
    policy: 'write',
    audit: 'datasets.freeze',
    route: 'POST /datasets/{id}/freeze',
    cli: { args: ['id'], example: 'slipway datasets freeze dialogues' },
    input: byRef,
    output: DatasetVersion,
  }),
  repair: command({
    description: 'Make a new version without the rows that have some of the problems that check names',
    policy: 'write',
    audit: 'datasets.repair',
    route: 'POST /datasets/{id}/repair',
    cli: { args: ['id'], example: 'slipway datasets repair dialogues --without duplicate empty_answer' },
    input: z.object({
      id: DatasetRef,
      without: z
        .array(z.string().regex(/^[a-z_]{1,60}$/))
        .min(1)
        .max(30)
        .meta({ description: 'codes of problems, such as duplicate; render_… needs the model' }),
      model: Ref.optional(),
      method: z.string().max(40).optional(),
      against: DatasetRef.optional(),
      maxSequenceLength: z.coerce.number().int().min(16).max(1_048_576).optional(),
    }),
    output: DatasetVersion,
  }),
  split: command({
    description: 'Divide a version by chance into new versions for training, validation and test',
    policy: 'write',
    audit: 'datasets.split',
    route: 'POST /datasets/{id}/split',
    cli: { args: ['id'], example: 'slipway datasets split dialogues --validation 0.1 --test 0.1 --seed 42' },
    input: z.object({
      id: DatasetRef,
      validation: z.coerce.number().min(0).max(0.9).default(0.1),
      test: z.coerce.number().min(0).max(0.9).default(0),
      seed: z.coerce.number().int().min(0).max(2_147_483_647).default(42),
    }),
    output: z.object({ items: z.array(DatasetVersion) }),
  }),
  update: command({
    description: 'Rename a dataset, describe it, set labels, point an alias at a version',
    policy: 'write',
    audit: 'datasets.update',
    route: 'PATCH /datasets/{id}',
    cli: { args: ['id'], example: 'slipway datasets update dialogues@2 --alias golden' },
    input: z.object({
      id: DatasetRef,
      name: Name.optional(),
      description: Description.optional(),
      label: z.array(Label).max(20).optional(),
      alias: Alias.optional().meta({ description: 'a name for this version, moved if another one has it' }),
    }),
    output: DatasetDetail,
  }),
  export: command({
    description: 'Write the rows of a version to a new file: .jsonl, .csv or .parquet',
    policy: 'write',
    audit: 'datasets.export',
    route: 'POST /datasets/{id}/export',
    cli: { args: ['id', 'path'], example: 'slipway datasets export dialogues dialogues.jsonl' },
    input: z.object({
      id: DatasetRef,
      path: Path,
      fileFormat: z.enum(['jsonl', 'csv', 'parquet']).optional().meta({ description: 'from the file name otherwise' }),
      annotations: z
        .boolean()
        .default(true)
        .meta({ description: 'false leaves out answers, preferences, labels and scores' }),
      leftOut: z.boolean().default(false).meta({
        description: 'write the rows that the import left out instead, with place and reason, as .jsonl',
      }),
    }),
    output: z.object({ path: z.string(), rows: z.number().int(), sizeBytes: Bytes, sha256: Sha256 }),
  }),
  remove: command({
    description: 'Remove a dataset with all its versions, or one version; what was made from it stays explained',
    policy: 'write',
    audit: 'datasets.remove',
    route: 'DELETE /datasets/{id}',
    cli: { args: ['id'], example: 'slipway datasets remove dialogues@1' },
    input: z.object({ id: DatasetRef, purge: Purge }),
    output: z.object({ removed: z.array(DatasetVersionId), restorableUntil: Timestamp.optional() }),
  }),
  restore: command({
    description: 'Take back the removal of a dataset version',
    policy: 'write',
    audit: 'datasets.restore',
    route: 'POST /datasets/{id}/restore',
    cli: { args: ['id'], example: 'slipway datasets restore dver_…' },
    input: z.object({ id: RemovedRef }),
    output: DatasetDetail,
  }),
}
