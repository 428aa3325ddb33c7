import * as z from 'zod'
import {
  Alias,
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
  sortedPageInput,
  Timestamp,
} from './common.ts'
import { Conversion, ConversionRecord, ConversionTarget, GgufType } from './conversion.ts'
import { JobId } from './jobs.ts'
import { command, query } from './method.ts'
import { fitInput, listedFacts, ModelFacets, ModelFit, modelFilters } from './model-lists.ts'

export const ModelId = id('mdl')
export const ModelVersionId = id('mdv')
export type ModelId = z.output<typeof ModelId>
export type ModelVersionId = z.output<typeof ModelVersionId>

export const modelFormats = ['safetensors', 'gguf', 'onnx', 'adapter', 'pickle'] as const
export const ModelFormat = z.enum(modelFormats)
export type ModelFormat = z.output<typeof ModelFormat>

/** `verifying`: bytes are being hashed. `missing`: files are gone or were changed since they were verified. */
export const ModelState = z.enum(['verifying', 'ready', 'failed', 'missing'])
export type ModelState = z.output<typeof ModelState>

/** What the headers say, read without loading anything. Absent means that the files do not tell. */
export const ModelSummary = z.object({
  format: ModelFormat,
  architecture: z.string().optional(),
  parameterCount: z.number().int().nonnegative().optional().meta({ description: 'exact, from tensor shapes' }),
  dtype: z.string().optional(),
  quantization: z.string().optional(),
  contextLength: z.number().int().optional(),
  layers: z.number().int().optional(),
  hiddenSize: z.number().int().optional(),
  heads: z.number().int().optional(),
  kvHeads: z.number().int().optional(),
  feedForwardSize: z.number().int().optional(),
  vocabSize: z.number().int().optional(),
  license: z.string().optional(),
  hasChatTemplate: z.boolean(),
  baseModel: z.string().optional().meta({ description: 'for adapters: the base that adapter_config.json names' }),
  loraRank: z.number().int().optional(),
  containsCode: z.array(z.string()).meta({ description: 'files that run code when loaded; Slipway never loads them' }),
  warnings: z.array(z.string()),
})
export type ModelSummary = z.output<typeof ModelSummary>

export const ModelVersion = z.object({
  id: ModelVersionId,
  modelId: ModelId,
  name: Name,
  version: z.number().int().positive(),
  state: ModelState,
  source: z.enum(['registered', 'copied', 'trained', 'converted']),
  path: z.string().meta({ description: 'the folder or file that holds the bytes' }),
  sizeBytes: Bytes,
  summary: ModelSummary,
  aliases: z.array(z.string()),
  problem: z.string().optional(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
})
export type ModelVersion = z.output<typeof ModelVersion>

/** A model in a list: its newest version. */
export const ListedModel = ModelVersion.extend(listedFacts)
export type ListedModel = z.output<typeof ListedModel>

export const ModelDetail = ModelVersion.extend({
  description: z.string(),
  labels: z.array(z.string()),
  files: z.array(FileEntry),
  lineage: Lineage,
  conversion: ConversionRecord.optional().meta({ description: 'for a converted version: how it was made' }),
  versions: z.array(
    z.object({ id: ModelVersionId, version: z.number().int(), state: ModelState, createdAt: Timestamp }),
  ),
})
export type ModelDetail = z.output<typeof ModelDetail>

export const FoundModel = z.object({
  path: z.string(),
  name: z.string(),
  store: z.string().meta({ description: 'folder, huggingface, ollama or lmstudio' }),
  sizeBytes: Bytes,
  summary: ModelSummary.optional().meta({
    description: 'absent when the files cannot be read: then there is a problem',
  }),
  problem: z.string().optional(),
  duplicates: z.array(z.string()).meta({ description: 'other names and places of the same bytes' }),
  registeredAs: z.string().optional(),
})
export type FoundModel = z.output<typeof FoundModel>

/** The text that came with a model. It is plain text from strangers: show it as such. */
export const ModelCard = z.object({
  name: z.string().optional().meta({ description: 'the file that it was read from; absent when there is none' }),
  text: z.string(),
  sizeBytes: Bytes,
  isCut: z.boolean().meta({ description: 'the file goes on' }),
})
export type ModelCard = z.output<typeof ModelCard>

const Label = z.string().trim().min(1).max(60)
const filters = { format: anyOf(ModelFormat), state: anyOf(ModelState), ...modelFilters }
const JobAnswer = ModelVersion.extend({ jobId: JobId })

export const models = {
  list: query({
    description: 'List models with their newest version; search words, filter by facts, sort, jump to a row',
    policy: 'read',
    route: 'GET /models',
    cli: { example: 'slipway models list --q llama --format gguf --sort size' },
    input: z.object({
      ...sortedPageInput(['name', 'created', 'updated', 'size', 'parameters', 'memory'], 'created'),
      ...filters,
    }),
    output: page(ListedModel),
  }),
  facets: query({
    description: 'Count models by format, task, size, licence and more, each under the filters of the others',
    policy: 'read',
    route: 'GET /models/facets',
    input: z.object(filters),
    output: ModelFacets,
  }),
  fit: query({
    description: 'Say which devices of this machine could hold some models when they are served',
    policy: 'read',
    route: 'POST /models/fit',
    cli: { args: ['id...'], example: 'slipway models fit base tuned --precision 4bit' },
    input: fitInput,
    output: ModelFit,
  }),
  show: query({
    description: 'Show a model version: facts, files with SHA-256, lineage, other versions',
    policy: 'read',
    route: 'GET /models/{id}',
    cli: { args: ['id'], example: 'slipway models show my-model@2' },
    input: z.object({ id: Ref }),
    output: ModelDetail,
  }),
  card: query({
    description: 'Read the README that came with a model version, as plain text',
    policy: 'read',
    route: 'GET /models/{id}/card',
    cli: { args: ['id'], example: 'slipway models card my-model' },
    input: z.object({ id: Ref }),
    output: ModelCard,
  }),
  graph: query({
    description: 'Show what a model version was made from and what was made of it, over several steps',
    policy: 'read',
    route: 'GET /models/{id}/graph',
    cli: { args: ['id'], example: 'slipway models graph my-model --depth 3' },
    input: z.object({ id: Ref, ...graphLimits }),
    output: LineageGraph,
  }),
  find: query({
    description:
      'Look for models in folders, the Hugging Face cache and the stores of Ollama and LM Studio; copies nothing',
    policy: 'read',
    route: 'GET /models/find',
    cli: { args: ['[dir...]'], example: 'slipway models find ~/models' },
    input: z.object({
      dir: z.array(Path).max(100).default([]).meta({ description: 'default: the known stores of this user' }),
    }),
    output: z.object({ items: z.array(FoundModel), warnings: z.array(z.string()) }),
  }),
  import: command({
    description: 'Register a model where it lies (or copy it with --copy), read its headers, hash every file',
    policy: 'write',
    audit: 'models.import',
    route: 'POST /models',
    cli: { args: ['path'], example: 'slipway models import ./Llama-3.2-1B --name llama', job: true, waits: true },
    input: z.object({
      path: Path.meta({ format: 'path', description: 'a folder (safetensors, ONNX, adapter) or a .gguf file' }),
      name: Name.optional().meta({ description: 'default: the folder’s name; a known name gets a new version' }),
      copy: z.boolean().default(false).meta({ description: 'copy the bytes into Slipway’s own store' }),
      description: z.string().max(300).default(''),
      label: z.array(Label).max(20).default([]),
    }),
    output: JobAnswer,
  }),
  update: command({
    description: 'Rename a model, describe it, set labels, point an alias at a version or take it away',
    policy: 'write',
    audit: 'models.update',
    route: 'PATCH /models/{id}',
    cli: { args: ['id'], example: 'slipway models update my-model --label draft --alias best' },
    input: z.object({
      id: Ref,
      name: Name.optional(),
      description: z.string().max(300).optional(),
      label: z.array(Label).max(20).optional(),
      alias: Alias.optional().meta({ description: 'a name for this version, moved if another one has it' }),
      removeAlias: Alias.optional().meta({ description: 'an alias of this version that is to name none' }),
    }),
    output: ModelDetail,
  }),
  verify: command({
    description: 'Read every byte of a model again and compare with what was recorded',
    policy: 'write',
    audit: 'models.verify',
    route: 'POST /models/{id}/verify',
    cli: { args: ['id'], example: 'slipway models verify my-model', job: true, waits: true },
    input: z.object({ id: Ref }),
    output: JobAnswer,
  }),
  export: command({
    description: 'Copy a model’s files into a new folder, with a SHA-256 manifest',
    policy: 'write',
    audit: 'models.export',
    route: 'POST /models/{id}/export',
    cli: { args: ['id', 'dir'], example: 'slipway models export my-model ./out', job: true, waits: true },
    input: z.object({ id: Ref, dir: Path }),
    output: JobAnswer,
  }),
  convert: command({
    description: 'Convert a model to GGUF or ONNX, or merge an adapter into its base; the result is a new model',
    policy: 'write',
    audit: 'models.convert',
    route: 'POST /models/{id}/convert',
    cli: {
      args: ['id'],
      example: 'slipway models convert tuned --to gguf --quantize Q4_K_M',
      job: true,
      waits: true,
    },
    input: z.object({
      id: Ref,
      to: ConversionTarget,
      quantize: GgufType.optional().meta({
        description: 'for GGUF: how the weights are stored; default: as now, or F16 where GGUF has no such type',
      }),
      base: Ref.optional().meta({ description: 'for an adapter whose base is not known from its lineage' }),
      name: Name.optional().meta({ description: 'of the new model; a known name gets a new version' }),
    }),
    output: Conversion,
  }),
  remove: command({
    description: 'Remove a model from the list; files in your own folders stay, what was made from it stays',
    policy: 'write',
    audit: 'models.remove',
    route: 'DELETE /models/{id}',
    cli: { args: ['id'], example: 'slipway models remove my-model' },
    input: z.object({ id: Ref, purge: Purge }),
    output: z.object({ removed: z.array(ModelVersionId), restorableUntil: Timestamp.optional() }),
  }),
  restore: command({
    description: 'Take back the removal of a model version',
    policy: 'write',
    audit: 'models.restore',
    route: 'POST /models/{id}/restore',
    cli: { args: ['id'], example: 'slipway models restore mdv_…' },
    input: z.object({ id: RemovedRef }),
    output: ModelDetail,
  }),
}
