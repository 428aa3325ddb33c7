import type { Inputs, Outputs } from '../../../../main/contract/index.ts'

export type Method = Outputs['training']['schema']['method']
/** One parameter as the backend describes it: the form is drawn from nothing else. */
export type Parameter = Outputs['training']['schema']['items'][number]
export type Plan = Outputs['training']['plan']
export type Values = Readonly<Record<string, unknown>>

/** A thing of the library that was chosen: sent by its id, shown by its name. */
export type Picked = { readonly id: string; readonly name: string }

/** What a person has filled in so far. `values` holds what was set by hand; everything else follows the defaults. */
export type RunDraft = {
  readonly method: Method
  readonly model?: Picked | undefined
  /** An adapter to train further. */
  readonly from?: Picked | undefined
  readonly datasets: readonly Picked[]
  /** How often the rows of a dataset are used, by its id; absent: once. */
  readonly rates?: Readonly<Record<string, number>> | undefined
  readonly validation: readonly Picked[]
  readonly name: string
  readonly description?: string | undefined
  readonly device: string
  readonly values: Values
}

export const emptyDraft: RunDraft = {
  method: 'sft',
  datasets: [],
  validation: [],
  name: '',
  device: 'auto',
  values: {},
}

const methods: readonly string[] = ['pretrain', 'sft', 'dpo', 'kto']
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isPicked = (value: unknown): value is Picked =>
  isRecord(value) && typeof value.id === 'string' && typeof value.name === 'string'
const isRate = (value: unknown): value is number => typeof value === 'number' && value >= 0.01 && value <= 10
const isPickedList = (value: unknown): boolean => Array.isArray(value) && value.every(isPicked)
const isPickedOrAbsent = (value: unknown): boolean => value === undefined || isPicked(value)

/** Whether what an earlier window left can be drawn by this one. */
export const isRunDraft = (value: unknown): value is RunDraft =>
  isRecord(value) &&
  methods.includes(String(value.method)) &&
  isPickedOrAbsent(value.model) &&
  isPickedOrAbsent(value.from) &&
  isPickedList(value.datasets) &&
  isPickedList(value.validation) &&
  typeof value.name === 'string' &&
  (value.description === undefined || typeof value.description === 'string') &&
  typeof value.device === 'string' &&
  (value.rates === undefined || (isRecord(value.rates) && Object.values(value.rates).every(isRate))) &&
  isRecord(value.values)

/** The tuning that the draft asks for; the schema's default where it does not say. */
export const tuningOf = ({ values }: Pick<RunDraft, 'values'>): 'lora' | 'qlora' | 'full' =>
  values.tuning === 'qlora' || values.tuning === 'full' ? values.tuning : 'lora'

/** The rates that differ from once, of the datasets that are chosen. */
export const ratesOf = ({ datasets, rates = {} }: Pick<RunDraft, 'datasets' | 'rates'>): Record<string, number> =>
  Object.fromEntries(
    datasets.flatMap(({ id }) => {
      const rate = rates[id]
      return rate === undefined || rate === 1 ? [] : [[id, rate]]
    }),
  )

export type PlanInput = Inputs['training']['plan']

/** The question to the planner; undefined until a model and data are chosen. */
export function planInputOf(draft: RunDraft, set: Values): PlanInput | undefined {
  if (!draft.model || draft.datasets.length === 0) return undefined
  return {
    method: draft.method,
    model: draft.model.id,
    dataset: draft.datasets.map(({ id }) => id),
    validation: draft.validation.map(({ id }) => id),
    samplingRate: ratesOf(draft),
    set: { ...set },
    device: draft.device,
  }
}
