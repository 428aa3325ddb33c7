import { Buffer } from 'node:buffer'
import { type JsonTape, Kind } from './json-tape.ts'
import { unwrapped } from './nested-json.ts'
import { RowProblem } from './row-problem.ts'
import type { OptionalMessageField, RowWriter } from './row-writer.ts'

export type Role = 'system' | 'user' | 'assistant' | 'tool'

const bytes = (text: string) => Buffer.from(text)

/** The names that roles go by in OpenAI's, ShareGPT's and Qianfan's data. */
const roles: readonly { readonly name: Buffer; readonly role: Role }[] = [
  ['user', 'user'],
  ['assistant', 'assistant'],
  ['system', 'system'],
  ['human', 'user'],
  ['gpt', 'assistant'],
  ['tool', 'tool'],
  ['developer', 'system'],
  ['function', 'tool'],
  ['observation', 'tool'],
  ['function_call', 'assistant'],
  ['model', 'assistant'],
  ['bot', 'assistant'],
  ['chatbot', 'assistant'],
].map(([name, role]) => ({ name: bytes(name as string), role: role as Role }))

const key = {
  role: bytes('role'),
  from: bytes('from'),
  content: bytes('content'),
  value: bytes('value'),
  weight: bytes('weight'),
  toolCalls: bytes('tool_calls'),
  functionCall: bytes('function_call'),
  toolCallId: bytes('tool_call_id'),
  name: bytes('name'),
  reasoning: bytes('reasoning_content'),
  type: bytes('type'),
  text: bytes('text'),
}
const textPart = bytes('text')

/** What a conversation holds, as far as its use is decided by it. */
export type Conversation = { readonly messages: number; readonly answers: number; readonly last: Role | undefined }

/** Says which kind of JSON value was met, in the reader's words. */
function shownKind(tape: JsonTape, node: number): string {
  switch (tape.kinds[node]) {
    case Kind.object:
      return 'an object'
    case Kind.array:
      return 'an array'
    case Kind.number:
      return 'a number'
    case Kind.null:
      return 'null'
    case Kind.true:
    case Kind.false:
      return 'true or false'
    default:
      return 'text'
  }
}

export const wrongType = (tape: JsonTape, node: number, what: string, wanted: string): RowProblem =>
  new RowProblem('wrong_type', `${what} must be ${wanted}, not ${shownKind(tape, node)}`, tape.place(node))

/**
 * Writes the items of an array of messages (`role`/`content` or `from`/`value`), comma-separated and without brackets.
 * Throws RowProblem for a message that a chat template could not take.
 */
export function writeMessages(tape: JsonTape, array: number, out: RowWriter, what: string): Conversation {
  if (tape.kinds[array] !== Kind.array) throw wrongType(tape, array, what, 'an array of messages')
  const end = tape.next[array] as number // nodes below come from the tape itself, so they are in range
  let count = 0
  let answers = 0
  let last: Role | undefined
  for (let node = array + 1; node < end; node = tape.next[node] as number) {
    if (count > 0) out.ascii(',')
    const message = writeMessage(tape, node, out, what, count)
    last = message.role
    if (message.role === 'assistant' && message.hasContent) answers += 1
    count += 1
  }
  return { messages: count, answers, last }
}

/** Writes one message of the role with the content of a string, or of several joined by line breaks. */
export function writeTurn(tape: JsonTape, out: RowWriter, role: Role, ...parts: readonly number[]): void {
  out.ascii(`{"role":"${role}","content":"`)
  parts.forEach((part, index) => {
    if (index > 0) out.ascii('\\n')
    out.inside(tape, part)
  })
  out.ascii('"}')
}

/** Writes one message. Answers its role, and whether it has content or calls tools. */
export function writeMessage(tape: JsonTape, node: number, out: RowWriter, what: string, index: number) {
  const place = () => `${what}[${index}]`
  if (tape.kinds[node] !== Kind.object) throw wrongType(tape, node, place(), 'an object with role and content')
  // One walk over the keys: a row has few, and this is the innermost loop of an import.
  let roleNode = -1
  let content = -1
  let extras = false
  const end = tape.next[node] as number
  for (let at = node + 1; at < end; at = tape.next[at + 1] as number) {
    if (tape.equals(at, key.role) || tape.equals(at, key.from)) roleNode = at + 1
    else if (tape.equals(at, key.content) || tape.equals(at, key.value)) content = at + 1
    else extras = true
  }
  if (roleNode < 0) throw new RowProblem('missing_field', `${place()} has no role`, tape.place(node))
  const role = roleOf(tape, roleNode, place)
  out.ascii(`{"role":"${role}","content":`)
  const toolCalls = extras ? findAny(tape, node, key.toolCalls, key.functionCall) : -1
  let hasContent = toolCalls >= 0
  if (content < 0 || tape.kinds[content] === Kind.null) {
    if (toolCalls < 0) throw new RowProblem('missing_field', `${place()} has no content`, tape.place(node))
    out.ascii('null')
  } else hasContent = writeContent(tape, content, out, place) || hasContent
  if (extras) writeExtras(tape, node, out, place, toolCalls)
  out.ascii('}')
  return { role, hasContent }
}

/** The role of the first message of a conversation; undefined where there is none, or it is not known. */
export function firstRole(tape: JsonTape, array: number): Role | undefined {
  const first = array + 1
  if (tape.kinds[array] !== Kind.array || first === tape.next[array] || tape.kinds[first] !== Kind.object)
    return undefined
  const node = findAny(tape, first, key.role, key.from)
  return node >= 0 && tape.isString(node) ? knownRole(tape, node) : undefined
}

/** Whether a row is itself an array of messages. */
export const isMessages = (tape: JsonTape): boolean => firstRole(tape, 0) !== undefined

const knownRole = (tape: JsonTape, node: number): Role | undefined =>
  roles.find(({ name }) => tape.equals(node, name))?.role

function roleOf(tape: JsonTape, node: number, place: () => string): Role {
  if (!tape.isString(node)) throw wrongType(tape, node, `${place()}.role`, 'text')
  for (const { name, role } of roles) if (tape.equals(node, name)) return role
  throw new RowProblem(
    'unknown_role',
    `${place()} has the role ${JSON.stringify(tape.text(node).slice(0, 40))}; known are system, user, assistant and tool`,
    tape.place(node),
  )
}

/** Writes text, or the text parts of OpenAI's content array joined; answers whether there is any. */
function writeContent(tape: JsonTape, node: number, out: RowWriter, place: () => string): boolean {
  if (tape.isString(node)) {
    out.string(tape, node)
    return !tape.isBlank(node)
  }
  if (tape.kinds[node] !== Kind.array) throw wrongType(tape, node, `${place()}.content`, 'text')
  let hasText = false
  out.ascii('"')
  for (const part of tape.items(node)) {
    if (tape.isString(part)) {
      out.inside(tape, part)
      hasText ||= !tape.isBlank(part)
      continue
    }
    const type = tape.kinds[part] === Kind.object ? tape.find(part, key.type) : -1
    const text = type >= 0 && tape.equals(type, textPart) ? tape.find(part, key.text) : -1
    if (text < 0 || !tape.isString(text)) {
      const shown = type >= 0 && tape.isString(type) ? tape.text(type).slice(0, 40) : shownKind(tape, part)
      throw new RowProblem(
        'unsupported_content',
        `${place()}.content has a part that is not text: ${shown}`,
        tape.place(part),
      )
    }
    out.inside(tape, text)
    hasText ||= !tape.isBlank(text)
  }
  out.ascii('"')
  return hasText
}

function writeExtras(tape: JsonTape, node: number, out: RowWriter, place: () => string, toolCalls: number): void {
  if (toolCalls >= 0) {
    // JSON, or (as our own Parquet has it) text that holds JSON.
    const calls = unwrapped(tape, toolCalls, `${place()}.tool_calls`)
    const kind = calls.tape.kinds[calls.node]
    if (kind !== Kind.array && kind !== Kind.object)
      throw wrongType(tape, toolCalls, `${place()}.tool_calls`, 'an array')
    field(out, 'tool_calls')
    out.jsonText(calls.tape, calls.node)
  }
  for (const [name, wanted] of textExtras) {
    const value = tape.find(node, wanted)
    if (value < 0 || tape.kinds[value] === Kind.null) continue
    if (!tape.isString(value)) throw wrongType(tape, value, `${place()}.${name}`, 'text')
    field(out, name)
    out.string(tape, value)
  }
  const weight = tape.find(node, key.weight)
  if (weight >= 0) writeWeight(tape, weight, out, `${place()}.weight`)
}

const textExtras = [
  ['reasoning_content', key.reasoning],
  ['name', key.name],
  ['tool_call_id', key.toolCallId],
] as const

/** Writes `,"weight":n` inside a message. 0 keeps the turn out of the loss, 1 is the default. */
export function writeWeight(tape: JsonTape, node: number, out: RowWriter, what: string): void {
  if (tape.kinds[node] === Kind.null) return
  const weight = tape.kinds[node] === Kind.number ? tape.number(node) : Number.NaN
  if (!(weight >= 0 && weight <= 1))
    throw new RowProblem('wrong_type', `${what} must be a number from 0 to 1`, tape.place(node))
  field(out, 'weight')
  out.ascii(String(weight))
}

function field(out: RowWriter, name: OptionalMessageField): void {
  out.used.add(name)
  out.ascii(`,"${name}":`)
}

function findAny(tape: JsonTape, object: number, ...keys: readonly Buffer[]): number {
  for (const wanted of keys) {
    const found = tape.find(object, wanted)
    if (found >= 0 && tape.kinds[found] !== Kind.null) return found
  }
  return -1
}
