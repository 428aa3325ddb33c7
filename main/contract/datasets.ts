import * as z from 'zod'
import {
  Alias,
  anyOf,
  Bytes,
  graphLimits,
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
import { ColumnStats, DatasetDetail, DatasetState, DatasetVersion, DatasetVersionId } from './dataset-versions.ts'
import { JobId } from './jobs.ts'
import { command, query } from './method.ts'

const Label = z
  .string()
  .trim()
  .min(1)
  .max(60)
  .regex(/^[^\p{Cc}\p{Cs}]+$/u)
const Description = z.string().max(300)
const DatasetRef = Ref.meta({ description: 'id or name (then the newest version), NAME@2, NAME@alias' })

const SequenceLength = z.coerce.number().int().min(16).max(1_048_576).optional()
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
      maxSequenceLength: SequenceLength,
      rows: z.coerce.number().int().min(1).max(100).default(5).meta({ description: 'how many rendered rows to show' }),
      first: z.coerce.number().int().min(1).max(1_000_000_000).optional().meta({
        description: 'render only so many rows for the model, from the first; default: all',
      }),
      progressId: z.string().min(8).max(60).optional().meta({
        description: 'an id of your own making: events of the topic metrics with it tell how far the check is',
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
      maxSequenceLength: SequenceLength,
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
      maxSequenceLength: SequenceLength,
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
    description: 'Rename a dataset, describe it, set labels, point an alias at a version or take it away',
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
      removeAlias: Alias.optional().meta({ description: 'an alias of this version that is to name none' }),
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
