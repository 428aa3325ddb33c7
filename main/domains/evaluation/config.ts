import * as z from 'zod'
import { Comparison, EvaluationObject, MetricName } from '../../contract/evaluation.ts'

export const GenerationSettings = z.object({
  maxTokens: z.number().int(),
  temperature: z.number(),
  topP: z.number(),
  seed: z.number().int(),
  systemPrompt: z.string().optional(),
})
export type GenerationSettings = z.output<typeof GenerationSettings>

/** What the evaluating child is told; see main/entry/evaluate.ts. */
export const EvaluateConfig = z.object({
  objects: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(['model', 'deployment']),
      id: z.string(),
      engine: z.discriminatedUnion('type', [
        z.object({
          type: z.literal('running'),
          socket: z.string(),
          hasChatTemplate: z.boolean(),
          parallel: z.number().int().min(1),
        }),
        /** An engine of the evaluation's own, one at a time: several models need not fit in memory together. */
        z.object({
          type: z.literal('launch'),
          command: z.array(z.string()).min(1),
          env: z.record(z.string(), z.string()),
          config: z.looseObject({ socket: z.string() }),
        }),
      ]),
    }),
  ),
  dataset: z.object({ kind: z.enum(['sft', 'dpo', 'kto', 'prompts', 'text', 'reward']), files: z.array(z.string()) }),
  /** Only these rows, by their numbers among those of all files, rising; absent: all. */
  rowsFile: z.string().optional(),
  limit: z.number().int().optional(),
  metrics: z.array(MetricName),
  generation: GenerationSettings,
  /** Where result sets go: one `results-N.jsonl` per object. */
  folder: z.string(),
})
export type EvaluateConfig = z.output<typeof EvaluateConfig>

/** What the child says on its wire, besides progress and failed. */
export const EvaluateEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('rows'), rows: z.number().int() }),
  z.object({ event: z.literal('warning'), message: z.string() }),
  z.object({ event: z.literal('object'), object: EvaluationObject }),
  z.object({ event: z.literal('finished'), comparisons: z.array(Comparison), sizeBytes: z.number().int() }),
])
export type EvaluateEvent = z.output<typeof EvaluateEvent>

export const resultFile = (index: number): string => `results-${index}.jsonl`
