import type { Parameter, Values } from './draft.ts'

export const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/**
 * What each parameter would be if the run started now: what was set, else what the planner made of it, else the default.
 * Only the planner knows defaults that follow another parameter or the model.
 */
export const effectiveValues = (items: readonly Parameter[], set: Values, planned: Values = {}): Values =>
  Object.fromEntries(items.map(item => [item.key, set[item.key] ?? planned[item.key] ?? item.default]))

/** Whether a parameter has a meaning beside the others. */
export function applies({ appliesWhen }: Pick<Parameter, 'appliesWhen'>, effective: Values): boolean {
  if (appliesWhen === undefined) return true
  const value = effective[appliesWhen.key]
  return (typeof value === 'string' || typeof value === 'boolean') && appliesWhen.in.includes(value)
}

/** Whether it was set to something else than its default. One whose default follows another counts as soon as it is set. */
export const isChanged = (item: Parameter, set: Values): boolean => {
  const value = set[item.key]
  return value !== undefined && (item.defaultFrom !== undefined || !isSame(value, item.default))
}

/** Sets a parameter, or takes back what was set. */
export function withValue(set: Values, key: string, value: unknown): Values {
  const { [key]: _, ...others } = set
  return value === undefined || value === null || value === '' ? others : { ...others, [key]: value }
}

/** What is sent: set parameters that this method has and that apply. Others stay in the draft for when they do. */
export function valuesToSend(items: readonly Parameter[], set: Values): Values {
  const effective = effectiveValues(items, set)
  return Object.fromEntries(
    items.flatMap(item => {
      const value = set[item.key]
      return value === undefined || !applies(item, effective) ? [] : [[item.key, value]]
    }),
  )
}

/** A length that was wished and what the model lets through of it. */
export type Shortened = { readonly wish: number; readonly longest: number }

/**
 * Whether rows are cut shorter than was wished, because the model reads no more at once. The wish stays in the draft and
 * holds again as soon as a model is chosen that reads more.
 * @param contextLength of the chosen model, in tokens; undefined where none is chosen or its headers don't tell
 */
export function shortenedLength(
  items: readonly Parameter[],
  set: Values,
  contextLength: number | undefined,
): Shortened | undefined {
  const item = items.find(({ key }) => key === 'maxSequenceLength')
  const wish = set.maxSequenceLength ?? item?.default
  return contextLength !== undefined && typeof wish === 'number' && wish > contextLength
    ? { wish, longest: contextLength }
    : undefined
}

/** Why a value cannot be: outside its range, or not of its type. Undefined: nothing is wrong with it alone. */
export function problemOf(item: Parameter, value: unknown): 'type' | 'range' | undefined {
  if (value === undefined) return undefined
  switch (item.type) {
    case 'integer':
    case 'number':
      if (typeof value !== 'number' || !Number.isFinite(value)) return 'type'
      if (item.type === 'integer' && !Number.isInteger(value)) return 'type'
      return item.range && (value < item.range.min || value > item.range.max) ? 'range' : undefined
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'type'
    case 'choice':
      return item.choices?.includes(String(value)) === false ? 'range' : undefined
    case 'list':
      return Array.isArray(value) && value.length > 0 ? undefined : 'type'
    case 'string':
      return typeof value === 'string' ? undefined : 'type'
  }
}

/** The parameters that stand open, in the order in which a person decides them; a method has those it has. */
export const openGroups = {
  what: ['tuning', 'lossOn', 'beta'],
  amount: ['epochs', 'learningRate', 'maxSequenceLength', 'validationSplit'],
  fit: ['globalBatchSize', 'microBatchSize', 'gradientCheckpointing'],
} as const
const openKeys: ReadonlySet<string> = new Set(Object.values(openGroups).flat())

export type FoldedGroup = { readonly name: string; readonly items: readonly Parameter[] }

/** Everything that does not stand open, by the schema's groups and in its order: nothing a newer backend adds is hidden. */
export function foldedGroups(items: readonly Parameter[]): readonly FoldedGroup[] {
  const groups = new Map<string, Parameter[]>()
  for (const item of items) {
    if (openKeys.has(item.key)) continue
    const name = item.group === 'early stopping' ? 'validation' : item.group
    groups.set(name, [...(groups.get(name) ?? []), item])
  }
  return [...groups].map(([name, members]) => ({ name, items: members }))
}

/** The method that learns from rows of a kind, where a dataset was chosen before a method. */
export const kindsMethod = (kind: string): 'pretrain' | 'sft' | 'dpo' | 'kto' | undefined =>
  kind === 'text' ? 'pretrain' : kind === 'sft' || kind === 'dpo' || kind === 'kto' ? kind : undefined
