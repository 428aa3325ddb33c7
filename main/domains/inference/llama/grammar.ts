import { type Llama, LlamaGrammar } from 'node-llama-cpp'
import { AppError } from '../../../contract/errors.ts'

type Schema = Readonly<Record<string, unknown>>

// What node-llama-cpp turns into a grammar; every other keyword would be dropped in silence, so it is refused here.
const understood = new Set([
  'type', 'const', 'enum', 'oneOf', 'anyOf', '$ref', '$defs', 'definitions', 'properties', 'required', 'additionalProperties',
  'minProperties', 'maxProperties', 'items', 'prefixItems', 'minItems', 'maxItems', 'minLength', 'maxLength', 'format',
]) // biome-ignore format: a table of words
// Says something to people, or nothing to a grammar.
const harmless = new Set(['title', 'description', 'default', 'examples', '$schema', '$id', '$comment', 'deprecated'])
const formats = new Set(['date', 'time', 'date-time'])

/**
 * The grammar of a JSON Schema. `{"type": "object"}` alone is any JSON object. Throws `unsupported` for a schema that
 * a grammar cannot express, naming the keyword: a constraint that is silently dropped would be a lie.
 */
export async function grammarOfSchema(llama: Llama, schema: Schema): Promise<LlamaGrammar> {
  const keys = Object.keys(schema).filter(key => !harmless.has(key))
  if (schema.type === 'object' && keys.length === 1) return LlamaGrammar.getFor(llama, 'json')
  const prepared = prepare(schema, '$', 0)
  try {
    // The schema was checked above; the library's type spells out every form of it.
    const made = await llama.createGrammarForJsonSchema(prepared as never)
    // The library ends its grammars with four line breaks, for its own chat loop to recognise the end. Ours is the end token.
    return await llama.createGrammar({ grammar: made.grammar.replace('"\\n\\n\\n\\n" [\\n]*', '') })
  } catch (error) {
    throw new AppError('unsupported', 'This JSON Schema cannot be turned into a grammar.', {
      cause: error,
      hint: error instanceof Error ? error.message.slice(0, 300) : 'Simplify it.',
    })
  }
}

/** The grammar of GBNF text. Throws `invalid_input` when llama.cpp does not accept it. */
export async function grammarOfText(llama: Llama, grammar: string): Promise<LlamaGrammar> {
  try {
    return await llama.createGrammar({ grammar })
  } catch (error) {
    throw new AppError('invalid_input', 'llama.cpp does not accept this grammar.', {
      cause: error,
      hint: 'GBNF is described in llama.cpp’s grammars/README.md; the root rule is called root.',
    })
  }
}

function prepare(value: unknown, at: string, depth: number): unknown {
  if (depth > 32) throw new AppError('unsupported', `The JSON Schema is nested deeper than 32 levels at ${at}.`)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new AppError('invalid_input', `The JSON Schema has no object at ${at}.`)
  const result: Record<string, unknown> = {}
  for (const [key, part] of Object.entries(value)) {
    if (harmless.has(key)) continue
    if (!understood.has(key) || (key === 'format' && !formats.has(String(part)))) {
      throw new AppError(
        'unsupported',
        `The JSON Schema keyword "${key}" at ${at} cannot be enforced while generating.`,
        {
          hint: 'Leave it out and check the answer yourself, or say the same with enum, oneOf or properties.',
        },
      )
    }
    const name = key === 'anyOf' ? 'oneOf' : key === 'definitions' ? '$defs' : key
    result[name] = prepareKeyword(name, part, `${at}.${key}`, depth + 1)
  }
  return result
}

function prepareKeyword(name: string, part: unknown, at: string, depth: number): unknown {
  switch (name) {
    case 'properties':
    case '$defs':
      return Object.fromEntries(
        Object.entries((part ?? {}) as Schema).map(([key, inner]) => [key, prepare(inner, `${at}.${key}`, depth)]),
      )
    case 'items':
      return prepare(part, at, depth)
    case 'additionalProperties':
      return typeof part === 'boolean' ? part : prepare(part, at, depth)
    case 'oneOf':
    case 'prefixItems':
      if (!Array.isArray(part)) throw new AppError('invalid_input', `The JSON Schema has no list at ${at}.`)
      return part.map((inner, i) => prepare(inner, `${at}[${i}]`, depth))
    case '$ref':
      return String(part).replace('#/definitions/', '#/$defs/')
    default:
      return part
  }
}
