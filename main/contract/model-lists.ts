import * as z from 'zod'
import { anyOf, Bytes, Ref } from './common.ts'

/** What a model is for, as far as its headers tell. `base`: completes text, but has no chat template. */
export const modelTasks = ['chat', 'base', 'embedding', 'rerank', 'vision', 'speech', 'other'] as const
export const ModelTask = z.enum(modelTasks)
export type ModelTask = z.output<typeof ModelTask>

/** Sizes of all files together, in decimal gigabytes. */
export const sizeClasses = ['under_2gb', '2_to_10gb', '10_to_30gb', 'over_30gb'] as const
export const SizeClass = z.enum(sizeClasses)
export type SizeClass = z.output<typeof SizeClass>

/** Whether a device can hold the served model when it is empty. `unknown`: the files do not tell, or nothing serves them. */
export const fitClasses = ['fits', 'fits_at_4_bits', 'too_large', 'unknown'] as const
export const FitClass = z.enum(fitClasses)
export type FitClass = z.output<typeof FitClass>

/** Stands for "the files do not say" among the values of a facet. */
export const unsaid = 'unsaid'

const ShortText = z.string().trim().min(1).max(200)
const q = z
  .string()
  .max(200)
  .optional()
  .meta({ description: 'words in name, description, labels or architecture; or the beginning of a file’s SHA-256' })

/** Filters of model lists: several values of one filter mean any of them, several filters mean all of them. */
export const modelFilters = {
  q,
  label: anyOf(z.string().trim().min(1).max(60)),
  license: anyOf(ShortText).meta({ description: `as the files name it; "${unsaid}" for those that do not` }),
  task: anyOf(ModelTask),
  architecture: anyOf(ShortText),
  size: anyOf(SizeClass),
  fit: anyOf(FitClass).meta({ description: 'whether it can be served on the device' }),
  device: z
    .string()
    .max(60)
    .default('auto')
    .meta({ description: 'for fit and memory: auto is the largest GPU, else the CPU' }),
}

/** What lists tell beyond the version itself. */
export const listedFacts = {
  task: ModelTask,
  labels: z.array(z.string()),
  servingBytes: Bytes.optional().meta({
    description:
      'memory to serve it on the device as it is stored: 8,192 tokens of context at most, four requests at once',
  }),
  servingBytesAt4Bits: Bytes.optional().meta({ description: 'the same with its weights in 4 bits' }),
  madeBy: z
    .object({ id: z.string(), name: z.string() })
    .optional()
    .meta({ description: 'the run that trained it, or the model that it was converted from' }),
}

export const FacetCount = z.object({ value: z.string(), count: z.number().int() })
export type FacetCount = z.output<typeof FacetCount>

/** How many distinct values of a facet are listed; a library may know thousands of architectures. */
export const maxFacetValues = 100

export const modelFacetNames = ['fit', 'task', 'format', 'size', 'license', 'architecture', 'state', 'label'] as const
export type ModelFacetName = (typeof modelFacetNames)[number]
const counts = z.array(FacetCount)

export const ModelFacets = z.object({
  total: z.number().int().meta({ description: 'models that pass every filter' }),
  device: z
    .object({ id: z.string(), name: z.string(), totalBytes: Bytes })
    .meta({ description: 'what fit is told for' }),
  fit: counts,
  task: counts,
  format: counts,
  size: counts,
  license: counts,
  architecture: counts,
  state: counts,
  label: counts,
}) satisfies z.ZodType<Record<ModelFacetName, FacetCount[]>>
export type ModelFacets = z.output<typeof ModelFacets>

/** In which precision the weights are held. `stored`: as the files have them. */
export const Precision = z.enum(['stored', '8bit', '4bit'])
export type Precision = z.output<typeof Precision>

export const fitInput = z.object({
  id: z.array(Ref).min(1).max(1_000),
  precision: Precision.default('stored'),
  contextLength: z.coerce.number().int().min(16).max(10_000_000).optional().meta({
    description: 'tokens per request; default: the model’s, at most 8192',
  }),
  parallel: z.coerce.number().int().min(1).max(64).default(4).meta({ description: 'requests answered at once' }),
})

export const ModelFit = z.object({
  devices: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(['cpu', 'gpu']),
      name: z.string(),
      totalBytes: Bytes,
      freeBytes: Bytes.meta({ description: 'now' }),
    }),
  ),
  items: z.array(
    z.object({
      id: z.string().meta({ description: 'as it was asked' }),
      reason: z.string().optional().meta({ description: 'why nothing can be said of it; then there are no devices' }),
      devices: z.array(
        z.object({
          id: z.string(),
          totalBytes: Bytes.meta({ description: 'what serving it needs there' }),
          verdict: z.enum(['fits', 'tight', 'too_large']).meta({ description: 'on the empty device' }),
          fitsNow: z.boolean().meta({ description: 'in what is free of it now' }),
        }),
      ),
    }),
  ),
})
export type ModelFit = z.output<typeof ModelFit>
