import type { MetricName } from '../../../main/contract/evaluation.ts'

/** What a person fills in; ids stand for models (`mdv_…`), deployments (`dep_…`) and datasets (`dver_…`). */
export type EvaluationDraft = {
  readonly objects: readonly string[]
  readonly dataset: string | undefined
  /** Instead of a dataset: the run whose held-back rows are asked. */
  readonly heldBack: string | undefined
  readonly metrics: readonly MetricName[]
  readonly name: string
  readonly limit: number | undefined
  readonly maxTokens: number
  readonly temperature: number
  readonly topP: number
  readonly seed: number
  readonly system: string
}

export const emptyDraft: EvaluationDraft = {
  objects: [],
  dataset: undefined,
  heldBack: undefined,
  metrics: ['exact_match', 'f1', 'rouge_l'],
  name: '',
  limit: undefined,
  maxTokens: 256,
  temperature: 0,
  topP: 1,
  seed: 42,
  system: '',
}

export const mostObjects = 5

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every(each => typeof each === 'string')

export function isEvaluationDraft(value: unknown): value is EvaluationDraft {
  if (typeof value !== 'object' || value === null) return false
  const draft = value as Record<keyof EvaluationDraft, unknown>
  return (
    isTexts(draft.objects) &&
    isTexts(draft.metrics) &&
    (draft.dataset === undefined || typeof draft.dataset === 'string') &&
    (draft.heldBack === undefined || typeof draft.heldBack === 'string') &&
    (draft.limit === undefined || typeof draft.limit === 'number') &&
    typeof draft.name === 'string' &&
    typeof draft.system === 'string' &&
    [draft.maxTokens, draft.temperature, draft.topP, draft.seed].every(each => typeof each === 'number')
  )
}

export const hasQuestions = ({ dataset, heldBack }: EvaluationDraft): boolean =>
  dataset !== undefined || heldBack !== undefined

/** The draft as the method takes it. */
export const inputOf = (draft: EvaluationDraft) => ({
  object: [...draft.objects],
  ...(draft.heldBack === undefined ? { dataset: draft.dataset } : { heldBack: draft.heldBack }),
  metric: [...draft.metrics],
  maxTokens: draft.maxTokens,
  temperature: draft.temperature,
  topP: draft.topP,
  seed: draft.seed,
  ...(draft.name.trim() !== '' && { name: draft.name.trim() }),
  ...(draft.limit !== undefined && { limit: draft.limit }),
  ...(draft.system.trim() !== '' && { systemPrompt: draft.system }),
})

const shellQuoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`

/**
 * The same on the command line; what has its usual value is left out.
 * @param names what the chosen things are called there; one without a name stands by its id
 */
export function commandOf(draft: EvaluationDraft, names: ReadonlyMap<string, string>): string {
  const named = (id: string) => shellQuoted(names.get(id) ?? id)
  const changed = (flag: string, value: string | number, usual: string | number) =>
    value === usual ? [] : [flag, shellQuoted(String(value))]
  return [
    'slipway evaluation start',
    '--object',
    ...(draft.objects.length > 0 ? draft.objects.map(named) : ['MODEL']),
    ...(draft.heldBack === undefined
      ? ['--dataset', draft.dataset === undefined ? 'DATASET' : named(draft.dataset)]
      : ['--held-back', named(draft.heldBack)]),
    '--metric',
    draft.metrics.join(','),
    ...(draft.limit === undefined ? [] : ['--limit', String(draft.limit)]),
    ...changed('--max-tokens', draft.maxTokens, emptyDraft.maxTokens),
    ...changed('--temperature', draft.temperature, emptyDraft.temperature),
    ...changed('--top-p', draft.topP, emptyDraft.topP),
    ...changed('--seed', draft.seed, emptyDraft.seed),
    ...changed('--name', draft.name.trim(), ''),
    ...changed('--system-prompt', draft.system, ''),
  ].join(' ')
}
