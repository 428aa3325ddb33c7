import * as z from 'zod'
import { ConversionFacts, GgufType } from '../../../contract/conversion.ts'
import { ModelSummary } from '../../../contract/models.ts'
import { Card } from './card.ts'

const bytes = z.number().int().nonnegative()
/** Each step reads a folder or a file and writes a new one; paths are absolute. */
export const ConvertStep = z.discriminatedUnion('step', [
  z.object({
    step: z.literal('merge'),
    modelDir: z.string(),
    adapterDir: z.string(),
    output: z.string(),
    expectedBytes: bytes,
  }),
  z.object({
    step: z.literal('gguf'),
    modelDir: z.string(),
    output: z.string(),
    type: z.enum(['F32', 'F16', 'BF16']),
    modelName: z.string(),
    expectedBytes: bytes,
  }),
  z.object({
    step: z.literal('quantize'),
    input: z.string(),
    output: z.string(),
    type: GgufType,
    expectedBytes: bytes,
  }),
  z.object({ step: z.literal('onnx'), modelDir: z.string(), output: z.string(), expectedBytes: bytes }),
])
export type ConvertStep = z.output<typeof ConvertStep>

/** What the converting child is told; see main/entry/convert-model.ts. */
export const ConvertConfig = z.object({
  steps: z.array(ConvertStep).min(1),
  /** Everything is made in here; the child removes it in the end, the backend after a child that was killed. */
  partialDir: z.string(),
  /** The folder in `partialDir` that becomes `targetDir` once it is whole and flushed. */
  resultDir: z.string(),
  targetDir: z.string(),
  /** The model in `targetDir`: a file's name, or empty for the folder itself. */
  artifact: z.string(),
  /** For a result that is a folder. */
  card: Card.optional(),
  /** Absent where no step needs Python. */
  python: z.object({ file: z.string(), env: z.record(z.string(), z.string()) }).optional(),
  /** Where llama.cpp's converter is unpacked. */
  llamaCppDir: z.string(),
})
export type ConvertConfig = z.output<typeof ConvertConfig>

/** The last word of a child that succeeded: `targetDir` is in its place, and this is what it holds. */
export const ConvertFinished = z.object({
  event: z.literal('finished'),
  summary: ModelSummary,
  files: z.array(
    z.object({
      path: z.string(),
      sizeBytes: bytes,
      sha256: z.string(),
      modifiedAtMs: z.number(),
      inode: z.string(),
    }),
  ),
  facts: ConversionFacts,
  warnings: z.array(z.string()),
})
export type ConvertFinished = z.output<typeof ConvertFinished>
