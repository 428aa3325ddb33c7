import * as z from 'zod'
import {
  anyOf,
  Bytes,
  id,
  Lineage,
  Name,
  Path,
  Purge,
  page,
  Ref,
  RemovedRef,
  Search,
  sortedPageInput,
  Timestamp,
} from './common.ts'
import { JobFailure, JobId, JobState } from './jobs.ts'
import { command, query } from './method.ts'

export const EvaluationId = id('eval')
export type EvaluationId = z.output<typeof EvaluationId>

export const metricNames = [
  'exact_match',
  'accuracy',
  'f1',
  'rouge_1',
  'rouge_2',
  'rouge_l',
  'bleu4',
  'edit_distance',
  'edit_similarity',
  'contains',
  'json_equal',
  'regex_match',
] as const
export const MetricName = z.enum(metricNames)
export type MetricName = z.output<typeof MetricName>

/** Mean over the rows with a bootstrap interval (95 %). */
export const Score = z.object({
  metric: z.string(),
  value: z.number(),
  low: z.number(),
  high: z.number(),
  rows: z.number().int(),
})
export type Score = z.output<typeof Score>

/** Two objects on the same rows: the difference, its interval, and whether chance alone explains it. */
export const Comparison = z.object({
  metric: z.string(),
  first: z.string(),
  second: z.string(),
  difference: z.number().meta({ description: 'second minus first' }),
  low: z.number(),
  high: z.number(),
  isSignificant: z.boolean().meta({ description: 'the 95 % interval does not contain zero' }),
})
export type Comparison = z.output<typeof Comparison>

export const EvaluationObject = z.object({
  name: z.string(),
  kind: z.enum(['model', 'deployment']),
  id: z.string(),
  rows: z.number().int(),
  failedRows: z.number().int(),
  scores: z.array(Score),
  latencyMs: z.object({ mean: z.number(), p50: z.number(), p95: z.number() }).optional(),
  completionTokens: z.number().int(),
})
export type EvaluationObject = z.output<typeof EvaluationObject>

export const Generation = z.object({
  maxTokens: z.coerce.number().int().min(1).max(32_768).default(256),
  temperature: z.coerce.number().min(0).max(2).default(0),
  topP: z.coerce.number().gt(0).max(1).default(1),
  seed: z.coerce.number().int().default(42),
})

export const Evaluation = z.object({
  id: EvaluationId,
  name: Name,
  version: z.literal(1),
  state: JobState,
  jobId: JobId.optional(),
  dataset: z.object({ id: z.string(), name: z.string() }),
  heldBackBy: z
    .object({ id: z.string(), name: z.string() })
    .optional()
    .meta({ description: 'the run that did not learn from these rows of its dataset' }),
  objects: z.array(EvaluationObject),
  metrics: z.array(MetricName),
  rows: z.number().int(),
  sizeBytes: Bytes,
  failure: JobFailure.optional(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  endedAt: Timestamp.optional(),
  tookSeconds: z
    .number()
    .optional()
    .meta({ description: 'how long it worked, once it has ended: all attempts together, waits in the queue left out' }),
})
export type Evaluation = z.output<typeof Evaluation>

export const EvaluationDetail = Evaluation.extend({
  generation: Generation.extend({ systemPrompt: z.string().optional() }),
  comparisons: z.array(Comparison),
  warnings: z.array(z.string()),
  lineage: Lineage,
})
export type EvaluationDetail = z.output<typeof EvaluationDetail>

/** One row of a result set: what was asked, what should come, what came. */
export const ResultRow = z.object({
  row: z.number().int(),
  prompt: z.string(),
  reference: z.string(),
  prediction: z.string().nullable(),
  error: z.string().optional(),
  finishReason: z.string().optional(),
  latencyMs: z.number().optional(),
  firstTokenMs: z.number().optional(),
  completionTokens: z.number().int().optional(),
  scores: z.record(z.string(), z.number()).optional(),
})
export type ResultRow = z.output<typeof ResultRow>

const LocalText = z.object({ en: z.string(), 'zh-CN': z.string() })

/** How a metric is to be read. */
export const MetricFacts = z.object({
  name: MetricName,
  title: LocalText,
  description: LocalText,
  direction: z.enum(['higher', 'lower']).meta({ description: 'which is better' }),
  unit: z.enum(['fraction', 'characters']),
})
export type MetricFacts = z.output<typeof MetricFacts>

/**
 * Which rows of a comparison are wanted. `differ`: the two objects answered differently; `first` and `second`: that one
 * scored better; `errors`: one of all objects has no answer.
 */
export const rowFilters = ['all', 'differ', 'first', 'second', 'errors'] as const
export const RowFilter = z.enum(rowFilters)
export type RowFilter = z.output<typeof RowFilter>

/** One question, and what each object answered to it. */
export const ComparedRow = z.object({
  row: z.number().int(),
  prompt: z.string(),
  reference: z.string(),
  answers: z.array(ResultRow.omit({ row: true, prompt: true, reference: true }).extend({ object: z.string() })).meta({
    description: 'in the order of the objects; those that have not come to this row are left out',
  }),
})
export type ComparedRow = z.output<typeof ComparedRow>

export const evaluation = {
  start: command({
    description: 'Let models answer a dataset’s prompts, store every answer, and score them',
    policy: 'write',
    audit: 'evaluation.start',
    route: 'POST /evaluations',
    cli: {
      example: 'slipway evaluation start --object base tuned --dataset held-out --metric exact_match,f1 --wait',
      job: true,
    },
    input: z.object({
      object: z
        .array(Ref)
        .min(1)
        .max(5)
        .meta({ description: 'models or deployments; a model is served for the time of its evaluation' }),
      dataset: Ref.optional(),
      heldBack: Ref.optional().meta({
        description: 'instead of a dataset: a training run, whose rows that validationSplit held back are asked',
      }),
      metric: z.array(MetricName).min(1).max(metricNames.length).default(['exact_match', 'f1', 'rouge_l']),
      name: Name.optional(),
      limit: z.coerce.number().int().min(1).max(1_000_000).optional().meta({ description: 'only the first rows' }),
      ...Generation.shape,
      systemPrompt: z.string().max(20_000).optional().meta({ description: 'put before every prompt that has none' }),
    }),
    output: Evaluation,
  }),
  list: query({
    description: 'List evaluations, newest first or sorted otherwise',
    policy: 'read',
    route: 'GET /evaluations',
    cli: { example: 'slipway evaluation list --sort name' },
    input: z.object({
      ...sortedPageInput(['name', 'created', 'updated'], 'created'),
      state: anyOf(JobState),
      q: Search,
    }),
    output: page(Evaluation),
  }),
  show: query({
    description: 'Show an evaluation: scores with intervals, and how its objects compare',
    policy: 'read',
    route: 'GET /evaluations/{id}',
    cli: { args: ['id'], example: 'slipway evaluation show my-evaluation' },
    input: z.object({ id: Ref }),
    output: EvaluationDetail,
  }),
  results: query({
    description: 'Read the stored answers row by row, with their scores',
    policy: 'read',
    route: 'GET /evaluations/{id}/results',
    cli: { args: ['id', 'object'], example: 'slipway evaluation results my-evaluation tuned --limit 10' },
    input: z.object({
      id: Ref,
      object: z.string().max(300).meta({ description: 'the object’s name' }),
      offset: z.coerce.number().int().min(0).default(0),
      limit: z.coerce.number().int().min(1).max(1000).default(50),
    }),
    output: z.object({ items: z.array(ResultRow), total: z.number().int() }),
  }),
  rows: query({
    description: 'Read the rows of an evaluation with the answers of all its objects side by side; filter and search',
    policy: 'read',
    route: 'GET /evaluations/{id}/rows',
    cli: { args: ['id'], example: 'slipway evaluation rows my-evaluation --filter second --sort difference --limit 5' },
    input: z.object({
      id: Ref,
      metric: MetricName.optional().meta({ description: 'that decides who is better; default: the first one' }),
      first: z.string().max(400).optional().meta({ description: 'an object’s name; default: the first one' }),
      second: z.string().max(400).optional().meta({ description: 'an object’s name; default: the second one' }),
      filter: RowFilter.default('all'),
      q: z.string().max(200).optional().meta({ description: 'text in prompt, reference or answers, in any case' }),
      sort: z.enum(['row', 'difference']).default('row').meta({ description: 'difference: the largest first' }),
      offset: z.coerce.number().int().min(0).default(0),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    output: z.object({
      items: z.array(ComparedRow),
      total: z.number().int(),
      counts: z.record(RowFilter, z.number().int()).meta({ description: 'rows that match the search, by filter' }),
    }),
  }),
  metrics: query({
    description: 'List the metrics that answers can be scored by, and what they mean',
    policy: 'read',
    route: 'GET /evaluations/metrics',
    cli: { example: 'slipway evaluation metrics' },
    input: z.object({}),
    output: z.object({ items: z.array(MetricFacts) }),
  }),
  report: command({
    description: 'Write the report to a new file: .json, .md or .html',
    policy: 'write',
    audit: 'evaluation.report',
    route: 'POST /evaluations/{id}/report',
    cli: { args: ['id', 'path'], example: 'slipway evaluation report my-evaluation report.html' },
    input: z.object({ id: Ref, path: Path }),
    output: z.object({ path: z.string(), sizeBytes: Bytes }),
  }),
  stop: command({
    description: 'Stop an evaluation; the answers so far stay',
    policy: 'write',
    audit: 'evaluation.stop',
    route: 'POST /evaluations/{id}/stop',
    cli: { args: ['id'], example: 'slipway evaluation stop my-evaluation', job: true, waits: true },
    input: z.object({ id: Ref }),
    output: Evaluation,
  }),
  remove: command({
    description: 'Remove an ended evaluation with its stored answers',
    policy: 'write',
    audit: 'evaluation.remove',
    route: 'DELETE /evaluations/{id}',
    cli: { args: ['id'], example: 'slipway evaluation remove my-evaluation' },
    input: z.object({ id: Ref, purge: Purge }),
    output: z.object({ removed: EvaluationId, freedBytes: Bytes, restorableUntil: Timestamp.optional() }),
  }),
  restore: command({
    description: 'Take back the removal of an evaluation',
    policy: 'write',
    audit: 'evaluation.restore',
    route: 'POST /evaluations/{id}/restore',
    cli: { args: ['id'], example: 'slipway evaluation restore eval_…' },
    input: z.object({ id: RemovedRef }),
    output: EvaluationDetail,
  }),
}
