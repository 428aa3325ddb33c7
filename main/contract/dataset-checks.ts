import * as z from 'zod'
import { DatasetKind } from './dataset-rows.ts'
import { JobProgress } from './jobs.ts'
import { CheckReport as RenderedReport } from './worker.ts'

export const CheckProblem = z.object({
  code: z.string(),
  severity: z.enum(['error', 'warning', 'note']),
  rows: z.array(z.number().int()).meta({ description: 'the first rows concerned, from 0 as in preview' }),
  count: z.number().int(),
  message: z.string(),
  remedy: z.string(),
})
export type CheckProblem = z.output<typeof CheckProblem>

/** One row as the model would be shown it, in parts that the loss sees or does not. */
export const RenderedRow = z.object({
  row: z.number().int().meta({ description: 'from 0, as in preview' }),
  side: z.enum(['chosen', 'rejected']).optional(),
  tokens: z.number().int(),
  learnedTokens: z.number().int(),
  truncatedTokens: z.number().int(),
  parts: z.array(z.object({ text: z.string(), learned: z.boolean() })),
  pieces: z
    .array(z.object({ text: z.string(), learned: z.boolean(), special: z.boolean() }))
    .optional()
    .meta({ description: 'one per token; special ones steer the model and are not text' }),
})
export type RenderedRow = z.output<typeof RenderedRow>

/** How far a check is, in rows: those that the rules have looked at, then, once its tokenizer is loaded, those rendered. */
export const CheckProgress = JobProgress.extend({ step: z.enum(['rules', 'loading', 'rendering']) })
export type CheckProgress = z.output<typeof CheckProgress>

export const CheckReport = z.object({
  dataset: z.string(),
  kind: DatasetKind,
  rows: z.number().int(),
  verdict: z
    .enum(['ready', 'usable', 'refused'])
    .meta({ description: 'refused: training on it would teach nothing, or something false' }),
  problems: z.array(CheckProblem),
  rendered: z
    .object({ report: RenderedReport, samples: z.array(RenderedRow) })
    .optional()
    .meta({ description: 'with a model: what its tokenizer and chat template make of the rows' }),
})
export type CheckReport = z.output<typeof CheckReport>
