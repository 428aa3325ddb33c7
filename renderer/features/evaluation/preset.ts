import type { EvaluationDetail } from '../../../main/contract/evaluation.ts'
import { type EvaluationDraft, emptyDraft } from './evaluation-draft.ts'

/** What a new evaluation shall begin with; everything else stays as the draft has it. */
export type Preset = Partial<EvaluationDraft>

/**
 * Of an address: `evaluations?dialog=new&model=BASE,TUNED&dataset=…`, or with `heldBack=` a run whose own rows are asked.
 * Undefined where it asks for nothing.
 */
export function presetOf(query: Readonly<Record<string, string>>): Preset | undefined {
  const objects = (query.model ?? '').split(',').filter(Boolean)
  const { dataset, heldBack } = query
  const questions = dataset !== undefined ? { dataset, heldBack: undefined } : { dataset: undefined, heldBack }
  const hasQuestions = dataset !== undefined || heldBack !== undefined
  if (objects.length === 0 && !hasQuestions) return undefined
  return { ...(objects.length > 0 && { objects }), ...(hasQuestions && questions) }
}

/** Everything that an evaluation was started with; the name is its own. */
export const presetOfEvaluation = ({
  objects,
  dataset,
  heldBackBy,
  metrics,
  rows,
  generation,
}: Pick<EvaluationDetail, 'objects' | 'dataset' | 'heldBackBy' | 'metrics' | 'rows' | 'generation'>): Preset => ({
  ...emptyDraft,
  objects: objects.map(({ id }) => id),
  ...(heldBackBy ? { heldBack: heldBackBy.id } : { dataset: dataset.id }),
  metrics,
  limit: rows > 0 ? rows : undefined,
  maxTokens: generation.maxTokens,
  temperature: generation.temperature,
  topP: generation.topP,
  seed: generation.seed,
  system: generation.systemPrompt ?? '',
})
