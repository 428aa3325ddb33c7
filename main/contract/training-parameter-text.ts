import { AppError } from './errors.ts'
import {
  allowedValues,
  closestParameter,
  type ParameterRow,
  type ParameterValue,
  parameterTable,
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

/**
 * The value of a parameter that is written as text, as on a command line: numbers (also `3e-4`), booleans, lists by
 * comma. Ranges are the schema's affair; here only the type is read.
 * @throws AppError invalid_input for an unknown key, for nothing, and for a value of another type
 */
export const parameterFromText = (key: string, written: string): ParameterValue => {
  const text = written.trim()
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
  if (text === '') return refuse()
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
