import type { GgufHeader } from './gguf.ts'
import type { GgufArray, GgufValue } from './gguf-values.ts'
import { refuse } from './refuse.ts'

/** The keys of a GGUF header by the type that the asker needs; a key of another type is refused with its name. */
export type GgufKeys = {
  readonly architecture: string
  readonly values: ReadonlyMap<string, GgufValue>
  readonly text: (key: string) => string | undefined
  readonly integer: (key: string) => number | undefined
  readonly array: (key: string) => GgufArray | undefined
  /** `<architecture>.<key>` */
  readonly own: (key: string) => number | undefined
  /** `<architecture>.<key>` where it may be one number or one per layer. */
  readonly perLayer: (key: string) => readonly number[] | undefined
}

export function ggufKeys({ values }: Pick<GgufHeader, 'values'>, file: string): GgufKeys {
  const wrong = (key: string, wanted: string) => refuse(file, `its key "${key}" is not ${wanted}.`)
  const text = (key: string): string | undefined => {
    const value = values.get(key)
    if (value === undefined) return undefined
    if (value.type !== 'string') throw wrong(key, 'text')
    if (value.value === undefined) throw wrong(key, 'a text of at most 1 MB')
    return String(value.value)
  }
  const array = (key: string): GgufArray | undefined => {
    const value = values.get(key)
    if (value !== undefined && value.type !== 'array') throw wrong(key, 'an array')
    return value
  }
  const integer = (key: string): number | undefined => {
    const value = values.get(key)
    if (value === undefined) return undefined
    const number = integerOf(value)
    if (number === undefined) throw wrong(key, 'a natural number')
    return number
  }
  const architecture = text('general.architecture')
  if (architecture === undefined || !/^[a-z0-9][a-z0-9._-]{0,63}$/i.test(architecture)) {
    throw refuse(file, 'it does not say its general.architecture.', 'Convert the model again with a current llama.cpp.')
  }
  return {
    architecture,
    values,
    text,
    integer,
    array,
    own: key => integer(`${architecture}.${key}`),
    perLayer: key => {
      const value = values.get(`${architecture}.${key}`)
      if (value?.type !== 'array') {
        const one = integer(`${architecture}.${key}`)
        return one === undefined ? undefined : [one]
      }
      const numbers = (value.items ?? []).map(item => (typeof item === 'number' && item >= 0 ? item : undefined))
      if (numbers.length !== value.count || numbers.includes(undefined)) {
        throw wrong(`${architecture}.${key}`, 'a list of natural numbers')
      }
      return numbers.filter(number => number !== undefined)
    },
  }
}

function integerOf(value: GgufValue): number | undefined {
  if (value.type === 'array' || value.type === 'f32' || value.type === 'f64') return undefined
  return typeof value.value === 'number' && value.value >= 0 ? value.value : undefined
}
