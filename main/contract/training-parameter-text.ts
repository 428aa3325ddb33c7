import { AppError } from './errors.ts'
import { describeMethod, type ParameterDescription } from './training-method-description.ts'
import {
  allowedValues,
  closestParameter,
  type ParameterRow,
  type ParameterValue,
  parameterGroups,
  parameterTable,
  type TrainingMethod,
  type TrainingParameters,
  tunings,
} from './training-parameters.ts'

const rowOf = (key: string): ParameterRow | undefined =>
  new Map<string, ParameterRow>(Object.entries(parameterTable)).get(key)

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,4})?$/
const booleans: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
  ['yes', true],
  ['no', false],
  ['on', true],
  ['off', false],
])

const parseValue = (key: string, text: string): ParameterValue => {
  const row = rowOf(key)
  if (row === undefined) {
    const meant = closestParameter(undefined, key)
    throw new AppError('invalid_input', `There is no training parameter "${key.slice(0, 100)}".`, {
      hint: meant === undefined ? '`slipway training schema METHOD` lists them.' : `Did you mean ${meant}?`,
    })
  }
  const refuse = (): never => {
    throw new AppError(
      'invalid_input',
      `${key}: "${text.slice(0, 100)}" is not allowed; it must be ${allowedValues(row)}.`,
    )
  }
  switch (row.type) {
    case 'integer':
    case 'number':
      return decimal.test(text) ? Number(text) : refuse()
    case 'boolean':
      return booleans.get(text.toLowerCase()) ?? refuse()
    case 'choice':
    case 'string':
      return text
    case 'list': {
      const items = text.split(',').map(item => item.trim())
      return items.includes('') ? refuse() : items
    }
    default:
      return row satisfies never
  }
}

const parseFile = (name: string, text: string): Readonly<Record<string, unknown>> => {
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch (cause) {
    throw new AppError(
      'invalid_input',
      `${name} is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
        hint: 'Write one object of parameters, such as {"epochs": 3, "learningRate": 0.0003}.',
      },
    )
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw new AppError('invalid_input', `${name} must hold one JSON object of parameters.`)
  return Object.fromEntries(Object.entries(content))
}

/**
 * Reads the values of repeated `--set` flags: `key=value` (numbers also as `3e-4`, booleans, lists by comma) or
 * `@file.json`. Later flags win over earlier ones. Ranges are the schema's affair; here only the type is read.
 * @param readFile reads the file of an `@file.json`; its errors pass through
 * @throws AppError invalid_input for a flag that is no `key=value`, an unknown key, or a value of another type
 */
export const parseSetFlags = (
  flags: readonly string[],
  readFile?: (path: string) => string,
): Readonly<Record<string, unknown>> => {
  const values = new Map<string, unknown>()
  for (const flag of flags) {
    if (flag.startsWith('@')) {
      if (readFile === undefined) throw new AppError('unsupported', 'Parameters cannot be read from a file here.')
      for (const [key, value] of Object.entries(parseFile(flag.slice(1), readFile(flag.slice(1)))))
        values.set(key, value)
      continue
    }
    const at = flag.indexOf('=')
    const key = flag.slice(0, at).trim()
    const text = flag.slice(at + 1).trim()
    if (at < 1 || key === '' || text === '')
      throw new AppError('invalid_input', `"${flag.slice(0, 100)}" is not of the form key=value.`, {
        hint: 'For example --set learningRate=3e-4, or --set @parameters.json.',
      })
    values.set(key, parseValue(key, text))
  }
  return Object.fromEntries(values)
}

/** Writes parameters as the `--set` flags that give them back; the inverse of `parseSetFlags`. */
export const formatSetFlags = (parameters: Partial<TrainingParameters>): readonly string[] =>
  Object.entries(parameters).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${Array.isArray(value) ? value.join(',') : String(value)}`],
  )

export type Locale = 'en' | 'zh-CN'

const valueText = (value: ParameterValue | null): string =>
  value === null ? '–' : Array.isArray(value) ? value.join(',') : String(value)

/** `0.0003 (full: 0.00003)`: one value where the tunings agree, else each that differs. */
const defaultText = ({ defaults }: ParameterDescription): string => {
  const lora = valueText(defaults.lora)
  const others = tunings.filter(tuning => defaults[tuning] !== null && valueText(defaults[tuning]) !== lora)
  return others.length === 0
    ? lora
    : `${lora} (${others.map(name => `${name}: ${valueText(defaults[name])}`).join(', ')})`
}

const conditionText = ({ appliesWhen }: ParameterDescription): string =>
  appliesWhen === undefined ? '' : `only with ${appliesWhen.key}=${appliesWhen.in.join('|')}`

const cell = (text: string): string => text.replaceAll('|', '\\|')

/** The reference of a method as a Markdown table per group, for the generated documentation. */
export const renderMethodMarkdown = (method: TrainingMethod, locale: Locale = 'en'): string => {
  const description = describeMethod(method)
  const sections = parameterGroups.flatMap(group => {
    const own = description.parameters.filter(parameter => parameter.group === group)
    if (own.length === 0) return []
    const lines = own.map(parameter => {
      const help = [parameter.help[locale], conditionText(parameter)].filter(text => text !== '').join(' — ')
      const names = [parameter.qianfanName ?? '–', parameter.transformersName ?? '–']
      return `| ${[`\`${parameter.key}\``, parameter.allowed, defaultText(parameter), help, ...names].map(cell).join(' | ')} |`
    })
    return [
      `### ${group}\n\n| key | allowed | default | effect | Qianfan | Transformers |\n|---|---|---|---|---|---|\n${lines.join('\n')}`,
    ]
  })
  return `## ${method}: ${description.title[locale]}\n\n${description.help[locale]}\n\n${sections.join('\n\n')}\n`
}

/** The same for a terminal: one block per parameter. */
export const renderMethodText = (method: TrainingMethod, locale: Locale = 'en'): string => {
  const description = describeMethod(method)
  const blocks = parameterGroups.flatMap(group => {
    const own = description.parameters.filter(parameter => parameter.group === group)
    if (own.length === 0) return []
    const lines = own.map(parameter => {
      const names = [
        parameter.qianfanName !== undefined && `Qianfan: ${parameter.qianfanName}`,
        parameter.transformersName !== undefined && `Transformers: ${parameter.transformersName}`,
        conditionText(parameter),
      ].filter(text => text !== false && text !== '')
      return `  ${parameter.key.padEnd(24)}${defaultText(parameter)}   [${parameter.allowed}]\n      ${parameter.help[locale]}\n      ${names.join(' · ')}`
    })
    return [`${group.toUpperCase()}\n${lines.join('\n')}`]
  })
  return `${method}: ${description.title[locale]}. ${description.help[locale]}\n\n${blocks.join('\n\n')}\n`
}
