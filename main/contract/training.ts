import * as z from 'zod'
import {
  anyOf,
  Bytes,
  id,
  Lineage,
  Name,
  Purge,
  page,
  Ref,
  RemovedRef,
  Search,
  sortedPageInput,
  Timestamp,
} from './common.ts'
import { attemptInput, JobFailure, JobId, JobState, LogPage, logInput } from './jobs.ts'
import { command, query } from './method.ts'
import { trainingMethods } from './training-parameters.ts'

export const RunId = id('run')
export type RunId = z.output<typeof RunId>

const Method = z.enum(trainingMethods)

const Description = z.string().max(500)

const Range = z.object({ min: z.number(), max: z.number() })

/** Hyper-parameters: `--set key=value`. The method's schema decides; text is read as the key's own type. */
const Parameters = z.record(z.string(), z.unknown()).default({}).meta({
  cliFlag: 'set',
  description: 'hyper-parameters; slipway training schema METHOD lists them; @file.json reads a file',
})

export const MemoryTerm = z.object({
  name: z.string(),
  bytes: Bytes,
  formula: z.string(),
  source: z.string().optional(),
})

export const MemoryPlan = z.object({
  device: z.string(),
  totalBytes: Bytes.meta({ description: 'what is needed: the sum of the terms' }),
  freeBytes: Bytes.meta({ description: 'of the device, now' }),
  deviceBytes: Bytes.optional().meta({ description: 'all of the device, used or not' }),
  verdict: z.enum(['fits', 'tight', 'too_large']).meta({ description: 'in what is free now' }),
  startsWhenFree: z
    .boolean()
    .optional()
    .meta({ description: 'too large now, but it may be started: it waits until running jobs give memory back' }),
  terms: z.array(MemoryTerm),
  remedies: z.array(
    z.object({
      change: z.string(),
      parameters: z
        .record(z.string(), z.unknown())
        .meta({ description: 'to be set; empty: only a larger device helps' }),
      totalBytes: Bytes,
      harm: z.enum(['slower', 'quality', 'cuts_rows', 'hardware']).optional().meta({ description: 'what it costs' }),
    }),
  ),
})
export type MemoryPlan = z.output<typeof MemoryPlan>

export const TrainingPlan = z.object({
  method: Method,
  model: z.string(),
  dataset: z.array(z.string()),
  parameters: z.record(z.string(), z.unknown()),
  warnings: z.array(z.string()),
  rows: z.number().int(),
  steps: z.number().int().nullable().meta({
    description: 'null where rows are packed into sequences: how many there are is known when training starts',
  }),
  trainableParameters: z.number().int(),
  memory: MemoryPlan,
  processors: z
    .number()
    .int()
    .optional()
    .meta({ description: 'on the CPU: threads it would compute with if it started now' }),
})
export type TrainingPlan = z.output<typeof TrainingPlan>

export const Checkpoint = z.object({
  step: z.number().int(),
  sizeBytes: Bytes,
  createdAt: Timestamp,
  publishedAs: z.string().optional(),
})

export const MetricPoint = z.object({
  series: z.enum(['train', 'validation']),
  step: z.number().int(),
  epoch: z.number(),
  at: Timestamp.optional().meta({ description: 'when the trainer said it' }),
  loss: z.number().nullable(),
  learningRate: z.number().nullable().optional(),
  gradNorm: z.number().nullable().optional(),
  tokensPerSecond: z.number().optional(),
  memoryBytes: Bytes.optional(),
  more: z.record(z.string(), z.number().nullable()).optional(),
})
export type MetricPoint = z.output<typeof MetricPoint>

const figures = z.array(z.number().nullable())
/** One series in columns of one length, by rising step; null where a figure is no number or was not reported. */
export const CurveColumns = z.object({
  step: z.array(z.number().int()),
  epoch: z.array(z.number()),
  atMs: figures.meta({ description: 'milliseconds since 1970' }),
  loss: figures,
  learningRate: figures,
  gradNorm: figures,
  tokensPerSecond: figures,
  memoryBytes: figures,
})
export type CurveColumns = z.output<typeof CurveColumns>

export const Run = z.object({
  id: RunId,
  name: Name,
  description: z.string(),
  /** A run has one version: what it makes is versioned as a model. */
  version: z.literal(1),
  method: Method,
  state: JobState,
  phase: z.string().optional(),
  jobId: JobId.optional(),
  model: z.object({ id: z.string(), name: z.string() }),
  datasets: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      samplingRate: z.number().optional().meta({ description: 'how often its rows are used; absent: once' }),
    }),
  ),
  step: z.number().int(),
  totalSteps: z.number().int().optional(),
  loss: z.number().nullable().optional(),
  secondsLeft: z.number().optional(),
  sizeBytes: Bytes,
  failure: JobFailure.optional(),
  result: z.object({ id: z.string(), name: z.string() }).optional(),
  canResume: z.boolean(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  endedAt: Timestamp.optional(),
})
export type Run = z.output<typeof Run>

/** Everything that made the result, so that it can be made again. */
export const Provenance = z.object({
  seed: z.number().int(),
  environment: z.object({ name: z.string(), lockHash: z.string() }),
  code: z.object({ version: z.string(), workerSha256: z.string() }),
  machine: z.object({
    platform: z.string(),
    cpu: z.string(),
    cores: z.number().int(),
    memoryBytes: Bytes,
    device: z.string(),
    threads: z.number().int().optional().meta({ description: 'on the CPU: threads that it computed with' }),
  }),
})
export type Provenance = z.output<typeof Provenance>

export const RunDetail = Run.extend({
  parameters: z.record(z.string(), z.unknown()),
  facts: z
    .record(z.string(), z.unknown())
    .meta({ description: 'what the trainer said at its start: rows, tokens, trainable parameters, device' }),
  metrics: z.record(z.string(), z.number().nullable()),
  warnings: z.array(z.string()),
  checkpoints: z.array(Checkpoint),
  memory: MemoryPlan.optional(),
  provenance: Provenance,
  lineage: Lineage,
})
export type RunDetail = z.output<typeof RunDetail>

const planInput = {
  method: Method,
  model: Ref.meta({ description: 'the base: id, name, name@version or name@alias' }),
  dataset: z.array(Ref).min(1).max(20).meta({ description: 'frozen dataset versions; several are concatenated' }),
  validation: z
    .array(Ref)
    .max(20)
    .default([])
    .meta({ description: 'datasets that only measure; otherwise validationSplit holds rows back' }),
  samplingRate: z.record(z.string(), z.coerce.number().min(0.01).max(10)).default({}).meta({
    description:
      'how often the rows of a dataset are used, by its name: notes=0.1 takes a tenth of it by chance, notes=2 each row twice',
  }),
  set: Parameters,
  device: z.string().max(60).default('auto').meta({ description: 'auto, cpu, or a GPU such as cuda:0' }),
}

export const training = {
  methods: query({
    description: 'List the training methods, what each is for and the rows it takes',
    policy: 'read',
    route: 'GET /training/methods',
    cli: { example: 'slipway training methods' },
    input: z.object({}),
    output: z.object({
      items: z.array(
        z.object({
          method: Method,
          title: z.string(),
          titleZh: z.string(),
          help: z.string(),
          helpZh: z.string(),
          trainer: z.string(),
          datasetFormats: z.array(z.string()),
          parameters: z.number().int(),
        }),
      ),
    }),
  }),
  schema: query({
    description: 'List a method’s parameters: type, range, default, unit, effect, names elsewhere',
    policy: 'read',
    route: 'GET /training/methods/{method}/schema',
    cli: { args: ['method'], example: 'slipway training schema sft' },
    input: z.object({ method: Method, tuning: z.enum(['lora', 'qlora', 'full']).default('lora') }),
    output: z.object({
      method: Method,
      items: z.array(
        z.object({
          key: z.string(),
          default: z.unknown(),
          defaultFrom: z
            .string()
            .optional()
            .meta({ description: 'the parameter from whose value the default follows' }),
          allowed: z.string(),
          range: Range.optional(),
          choices: z.array(z.string()).optional(),
          pattern: z.string().optional(),
          items: Range.optional().meta({ description: 'how many entries a list may have' }),
          unit: z.string().optional(),
          group: z.string(),
          help: z.string(),
          helpZh: z.string(),
          type: z.enum(['integer', 'number', 'boolean', 'choice', 'string', 'list']),
          qianfanName: z.string().optional(),
          transformersName: z.string().optional(),
          appliesWhen: z
            .object({ key: z.string(), in: z.array(z.union([z.string(), z.boolean()])) })
            .optional()
            .meta({ description: 'it only has a meaning while another parameter has one of these values' }),
        }),
      ),
    }),
  }),
  plan: query({
    description: 'Say what a run would do and whether it fits in memory, term by term, before anything starts',
    policy: 'read',
    route: 'POST /training/plan',
    cli: { example: 'slipway training plan --method sft --model base --dataset notes --set loraRank=16' },
    input: z.object(planInput),
    output: TrainingPlan,
  }),
  start: command({
    description: 'Start a training run; it goes on when this program ends',
    policy: 'write',
    audit: 'training.start',
    route: 'POST /training/runs',
    cli: {
      example: 'slipway training start --method sft --model base --dataset notes --set epochs=2 --wait',
      job: true,
    },
    input: z.object({
      ...planInput,
      name: Name.optional().meta({ description: 'also the name of the model it makes' }),
      description: Description.default('').meta({ description: 'what it is for, in your own words' }),
      from: Ref.optional().meta({ description: 'an adapter to train further (incremental training)' }),
      environment: z.string().max(60).default('training'),
      anyway: z.boolean().default(false).meta({ description: 'start although the plan says that memory will not do' }),
    }),
    output: Run,
  }),
  retry: command({
    description: 'Start a new run with everything that an ended one was started with',
    policy: 'write',
    audit: 'training.retry',
    route: 'POST /training/runs/{id}/retry',
    cli: { args: ['id'], example: 'slipway training retry my-run --set microBatchSize=1', job: true },
    input: z.object({
      id: Ref,
      name: Name.optional().meta({ description: 'default: the old name with -again' }),
      set: Parameters.meta({ cliFlag: 'set', description: 'hyper-parameters that shall differ' }),
      device: z.string().max(60).optional().meta({ description: 'default: as before' }),
      anyway: z.boolean().default(false).meta({ description: 'start although the plan says that memory will not do' }),
    }),
    output: Run,
  }),
  list: query({
    description: 'List training runs, newest first or sorted otherwise',
    policy: 'read',
    route: 'GET /training/runs',
    cli: { example: 'slipway training list --sort loss --order asc' },
    input: z.object({
      ...sortedPageInput(['name', 'created', 'updated', 'loss'], 'created'),
      state: anyOf(JobState),
      method: anyOf(Method),
      q: Search.meta({ description: 'words in the name or the description' }),
    }),
    output: page(Run),
  }),
  show: query({
    description: 'Show a run: state, parameters, checkpoints, memory plan, what made it and what it made',
    policy: 'read',
    route: 'GET /training/runs/{id}',
    cli: { args: ['id'], example: 'slipway training show my-run' },
    input: z.object({ id: Ref }),
    output: RunDetail,
  }),
  logs: query({
    description: 'Read the last log lines of a run (of each of its attempts), or those around a line or with a text',
    policy: 'read',
    route: 'GET /training/runs/{id}/logs',
    cli: { args: ['id'], example: 'slipway training logs my-run --attempt 1' },
    input: z.object({ id: Ref, ...attemptInput, ...logInput }),
    output: LogPage,
  }),
  metrics: query({
    description: 'Read the curves of a run; long ones are thinned so that the extremes stay',
    policy: 'read',
    route: 'GET /training/runs/{id}/metrics',
    cli: { args: ['id'], example: 'slipway training metrics my-run --json' },
    input: z.object({
      id: Ref,
      after: z.coerce.number().int().min(-1).default(-1).meta({ description: 'only points after this step' }),
      points: z.coerce
        .number()
        .int()
        .min(2)
        .max(200_000)
        .default(2_000)
        .meta({ description: 'at most so many points a series' }),
    }),
    output: z.object({ items: z.array(MetricPoint), total: z.number().int() }),
  }),
  curves: query({
    description: 'Read the curves of a run in columns, for charts: a tenth of the bytes of its points',
    policy: 'read',
    route: 'GET /training/runs/{id}/curves',
    input: z.object({
      id: Ref,
      points: z.coerce
        .number()
        .int()
        .min(2)
        .max(200_000)
        .default(20_000)
        .meta({ description: 'at most so many points a series; what is thinned keeps its extremes' }),
    }),
    output: z.object({
      train: CurveColumns,
      validation: CurveColumns,
      total: z.number().int().meta({ description: 'points before thinning' }),
    }),
  }),
  update: command({
    description: 'Describe a run',
    policy: 'write',
    audit: 'training.update',
    route: 'PATCH /training/runs/{id}',
    cli: { args: ['id'], example: "slipway training update my-run --description 'half the learning rate'" },
    input: z.object({ id: Ref, description: Description }),
    output: RunDetail,
  }),
  stop: command({
    description: 'Stop a run; with --save it keeps a checkpoint to go on from',
    policy: 'write',
    audit: 'training.stop',
    route: 'POST /training/runs/{id}/stop',
    cli: { args: ['id'], example: 'slipway training stop my-run --save', job: true, waits: true },
    input: z.object({ id: Ref, save: z.boolean().default(false) }),
    output: Run,
  }),
  resume: command({
    description: 'Go on from the newest complete checkpoint (or --step N) with the same curve',
    policy: 'write',
    audit: 'training.resume',
    route: 'POST /training/runs/{id}/resume',
    cli: { args: ['id'], example: 'slipway training resume my-run --wait', job: true },
    input: z.object({
      id: Ref,
      step: z.coerce.number().int().positive().optional(),
      set: Parameters,
      acceptDrift: z
        .boolean()
        .default(false)
        .meta({ description: 'go on although settings or data differ from the checkpoint’s' }),
    }),
    output: Run,
  }),
  publish: command({
    description: 'Register a checkpoint of a run as a model version',
    policy: 'write',
    audit: 'training.publish',
    route: 'POST /training/runs/{id}/publish',
    cli: { args: ['id'], example: 'slipway training publish my-run --step 64 --name best' },
    input: z.object({ id: Ref, step: z.coerce.number().int().positive(), name: Name.optional() }),
    output: z.object({ id: z.string(), name: z.string() }),
  }),
  compare: query({
    description: 'Put runs side by side: the parameters that differ and where each curve stands',
    policy: 'read',
    route: 'GET /training/compare',
    cli: { args: ['id...'], example: 'slipway training compare run-a run-b' },
    input: z.object({ id: z.array(Ref).min(2).max(50) }),
    output: z.object({
      runs: z.array(
        z.object({
          id: RunId,
          name: z.string(),
          state: JobState,
          step: z.number().int(),
          loss: z.number().nullable(),
          bestValidationLoss: z.number().nullable(),
          seconds: z.number().nullable(),
        }),
      ),
      differences: z.array(z.object({ key: z.string(), values: z.array(z.unknown()) })),
    }),
  }),
  remove: command({
    description: 'Remove an ended run with its checkpoints and curves; models it made stay',
    policy: 'write',
    audit: 'training.remove',
    route: 'DELETE /training/runs/{id}',
    cli: { args: ['id'], example: 'slipway training remove my-run' },
    input: z.object({ id: Ref, purge: Purge }),
    output: z.object({ removed: RunId, freedBytes: Bytes, restorableUntil: Timestamp.optional() }),
  }),
  restore: command({
    description: 'Take back the removal of a run',
    policy: 'write',
    audit: 'training.restore',
    route: 'POST /training/runs/{id}/restore',
    cli: { args: ['id'], example: 'slipway training restore run_…' },
    input: z.object({ id: RemovedRef }),
    output: RunDetail,
  }),
}
