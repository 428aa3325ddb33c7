import type { EvaluationDetail } from '../../../main/contract/evaluation.ts'
import { type EvaluationDraft, emptyDraft } from './evaluation-draft.ts'

/** What a new evaluation shall begin with; everything else stays as the draft has it. */
export type Preset = Partial<EvaluationDraft>

/**
 * How many rows a run held back to measure itself by, as its page tells in the address: they lie within the rows that it
 * learned from and are no dataset, so none is chosen. Undefined where the address does not say.
 */
export function heldBackOf(query: Readonly<Record<string, string>>): number | undefined {
  const rows = Number(query.heldBack)
  return Number.isInteger(rows) && rows > 0 && query.dataset === undefined ? rows : undefined
}

/** Of an address: `evaluations?dialog=new&model=BASE,TUNED&dataset=…`. Undefined where it asks for nothing. */
export function presetOf(query: Readonly<Record<string, string>>): Preset | undefined {
  const objects = (query.model ?? '').split(',').filter(Boolean)
  if (objects.length === 0 && query.dataset === undefined) return undefined
  return { ...(objects.length > 0 && { objects }), ...(query.dataset !== undefined && { dataset: query.dataset }) }
}

/** Everything that an evaluation was started with; the name is its own. */
export const presetOfEvaluation = ({
  objects,
  dataset,
  metrics,
  rows,
  generation,
}: Pick<EvaluationDetail, 'objects' | 'dataset' | 'metrics' | 'rows' | 'generation'>): Preset => ({
  ...emptyDraft,
  objects: objects.map(({ id }) => id),
  dataset: dataset.id,
  metrics,
  limit: rows > 0 ? rows : undefined,
  maxTokens: generation.maxTokens,
  temperature: generation.temperature,
  topP: generation.topP,
  seed: generation.seed,
  system: generation.systemPrompt ?? '',
})
