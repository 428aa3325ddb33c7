import type { Parameter, Values } from './draft.ts'

/** The draft of what is typed as JSON, as long as it cannot be read as parameters. */
export const jsonDraft = 'training.new.json'

export const parametersJson = (values: Values): string => `${JSON.stringify(values, undefined, 2)}\n`

export type ReadParameters =
  | { readonly values: Values; readonly unknown: readonly string[] }
  | { readonly problem: 'syntax' | 'shape'; readonly message: string }

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
const namesOf = ({ key, qianfanName, transformersName }: Parameter): readonly string[] =>
  [key, qianfanName, transformersName]
    .filter(name => name !== undefined)
    .flatMap(name => [name, name.split('.').at(-1) ?? ''])
    .map(plain)

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?$/

/** Other tools write numbers and booleans as text. */
function typed({ type }: Parameter, value: unknown): unknown {
  if (typeof value !== 'string') return value
  if ((type === 'integer' || type === 'number') && decimal.test(value.trim())) return Number(value)
  if (type === 'boolean' && /^(true|false)$/i.test(value)) return value.toLowerCase() === 'true'
  return type === 'list' ? value.split(',').map(part => part.trim()) : value
}

/**
 * Reads pasted JSON into parameters. Keys may be ours or the names that Qianfan and Transformers use for them, and
 * Qianfan's `hyperParameterConfig` around them is taken off. What this method does not have is named, never dropped in
 * silence.
 */
export function readParameters(text: string, items: readonly Parameter[]): ReadParameters {
  // What does not even begin as an object is no broken JSON: the engine's word on its first letter would say nothing.
  if (text.trim() !== '' && !text.trimStart().startsWith('{'))
    return { problem: 'shape', message: text.trim().slice(0, 60) }
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch (error) {
    return { problem: 'syntax', message: error instanceof Error ? error.message : String(error) }
  }
  if (!isRecord(content)) return { problem: 'shape', message: text.trim().slice(0, 60) }
  const { hyperParameterConfig: inner } = content
  const given = isRecord(inner) ? inner : content
  const values: Record<string, unknown> = {}
  const unknown: string[] = []
  for (const [name, value] of Object.entries(given)) {
    const item = items.find(({ key }) => key === name) ?? items.find(each => namesOf(each).includes(plain(name)))
    if (!item) unknown.push(name)
    else if (value !== null) values[item.key] = typed(item, value)
  }
  return { values, unknown }
}
