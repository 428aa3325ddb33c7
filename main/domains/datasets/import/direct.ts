import { Buffer } from 'node:buffer'
import type { Detection } from '../../../contract/dataset-rows.ts'
import { literal } from './duckdb.ts'
import { type JsonTape, Kind } from './json-tape.ts'

/**
 * For the commonest rows DuckDB can do the conversion alone, straight from the source, while this process only checks
 * every row. A row that is bad, or that says more than the plain form of its format, ends that: the import then reads
 * from the start and writes canonical rows itself. So there is one meaning of a format, and a short cut to it.
 */
export type Direct = {
  /** The columns of the source, for read_json. */
  readonly source: string
  /** The canonical columns, selected from those. */
  readonly select: string
  /** Whether a row that was read without fault has the plain form, which both ways convert to the same. */
  readonly isPlain: (tape: JsonTape) => boolean
}

const key = {
  role: Buffer.from('role'),
  content: Buffer.from('content'),
}
const assistant = Buffer.from('assistant')
const roles = [Buffer.from('user'), assistant, Buffer.from('system')]
/** Everything else that `messages.ts` gives a meaning to. */
const special = [
  'from',
  'value',
  'weight',
  'tool_calls',
  'function_call',
  'tool_call_id',
  'name',
  'reasoning_content',
].map(name => Buffer.from(name))

/** The short cut for a detected format, if it has one. */
export function directOf({ format, columns }: Detection): Direct | undefined {
  const given = Object.keys(columns)
  const has = (...fields: string[]) => given.length === fields.length && fields.every(field => given.includes(field))
  const { messages, prompt, response, text } = columns
  if (format === 'openai' && has('messages') && messages !== undefined) {
    const name = Buffer.from(messages)
    return {
      source: `${literal(messages)}: 'STRUCT("role" VARCHAR, "content" VARCHAR)[]'`,
      select: `${identifier(messages)} AS messages`,
      isPlain: tape => isPlainChat(tape, tape.find(0, name)),
    }
  }
  if (format === 'prompt_response' && has('prompt', 'response') && prompt !== undefined && response !== undefined) {
    const names = [Buffer.from(prompt), Buffer.from(response)]
    const turn = (role: string, column: string) => `{'role': '${role}', 'content': ${identifier(column)}}`
    return {
      source: `${literal(prompt)}: 'VARCHAR', ${literal(response)}: 'VARCHAR'`,
      select: `[${turn('user', prompt)}, ${turn('assistant', response)}] AS messages`,
      isPlain: tape => names.every(name => isPlainText(tape, tape.find(0, name))),
    }
  }
  if (format === 'text' && text !== undefined) {
    const name = Buffer.from(text)
    return {
      source: `${literal(text)}: 'VARCHAR'`,
      select: `${identifier(text)} AS "text"`,
      isPlain: tape => {
        const node = tape.kinds[0] === Kind.object ? tape.find(0, name) : -1
        return node >= 0 && tape.isString(node) && !tape.isBlank(node)
      },
    }
  }
  return undefined
}

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** Text that is not blank and cannot be taken for JSON inside a string. */
function isPlainText(tape: JsonTape, node: number): boolean {
  if (tape.kinds[0] !== Kind.object || node < 0 || !tape.isString(node) || tape.isBlank(node)) return false
  const first = tape.bytes[tape.starts[node] ?? 0]
  return first !== 0x5b && first !== 0x7b
}

function isPlainChat(tape: JsonTape, array: number): boolean {
  if (tape.kinds[0] !== Kind.object || array < 0 || tape.kinds[array] !== Kind.array) return false
  const { kinds, next } = tape
  const end = next[array] ?? 0
  let hasAnswer = false
  for (let message = array + 1; message < end; message = next[message] ?? end) {
    if (kinds[message] !== Kind.object) return false
    let role = -1
    let content = -1
    const last = next[message] ?? 0
    for (let at = message + 1; at < last; at = next[at + 1] ?? last) {
      if (tape.equals(at, key.role)) role = at + 1
      else if (tape.equals(at, key.content)) content = at + 1
      else if (special.some(name => tape.equals(at, name))) return false
    }
    if (role < 0 || content < 0 || !tape.isString(content) || !tape.isString(role)) return false
    if (!roles.some(name => tape.equals(role, name))) return false
    hasAnswer ||= tape.equals(role, assistant) && !tape.isBlank(content)
  }
  return hasAnswer
}
