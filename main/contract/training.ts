import * as z from 'zod'
import { anyOf, Bytes, Name, Purge, page, Ref, RemovedRef, Search, sortedPageInput, Timestamp } from './common.ts'
import { attemptInput, JobState, LogPage, logInput } from './jobs.ts'
import { MemoryPlan } from './memory-plan.ts'
import { command, query } from './method.ts'
import { CurveColumns, MetricPoint, Run, RunComparison, RunDetail, RunId } from './runs.ts'
import { trainingMethods } from './training-parameters.ts'

const Method = z.enum(trainingMethods)

const Description = z.string().max(500)

const Range = z.object({ min: z.number(), max: z.number() })

/** Hyper-parameters: `--set key=value`. The method's schema decides; text is read as the key's own type. */
const Parameters = z.record(z.string(), z.unknown()).default({}).meta({
  cliFlag: 'set',
  description: 'hyper-parameters; slipway training schema METHOD lists them; @file.json reads a file',
})

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
    output: RunComparison,
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
