import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { api } from '../../../lib/client.ts'
import { useDebounced } from '../../../lib/debounced.ts'
import { forgetDraft, useDraft } from '../../../lib/draft.ts'
import { failureOf } from '../../../lib/failure.ts'
import {
  emptyDraft,
  isRunDraft,
  type Parameter,
  type Plan,
  planInputOf,
  type RunDraft,
  tuningOf,
  type Values,
} from './draft.ts'
import { effectiveValues, problemOf, type Shortened, shortenedLength, valuesToSend, withValue } from './form-model.ts'
import { jsonDraft } from './parameters-json.ts'

/** The name of the one draft of a run that there is. */
export const runDraft = 'training.new'

export type RunForm = {
  readonly draft: RunDraft
  readonly items: readonly Parameter[]
  readonly schemaError: unknown
  readonly retrySchema: () => void
  /** What each parameter is now, set or not. */
  readonly effective: Values
  /** What is sent. */
  readonly set: Values
  readonly plan: Plan | undefined
  readonly planError: unknown
  readonly isPlanning: boolean
  /** Whether the plan is that of the form as it stands, and not still of what stood there before. */
  readonly isPlanned: boolean
  /** True once model and data are chosen: there is something to plan. */
  readonly isComplete: boolean
  /** What is wrong with single parameters, in the backend's words. */
  readonly problems: ReadonlyMap<string, string>
  readonly isValid: boolean
  /** Set while the chosen model reads less at once than was wished. */
  readonly shortened: Shortened | undefined
  readonly update: (part: Partial<RunDraft>) => void
  readonly setValue: (key: string, value: unknown) => void
  readonly setValues: (values: Values) => void
  readonly clear: () => void
}

const planAfterMs = 250
const nothing: readonly Parameter[] = []

/** The draft of a run, the schema that it is filled in by, and what the planner says of it. */
export function useRunForm(): RunForm {
  const [draft, setDraft, clear] = useDraft<RunDraft>(runDraft, emptyDraft, isRunDraft)
  const schema = useQuery({
    ...api.training.schema.queryOptions({ input: { method: draft.method, tuning: tuningOf(draft) } }),
    placeholderData: keepPreviousData,
  })
  const items = schema.data?.items ?? nothing
  const base = useQuery({
    ...api.models.show.queryOptions({ input: { id: draft.model?.id ?? '' } }),
    enabled: draft.model !== undefined,
  })
  const shortened = shortenedLength(items, draft.values, base.data?.summary.contextLength)
  const wished = valuesToSend(items, draft.values)
  const set =
    shortened && wished.maxSequenceLength !== undefined ? { ...wished, maxSequenceLength: shortened.longest } : wished
  const isValid = items.every(item => problemOf(item, set[item.key]) === undefined)
  const now = planInputOf(draft, set)
  const wanted = useDebounced(now, planAfterMs)
  const isReady = wanted !== undefined && items.length > 0 && isValid && !base.isPending
  const planned = useQuery({
    ...api.training.plan.queryOptions({ input: wanted ?? { method: draft.method, model: '-', dataset: ['-'] } }),
    enabled: isReady,
    // Memory is taken and freed by others all the time.
    refetchOnMount: 'always',
    placeholderData: keepPreviousData,
  })
  const isComplete = now !== undefined
  const plan = isComplete && !planned.isError ? planned.data : undefined
  return {
    draft,
    items,
    schemaError: schema.error,
    retrySchema: () => void schema.refetch(),
    effective: {
      ...effectiveValues(items, draft.values, plan?.method === draft.method ? plan.parameters : {}),
      ...(shortened && { maxSequenceLength: shortened.longest }),
    },
    set,
    shortened,
    plan,
    planError: isComplete && isReady ? planned.error : null,
    isPlanning: isComplete && planned.isFetching,
    isPlanned:
      JSON.stringify(wanted) === JSON.stringify(now) &&
      !(schema.isPlaceholderData || base.isLoading || planned.isPlaceholderData),
    isComplete,
    problems: problemsOf(planned.error),
    isValid,
    update: part => setDraft(before => ({ ...before, ...part })),
    setValue: (key, value) => setDraft(before => ({ ...before, values: withValue(before.values, key, value) })),
    setValues: values => setDraft(before => ({ ...before, values })),
    clear: () => {
      forgetDraft(jsonDraft)
      clear()
    },
  }
}

/** `details.problems` of a refused plan: one sentence for each parameter that is at fault. */
function problemsOf(error: unknown): ReadonlyMap<string, string> {
  const problems = error ? failureOf(error).details?.problems : undefined
  if (!Array.isArray(problems)) return new Map()
  return new Map(
    problems
      .filter((each): each is { key: string; message: string } => typeof each?.key === 'string')
      .map(({ key, message }) => [key, String(message)]),
  )
}
