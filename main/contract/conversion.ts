import * as z from 'zod'
import { Bytes, Name } from './common.ts'
import { JobId } from './jobs.ts'

/** What a model can be converted to. `merged`: an adapter and its base as one safetensors model. */
export const conversionTargets = ['gguf', 'onnx', 'merged'] as const
export const ConversionTarget = z.enum(conversionTargets)
export type ConversionTarget = z.output<typeof ConversionTarget>

/**
 * The number formats that a GGUF file's weights can get, under llama.cpp's names. IQ1, IQ2 and IQ3 are not among them:
 * they are garbage without an importance matrix, which has to be measured on text first.
 */
export const ggufTypes = [
  'F32',
  'F16',
  'BF16',
  'Q8_0',
  'Q6_K',
  'Q5_K_M',
  'Q5_K_S',
  'Q5_1',
  'Q5_0',
  'Q4_K_M',
  'Q4_K_S',
  'Q4_1',
  'Q4_0',
  'IQ4_NL',
  'IQ4_XS',
  'Q3_K_L',
  'Q3_K_M',
  'Q3_K_S',
  'Q2_K',
] as const
export const GgufType = z.enum(ggufTypes, {
  error: `not a type that can be written here: ${ggufTypes.join(', ')} can. IQ1, IQ2 and IQ3 would need an importance matrix; Q3_K_S and Q2_K are the nearest that do not.`,
})
export type GgufType = z.output<typeof GgufType>

/** What a conversion was measured to be, such as `maxLogitDifference` of an ONNX model against the original. */
export const ConversionFacts = z.record(z.string(), z.number().nullable())
export type ConversionFacts = z.output<typeof ConversionFacts>

/** What a conversion reads: the model itself, or an adapter and its base. */
export const ConversionSource = z.object({
  id: z.string(),
  name: z.string(),
  role: z.enum(['source', 'adapter', 'base']),
})
export type ConversionSource = z.output<typeof ConversionSource>

/** How a converted version came to be, as `show` tells it. */
export const ConversionRecord = z.object({
  to: ConversionTarget,
  type: GgufType.optional().meta({ description: 'the number format of most weights, for GGUF' }),
  jobId: JobId,
  facts: ConversionFacts,
  warnings: z.array(z.string()),
})
export type ConversionRecord = z.output<typeof ConversionRecord>

/** A conversion that has begun. The model version `id` is there once the job is done, and not before. */
export const Conversion = z.object({
  id: z.string().meta({ description: 'of the model version that this will be' }),
  jobId: JobId,
  name: Name,
  to: ConversionTarget,
  type: GgufType.optional(),
  sources: z.array(ConversionSource),
  path: z.string().meta({ description: 'the folder or file that will hold the result' }),
  memoryBytes: Bytes.meta({ description: 'reserved for it' }),
  diskBytes: Bytes.meta({ description: 'needed at most at one time, the result included' }),
})
export type Conversion = z.output<typeof Conversion>
