import * as z from 'zod'
import { Bytes, id, Lineage, Name, Timestamp } from './common.ts'
import { JobFailure, JobId, JobState } from './jobs.ts'
import { MemoryPlan } from './memory-plan.ts'
import { trainingMethods } from './training-parameters.ts'

export const RunId = id('run')
export type RunId = z.output<typeof RunId>

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
  method: z.enum(trainingMethods),
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
  tookSeconds: z
    .number()
    .optional()
    .meta({ description: 'how long it worked, once it has ended: all attempts together, waits in the queue left out' }),
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

/** Runs side by side: where each stands, and the settings in which they differ. */
export const RunComparison = z.object({
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
})
export type RunComparison = z.output<typeof RunComparison>
