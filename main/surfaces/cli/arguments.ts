import * as z from 'zod'
import { AppError } from '../../contract/errors.ts'
import type { AnyMethod, ListedMethod } from '../../contract/walk.ts'

/** The part of JSON Schema that the command line reads. */
export type FieldSchema = {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly items?: FieldSchema
  readonly anyOf?: readonly FieldSchema[]
  readonly format?: string
  readonly description?: string
  readonly default?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly properties?: Readonly<Record<string, FieldSchema>>
  readonly required?: readonly string[]
  /** Of an object whose keys are known. */
  readonly propertyNames?: FieldSchema
  /** The method takes null: `--no-name` says it. */
  readonly isNullable?: boolean
}

export type Positional = { readonly key: string; readonly isOptional: boolean; readonly isRest: boolean }

type Readers = {
  /** Resolves a path of the command line against the folder it was typed in: the backend's own folder is another. */
  readonly resolvePath: (path: string) => string
  readonly readFile: (path: string) => string
}

/** A method's input as JSON Schema: the one source of flags, their types and their help. */
export function inputSchemaOf(method: AnyMethod): FieldSchema {
  const schema = z.toJSONSchema(method['~orpc'].inputSchema as unknown as z.ZodType, {
    io: 'input',
    unrepresentable: 'any',
  }) as FieldSchema
  if (!schema.properties) return schema
  const properties = Object.entries(schema.properties).map(([key, field]) => [key, withoutNull(field)] as const)
  return { ...schema, properties: Object.fromEntries(properties) }
}

/** `X or null` is read like X. */
function withoutNull(field: FieldSchema): FieldSchema {
  const { anyOf = [], ...outer } = field
  const [only, ...others] = anyOf.filter(option => option.type !== 'null')
  return only === undefined || others.length > 0 || anyOf.length < 2 ? field : { ...only, ...outer, isNullable: true }
}

/** `id`, `[message]` (optional), `path...` (all the rest). */
export const positionalsOf = ({ facts }: ListedMethod): readonly Positional[] =>
  (facts.cli?.args ?? []).map(arg => {
    const isOptional = arg.startsWith('[')
    const bare = arg.replace(/^\[|\]$/g, '')
    return { key: bare.replace(/\.\.\.$/, ''), isOptional, isRest: bare.endsWith('...') }
  })

export const flagOf = (key: string): string => `--${key.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
const keyOf = (flag: string): string =>
  flag.replace(/^--/, '').replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())

const kindOf = (field: FieldSchema): 'boolean' | 'array' | 'record' | 'scalar' => {
  const types = [field.type ?? [], ...(field.anyOf ?? []).map(option => option.type ?? [])].flat()
  if (types.includes('array')) return 'array'
  if (types.includes('object')) return 'record'
  return types.includes('boolean') ? 'boolean' : 'scalar'
}

const usage = (message: string, listed: ListedMethod) =>
  new AppError('invalid_input', message, {
    hint: `slipway ${listed.domain} ${listed.verb} --help shows what it takes.`,
  })

/**
 * Reads the words after `slipway <domain> <verb>` into the method's input. Types come from the schema; ranges are left
 * to the backend, which names them. Throws `invalid_input` for unknown flags and missing words.
 */
export function parseInput(listed: ListedMethod, words: readonly string[], readers: Readers): Record<string, unknown> {
  const schema = inputSchemaOf(listed.method)
  const fields = schema.properties ?? {}
  const positionals = positionalsOf(listed)
  const input: Record<string, unknown> = {}
  const loose: string[] = []

  const store = (key: string, field: FieldSchema, raw: readonly string[]): void => {
    const element = field.items ?? field.anyOf?.find(option => option.items)?.items ?? field
    const values = raw.map(text => {
      // What an empty variable leaves: taken for the folder one is in, it would be a surprise.
      if (element.format === 'path' && text === '') throw usage(`An empty path was given for ${key}.`, listed)
      if (element.format === 'path') return readers.resolvePath(text)
      return element.format === 'text-or-file' && text.startsWith('@')
        ? readers.readFile(readers.resolvePath(text.slice(1)))
        : text
    })
    switch (kindOf(field)) {
      case 'array': {
        // A comma separates names; paths and free text may contain one.
        const parts = element.enum ? values.flatMap(text => text.split(',')) : values
        input[key] = [...((input[key] as string[] | undefined) ?? []), ...parts]
        return
      }
      case 'record':
        for (const text of raw.flatMap(text => pairsOf(text, field)))
          input[key] = { ...(input[key] as object | undefined), ...keyValues(text, key) }
        return
      case 'boolean':
        input[key] = raw[0] !== 'false'
        return
      case 'scalar':
        input[key] = numeric(field, values.at(-1) ?? '', key)
    }
  }

  const keyValues = (text: string, key: string): Record<string, unknown> => {
    if (text.startsWith('@')) {
      const value: unknown = parseJson(readers.readFile(readers.resolvePath(text.slice(1))), text)
      if (typeof value !== 'object' || value === null || Array.isArray(value))
        throw usage(`${text} must hold one JSON object.`, listed)
      return value as Record<string, unknown>
    }
    const at = text.indexOf('=')
    if (at < 1) throw usage(`${flagOf(key)} takes key=value, not "${text}".`, listed)
    const names = fields[key]?.propertyNames?.enum
    const stranger = names && /,\s*(\w+)=/.exec(text)?.[1]
    if (stranger !== undefined)
      throw new AppError('invalid_input', `--${key} knows no "${stranger}".`, {
        hint: `It knows: ${names?.join(', ')}. A value that holds ",${stranger}=" is given in a JSON file: --${key} @FILE.`,
      })
    return { [text.slice(0, at)]: text.slice(at + 1) }
  }

  const numeric = (field: FieldSchema, text: string, key: string): unknown => {
    if (field.type !== 'integer' && field.type !== 'number') return text
    const value = Number(text)
    if (text.trim() === '' || Number.isNaN(value)) throw usage(`${flagOf(key)} takes a number, not "${text}".`, listed)
    return value
  }

  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? ''
    if (!word.startsWith('--') || word === '--') {
      loose.push(...(word === '--' ? words.slice(i + 1) : [word]))
      if (word === '--') break
      continue
    }
    const [flag = '', inline] = splitOnce(word, '=')
    const isNegated = flag.startsWith('--no-') && !(keyOf(flag) in fields)
    const key = aliases(fields)[flag] ?? keyOf(isNegated ? `--${flag.slice('--no-'.length)}` : flag)
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined
    if (!field) throw usage(`There is no flag ${flag}.`, listed)
    const kind = kindOf(field)
    if (kind === 'boolean') {
      store(key, field, [isNegated ? 'false' : (inline ?? 'true')])
      continue
    }
    if (isNegated) {
      if (!field.isNullable || inline !== undefined) throw usage(`There is no flag ${word}.`, listed)
      input[key] = null
      continue
    }
    const values = inline === undefined ? [] : [inline]
    while (
      inline === undefined &&
      i + 1 < words.length &&
      (values.length === 0 || kind === 'array' || kind === 'record') &&
      isValue(words[i + 1] ?? '')
    ) {
      i += 1
      values.push(words[i] ?? '')
      if (kind === 'record') break
    }
    if (values.length === 0) throw usage(`${flag} needs a value.`, listed)
    store(key, field, values)
  }

  for (const positional of positionals) {
    const field = fields[positional.key] ?? {}
    const taken = positional.isRest ? loose.splice(0) : loose.splice(0, 1)
    if (taken.length > 0) store(positional.key, field, taken)
    else if (!positional.isOptional && input[positional.key] === undefined)
      throw usage(`${positional.key.toUpperCase()} is missing.`, listed)
  }
  if (loose.length > 0) throw usage(`"${loose[0]}" is one word too many.`, listed)
  for (const key of schema.required ?? []) {
    if (input[key] === undefined) throw usage(`${flagOf(key)} is missing.`, listed)
  }
  return input
}

// `--set` is the promised name of the hyper-parameters' flag, `--map` of the column mapping: schemas say so themselves.
function aliases(
  fields: Readonly<Record<string, FieldSchema & { readonly cliFlag?: string }>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, field]) => (field.cliFlag ? [[`--${field.cliFlag}`, key]] : [])),
  )
}

const isValue = (word: string): boolean => !word.startsWith('--') || /^--?\d/.test(word)

/** `a=B,c=D` is two pairs where `c` is a key that there is: any other comma belongs to the value, such as a column's name. */
function pairsOf(text: string, { propertyNames }: FieldSchema): readonly string[] {
  const keys = propertyNames?.enum
  return keys && !text.startsWith('@') ? text.split(new RegExp(`,\\s*(?=(?:${keys.join('|')})=)`)) : [text]
}

const splitOnce = (text: string, separator: string): [string, string | undefined] => {
  const at = text.indexOf(separator)
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)]
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new AppError('invalid_input', `${name} is not valid JSON.`, {
      cause: error,
      hint: text.trimStart().startsWith('{')
        ? `It breaks off here: ${error instanceof Error ? error.message : String(error)}.`
        : `It begins with “${text.trim().slice(0, 60)}”; it must hold one object, such as {"key": 1}.`,
    })
  }
}
