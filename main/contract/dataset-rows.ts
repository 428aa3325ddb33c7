import * as z from 'zod'

/** What the rows are for; each kind has columns of its own, see `main/domains/datasets/import/parquet-output.ts`. */
export const datasetKinds = ['text', 'sft', 'dpo', 'kto', 'reward', 'prompts'] as const
export const DatasetKind = z.enum(datasetKinds)
export type DatasetKind = z.output<typeof DatasetKind>

/** The shapes in which people have rows. */
export const datasetFormats = [
  'openai',
  'sharegpt',
  'alpaca',
  'prompt_response',
  'qianfan_sft',
  'qianfan_dpo',
  'qianfan_kto',
  'qianfan_reward',
  'dpo',
  'kto',
  'reward',
  'prompts',
  'text',
] as const
export const DatasetFormat = z.enum(datasetFormats)
export type DatasetFormat = z.output<typeof DatasetFormat>

/** What a column can be mapped to. */
export const datasetFields = [
  'messages',
  'tools',
  'system',
  'prompt',
  'input',
  'history',
  'response',
  'chosen',
  'rejected',
  'completion',
  'label',
  'responses',
  'scores',
  'text',
] as const
export const DatasetField = z.enum(datasetFields)
export type DatasetField = z.output<typeof DatasetField>

/** Why a row was left out. */
export const rowReasons = [
  'invalid_utf8',
  'invalid_json',
  'duplicate_key',
  'too_deep',
  'too_many_values',
  'lone_surrogate',
  'row_too_long',
  'unreadable',
  'csv_quote',
  'csv_columns',
  'not_a_row',
  'missing_field',
  'wrong_type',
  'unknown_role',
  'unsupported_content',
  'empty',
  'no_answer',
] as const
export const RowReason = z.enum(rowReasons)
export type RowReason = z.output<typeof RowReason>

export const RowIssue = z.object({
  file: z.string(),
  line: z.number().int().meta({ description: 'the line on which the row starts, from 1; for Parquet, the row' }),
  column: z.number().int().optional().meta({ description: 'byte within the line at which reading stopped, from 1' }),
  byteOffset: z.number().int().optional().meta({ description: 'where the row starts in the file' }),
  reason: RowReason,
  message: z.string(),
  sample: z.string().max(200),
})
export type RowIssue = z.output<typeof RowIssue>

export const ReasonCounts = z.partialRecord(RowReason, z.number().int())
export type ReasonCounts = z.output<typeof ReasonCounts>

/** What the reader found in a sample, and how it will read the rest. */
export const Detection = z.object({
  kind: DatasetKind,
  format: DatasetFormat,
  confidence: z.number().min(0).max(1).meta({ description: 'share of the sampled rows that this format can read' }),
  columns: z.partialRecord(DatasetField, z.string()).meta({ description: 'field → the column it comes from' }),
  ignoredColumns: z.array(z.string()),
  sampledRows: z.number().int(),
})
export type Detection = z.output<typeof Detection>

/** A column of a file as a sample of its rows shows it. `json`: texts that all hold JSON, as in CSV. */
export const SampleColumn = z.object({
  name: z.string(),
  type: z.enum(['text', 'number', 'boolean', 'object', 'array', 'null', 'json']),
  sourceType: z.string().optional().meta({ description: 'as the file declares it, such as BIGINT in Parquet' }),
  field: DatasetField.optional().meta({ description: 'what the import takes it for; absent: ignored' }),
})
export type SampleColumn = z.output<typeof SampleColumn>

/** The first rows of the first file, before and after. Long values are cut and end with an ellipsis. */
export const SamplePreview = z.object({
  columns: z.array(SampleColumn),
  rows: z.array(
    z.object({
      line: z.number().int().meta({ description: 'from 1; for Parquet, the row' }),
      cells: z.record(z.string(), z.string()).meta({
        description:
          'by column, text as it is and everything else as JSON; a row that is no object has one cell without a name',
      }),
      mapped: z.record(z.string(), z.unknown()).optional().meta({ description: 'the row that the import makes of it' }),
      problem: z.object({ reason: RowReason, message: z.string() }).optional().meta({
        description: 'why the import would leave it out',
      }),
    }),
  ),
})
export type SamplePreview = z.output<typeof SamplePreview>
