import * as z from 'zod'
import { type ErrorCode, errorCodes } from './errors.ts'

/**
 * The wire between a runner and a Python worker (train, check, merge, serve): one JSON object per line, events on the
 * worker's stdout, commands on its stdin. The last event is finished, stopped or failed. `npm run gen` writes the
 * schema for the Python side.
 */

const count = z.number().int().nonnegative()
/** NaN and infinity do not exist in JSON: such a figure is null. */
const figure = z.number().nullable()
const figures = z.record(z.string(), figure)
const details = z.record(z.string(), z.unknown())
const path = z.string().min(1)

const code = z.enum(errorCodes as [ErrorCode, ...ErrorCode[]])
const checkpointRef = z.strictObject({ step: count, path })

/** What a failed worker says: the same envelope as every other error. */
export const WorkerFailure = z.strictObject({
  event: z.literal('failed'),
  code,
  message: z.string(),
  hint: z.string().optional(),
  details: details.optional(),
})

/** How the rows of a dataset fare with a model, a method and a sequence length. */
export const CheckReport = z.strictObject({
  rows: count,
  usableRows: count,
  problemRows: count.meta({ description: 'cannot be rendered, or teach nothing; training leaves them out' }),
  truncatedRows: count,
  tokens: z.strictObject({ total: count, learned: count, truncated: count, longest: count, mean: z.number() }),
  maxSequenceLength: count,
  histogram: z.array(z.strictObject({ fromTokens: count, toTokens: count, rows: count })),
})
export type CheckReport = z.output<typeof CheckReport>

export const WorkerEvent = z.discriminatedUnion('event', [
  z.strictObject({ event: z.literal('phase'), phase: z.string() }),
  /** Every five seconds, whatever else happens. Engines add their load. */
  z.strictObject({
    event: z.literal('heartbeat'),
    memoryBytes: count,
    active: count.optional(),
    queued: count.optional(),
    tokensPerSecond: z.number().optional(),
  }),
  z.strictObject({
    event: z.literal('started'),
    totalSteps: count,
    epochs: z.number(),
    resumedAtStep: count,
    rows: count,
    sequences: count.meta({ description: 'after packing' }),
    validationRows: count,
    heldBackRows: count
      .optional()
      .meta({ description: 'rows of the data that no step learns from, as the run wrote down' }),
    tokensPerEpoch: count,
    trainableParameters: count,
    totalParameters: count,
    microBatchSize: count,
    gradientAccumulationSteps: count,
    device: z.string(),
    /** Absent from workers of earlier releases, whose journals are still read. */
    threads: count.optional(),
    precision: z.enum(['fp32', 'bf16', 'fp16']),
  }),
  z.strictObject({
    event: z.literal('step'),
    step: count,
    epoch: z.number(),
    loss: figure,
    learningRate: figure,
    gradNorm: figure,
    tokensPerSecond: z.number(),
    samplesPerSecond: z.number(),
    memoryBytes: count.meta({ description: "resident, or the GPU's highest reservation" }),
    secondsLeft: z.number(),
    metrics: figures.meta({ description: "the method's own, under trl's names, such as rewards/margins" }),
  }),
  z.strictObject({ event: z.literal('evaluation'), step: count, epoch: z.number(), loss: figure, metrics: figures }),
  z.strictObject({
    event: z.literal('checkpoint'),
    step: count,
    path,
    sizeBytes: count,
    kept: z.array(checkpointRef).meta({ description: 'all that exist now, oldest first' }),
  }),
  z.strictObject({ event: z.literal('warning'), code: z.string(), message: z.string(), details: details.optional() }),
  z.strictObject({ event: z.literal('progress'), done: count, total: count }),
  /** One row as the model sees it: its text in parts, and which of them teach. */
  z.strictObject({
    event: z.literal('sample'),
    row: count,
    side: z.enum(['chosen', 'rejected']).optional(),
    tokens: count,
    learnedTokens: count,
    truncatedTokens: count,
    parts: z.array(z.strictObject({ text: z.string(), learned: z.boolean() })),
    pieces: z
      .array(z.strictObject({ text: z.string(), learned: z.boolean(), special: z.boolean() }))
      .optional()
      .meta({ description: 'one per token, where they were asked for' }),
  }),
  z.strictObject({ event: z.literal('problem'), row: count, code: z.string(), message: z.string() }),
  /** The engine listens on `socket`. */
  z.strictObject({
    event: z.literal('ready'),
    socket: path,
    contextLength: count,
    device: z.string(),
    dtype: z.string(),
    hasChatTemplate: z.boolean(),
    can: z.array(z.enum(['generate', 'embed'])),
    loadSeconds: z.number(),
  }),
  z.strictObject({
    event: z.literal('finished'),
    artifact: z.strictObject({ path, kind: z.enum(['adapter', 'model']), sizeBytes: count }).optional(),
    report: CheckReport.optional(),
    metrics: figures,
  }),
  /** Ended because it was asked to; `checkpoint` is where a run can go on, if that was asked for too. */
  z.strictObject({ event: z.literal('stopped'), step: count, checkpoint: path.nullable() }),
  WorkerFailure,
])
export type WorkerEvent = z.output<typeof WorkerEvent>

/** The end of stdin says the same as `stop` with `save`: the runner is gone. */
export const WorkerCommand = z.discriminatedUnion('command', [
  z.strictObject({ command: z.literal('stop'), save: z.boolean().default(false) }),
])
export type WorkerCommand = z.input<typeof WorkerCommand>

/** JSON Schema (draft 2020-12) of both directions, as `native/worker/slipway_worker/wire.schema.json` keeps it. */
export const workerWireSchema = (): object => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Slipway worker wire',
  description: 'Generated from main/contract/worker.ts by main/setup/generate-wire-schema.ts: do not edit.',
  $defs: {
    event: definition(WorkerEvent, 'output'),
    command: definition(WorkerCommand, 'input'),
  },
})

const definition = (schema: z.ZodType, io: 'input' | 'output') => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io })
  return rest
}
