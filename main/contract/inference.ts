import { eventIterator } from '@orpc/contract'
import * as z from 'zod'
import { Bytes, id, Lineage, Name, Purge, page, Ref, RemovedRef, Search, sortedPageInput, Timestamp } from './common.ts'
import { JobFailure, JobId, LogPage, logInput } from './jobs.ts'
import { MemoryPlan } from './memory-plan.ts'
import { command, query } from './method.ts'

export const DeploymentId = id('dep')
export type DeploymentId = z.output<typeof DeploymentId>

/** `loading`: the engine's process runs, the model is not in memory yet. `stopped` and `failed` can be started again. */
export const deploymentStates = [
  'queued',
  'starting',
  'loading',
  'serving',
  'stopping',
  'stopped',
  'failed',
  'lost',
] as const
export const DeploymentState = z.enum(deploymentStates)
export type DeploymentState = z.output<typeof DeploymentState>

/** `llama`: llama.cpp, for GGUF. `transformers`: a Python worker, for safetensors with or without an adapter. */
export const engineKinds = ['llama', 'transformers'] as const
export const EngineKind = z.enum(engineKinds)
export type EngineKind = z.output<typeof EngineKind>

/** How busy an engine is, as its last heartbeat said. */
export const EngineLoad = z.object({
  at: Timestamp,
  active: z.number().int(),
  queued: z.number().int(),
  tokensPerSecond: z.number(),
  memoryBytes: Bytes.optional(),
})

export const Deployment = z.object({
  id: DeploymentId,
  name: Name.meta({ description: 'the model name of the OpenAI API' }),
  description: z.string(),
  /** Counts the model versions that this name has served. */
  version: z.number().int().positive(),
  state: DeploymentState,
  engine: EngineKind,
  model: z.object({ id: z.string(), name: z.string() }),
  adapter: z.object({ id: z.string(), name: z.string() }).optional(),
  device: z.string(),
  sizeBytes: Bytes,
  contextLength: z.number().int().optional(),
  parallel: z.number().int(),
  hasChatTemplate: z.boolean().optional(),
  can: z.array(z.enum(['generate', 'embed'])).optional(),
  load: EngineLoad.optional(),
  failure: JobFailure.optional(),
  jobId: JobId.optional(),
  /** A version that is being loaded and takes over when it is ready. */
  next: z
    .object({ version: z.number().int(), model: z.string(), state: DeploymentState, failure: JobFailure.optional() })
    .optional(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
})
export type Deployment = z.output<typeof Deployment>

/** Milliseconds: over the last requests (at most 1,000) since the backend started. */
export const Distribution = z.object({
  count: z.number().int(),
  mean: z.number(),
  p50: z.number(),
  p95: z.number(),
  p99: z.number(),
})
export type Distribution = z.output<typeof Distribution>

const counters = {
  requests: z.number().int(),
  errors: z.record(z.string(), z.number().int()).meta({ description: 'by error code' }),
  promptTokens: z.number().int(),
  completionTokens: z.number().int(),
}
export const MinuteStats = z.object({
  at: Timestamp,
  ...counters,
  ttftMs: z.number().nullable().meta({ description: 'mean time to the first token' }),
  latencyMs: z.number().nullable().meta({ description: 'mean time to the whole answer' }),
})
export type MinuteStats = z.output<typeof MinuteStats>

export const DeploymentStats = z.object({
  total: z.object(counters),
  ttftMs: Distribution.optional(),
  latencyMs: Distribution.optional(),
  minutes: z.array(MinuteStats).meta({ description: 'minutes with requests, newest first' }),
})
export type DeploymentStats = z.output<typeof DeploymentStats>

export const Revision = z.object({
  version: z.number().int(),
  model: z.object({ id: z.string(), name: z.string() }),
  adapter: z.object({ id: z.string(), name: z.string() }).optional(),
  engine: EngineKind,
  createdAt: Timestamp,
  isCurrent: z.boolean(),
})

export const DeploymentDetail = Deployment.extend({
  revisions: z.array(Revision),
  memory: MemoryPlan.optional(),
  stats: DeploymentStats,
  chatTemplate: z.string().optional().meta({ description: 'set on the deployment, instead of the model’s own' }),
  threads: z.number().int().optional(),
  loadSeconds: z.number().optional(),
  lineage: Lineage,
})
export type DeploymentDetail = z.output<typeof DeploymentDetail>

const settings = {
  engine: z
    .enum(['auto', ...engineKinds])
    .default('auto')
    .meta({ description: 'auto: by the model’s format' }),
  adapter: Ref.optional().meta({ description: 'a LoRA adapter of this model' }),
  device: z.string().max(60).default('auto').meta({ description: 'auto, cpu, or a GPU such as cuda:0' }),
  contextLength: z.number().int().min(16).max(10_000_000).optional().meta({
    description: 'tokens per request; default: the model’s, at most 8192',
  }),
  parallel: z.number().int().min(1).max(64).default(4).meta({ description: 'requests answered at once; more wait' }),
  threads: z
    .number()
    .int()
    .min(1)
    .max(1024)
    .optional()
    .meta({ description: 'default: measured when the model is loaded' }),
  chatTemplate: z.string().min(1).max(1_000_000).optional().meta({
    description: 'Jinja, instead of the model’s own; @FILE reads a file',
    format: 'text-or-file',
  }),
}
/** A setting that is left as it is where nothing is said, and taken away by null. */
const unsettable = <T extends z.ZodType>(setting: z.ZodOptional<T>, without: string) => {
  const { description = '', ...meta } = setting.meta() ?? {}
  return setting
    .unwrap()
    .nullable()
    .optional()
    .meta({ ...meta, description: `${description}; null: ${without}` })
}
const wait = z.boolean().default(false).meta({ description: 'answer when it serves, or has failed' })

export const ChatTurn = z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string().max(1_000_000) })

/** One turn of a conversation. */
export const ChatInput = z.object({
  id: Ref,
  message: z.string().max(1_000_000).optional(),
  history: z.array(ChatTurn).max(1_000).default([]).meta({ description: 'earlier turns' }),
  system: z.string().max(100_000).optional(),
  maxTokens: z.number().int().min(1).optional(),
  temperature: z.number().min(0).max(10).default(0.7),
  topP: z.number().gt(0).max(1).default(1),
  seed: z.number().int().optional(),
})
export type ChatInput = z.output<typeof ChatInput>

export const ChatDone = z.object({
  type: z.literal('done'),
  text: z.string(),
  reason: z.enum(['stop', 'length', 'cancelled']),
  promptTokens: z.number().int(),
  completionTokens: z.number().int(),
  ttftMs: z.number(),
  tokensPerSecond: z.number(),
})
export type ChatDone = z.output<typeof ChatDone>
/** Pieces of the answer as they are written; the last event has it whole. */
export const ChatEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  ChatDone,
])
export type ChatEvent = z.output<typeof ChatEvent>

/** What serving a model would take. */
export const DeploymentPlan = z.object({
  engine: EngineKind,
  model: z.string(),
  adapter: z.string().optional(),
  device: z.string().meta({ description: 'which one auto means' }),
  contextLength: z.number().int().optional().meta({ description: 'tokens per request, where the headers tell' }),
  hasChatTemplate: z.boolean(),
  memory: MemoryPlan,
})
export type DeploymentPlan = z.output<typeof DeploymentPlan>

export const inference = {
  plan: query({
    description: 'Say what serving a model version would take: engine, device, memory; starts nothing',
    policy: 'read',
    route: 'POST /deployments/plan',
    cli: { args: ['model'], example: 'slipway inference plan my-model --context-length 4096' },
    input: z.object({
      model: Ref.meta({ description: 'a model version: id, name, name@2 or name@alias' }),
      ...settings,
    }),
    output: DeploymentPlan,
  }),
  deploy: command({
    description: 'Serve a model version under a name, through the OpenAI-compatible API',
    policy: 'write',
    audit: 'inference.deploy',
    route: 'POST /deployments',
    cli: { args: ['model'], example: 'slipway inference deploy my-model --name assistant --wait' },
    input: z.object({
      model: Ref.meta({ description: 'a model version: id, name, name@2 or name@alias' }),
      name: Name.optional().meta({ description: 'default: the model’s name' }),
      description: z.string().max(500).default(''),
      ...settings,
      wait,
    }),
    output: Deployment,
  }),
  list: query({
    description: 'List deployments, newest first or sorted otherwise',
    policy: 'read',
    route: 'GET /deployments',
    cli: { example: 'slipway inference list --sort name' },
    input: z.object({ ...sortedPageInput(['name', 'created', 'updated'], 'created'), q: Search }),
    output: page(Deployment),
  }),
  show: query({
    description: 'Show a deployment: state, load, versions, memory, throughput, latency, errors',
    policy: 'read',
    route: 'GET /deployments/{id}',
    cli: { args: ['id'], example: 'slipway inference show assistant' },
    input: z.object({
      id: Ref,
      minutes: z.coerce
        .number()
        .int()
        .min(0)
        .max(1_440)
        .default(10)
        .meta({ description: 'how many minutes of statistics' }),
    }),
    output: DeploymentDetail,
  }),
  logs: query({
    description: 'Read the last log lines of a deployment’s engine, or those around a line, or those with a text',
    policy: 'read',
    route: 'GET /deployments/{id}/logs',
    cli: { args: ['id'], example: 'slipway inference logs assistant --limit 200' },
    input: z.object({ id: Ref, ...logInput }),
    output: LogPage,
  }),
  stop: command({
    description: 'Stop a deployment: running requests finish, its memory is freed, its name stays',
    policy: 'write',
    audit: 'inference.stop',
    route: 'POST /deployments/{id}/stop',
    cli: { args: ['id'], example: 'slipway inference stop assistant' },
    input: z.object({ id: Ref, wait: wait.default(true) }),
    output: Deployment,
  }),
  start: command({
    description: 'Start a stopped or failed deployment again',
    policy: 'write',
    audit: 'inference.start',
    route: 'POST /deployments/{id}/start',
    cli: { args: ['id'], example: 'slipway inference start assistant --wait' },
    input: z.object({ id: Ref, wait }),
    output: Deployment,
  }),
  update: command({
    description:
      'Load another model version or other settings behind the same name; requests move over when it is ready',
    policy: 'write',
    audit: 'inference.update',
    route: 'PATCH /deployments/{id}',
    cli: { args: ['id'], example: 'slipway inference update assistant --model my-model@3 --wait' },
    input: z.object({
      id: Ref,
      model: Ref.optional(),
      description: z.string().max(500).optional(),
      engine: settings.engine.unwrap().optional(),
      adapter: unsettable(settings.adapter, 'no adapter'),
      device: settings.device.unwrap().optional(),
      contextLength: unsettable(settings.contextLength, 'the default again'),
      parallel: settings.parallel.unwrap().optional(),
      threads: unsettable(settings.threads, 'the default again'),
      chatTemplate: unsettable(settings.chatTemplate, 'the model’s own again'),
      wait,
    }),
    output: Deployment,
  }),
  rollback: command({
    description: 'Go back to the version that a deployment served before',
    policy: 'write',
    audit: 'inference.rollback',
    route: 'POST /deployments/{id}/rollback',
    cli: { args: ['id'], example: 'slipway inference rollback assistant --wait' },
    input: z.object({
      id: Ref,
      version: z.number().int().positive().optional().meta({ description: 'default: the one before' }),
      wait,
    }),
    output: Deployment,
  }),
  remove: command({
    description: 'Stop a deployment and forget its name; the model stays',
    policy: 'write',
    audit: 'inference.remove',
    route: 'DELETE /deployments/{id}',
    cli: { args: ['id'], example: 'slipway inference remove assistant' },
    input: z.object({ id: Ref, purge: Purge }),
    output: z.object({ removed: DeploymentId, restorableUntil: Timestamp.optional() }),
  }),
  restore: command({
    description: 'Take back the removal of a deployment; it comes back stopped',
    policy: 'write',
    audit: 'inference.restore',
    route: 'POST /deployments/{id}/restore',
    cli: { args: ['id'], example: 'slipway inference restore dep_…' },
    input: z.object({ id: RemovedRef }),
    output: Deployment,
  }),
  chat: query({
    description: 'Talk to a deployment; the answer arrives as it is written',
    policy: 'inference',
    route: 'POST /deployments/{id}/chat',
    cli: { args: ['id', '[message]'], example: 'slipway inference chat assistant "What is a slipway?"' },
    input: ChatInput,
    output: eventIterator(ChatEvent),
  }),
  ask: query({
    description: 'Ask a deployment one thing and get the whole answer',
    policy: 'inference',
    route: 'POST /deployments/{id}/ask',
    input: ChatInput,
    output: ChatDone,
  }),
}
