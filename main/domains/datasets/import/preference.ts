import { writeAnswer, writeContext, writeSystemBefore, writeTools } from './context.ts'
import { type JsonTape, Kind } from './json-tape.ts'
import { writeMessage, wrongType } from './messages.ts'
import type { Value } from './nested-json.ts'
import { RowProblem } from './row-problem.ts'
import type { RowView } from './row-view.ts'
import type { RowWriter } from './row-writer.ts'

/**
 * A DPO row: a prompt (or messages) with two answers; or two whole conversations, whose shared beginning is the prompt
 * (TRL's "implicit prompt").
 */
export function writePreference(row: RowView, out: RowWriter): void {
  const chosen = row.structured('chosen')
  const rejected = row.structured('rejected')
  const hasContext = row.optional('messages') >= 0 || row.optional('prompt') >= 0
  if (isConversation(chosen) && isConversation(rejected)) writeWhole(row, chosen, rejected, out)
  else {
    if (!hasContext)
      throw new RowProblem('missing_field', 'there is neither a prompt nor a shared beginning of both answers')
    out.ascii('{"messages":[')
    writeContext(row, out)
    out.ascii('],"chosen":')
    writeAnswer(chosen, out, row.nameOf('chosen'))
    out.ascii(',"rejected":')
    writeAnswer(rejected, out, row.nameOf('rejected'))
  }
  writeTools(row, out)
  out.ascii('}')
}

/**
 * A KTO row whose conversation ends with the answer that is judged. A number is no judgement here: a class of the
 * conversation looks the same.
 */
export function writeJudgedConversation(row: RowView, label: boolean, out: RowWriter): void {
  const judged = row.required('label')
  if (row.tape.kinds[judged] === Kind.number) throw wrongType(row.tape, judged, row.nameOf('label'), 'true or false')
  const value = row.structured('messages')
  const { tape, node } = value
  const name = row.nameOf('messages')
  if (tape.kinds[node] !== Kind.array) throw wrongType(tape, node, name, 'an array of messages')
  const items = tape.items(node)
  const last = items.length - 1
  if (last < 1) throw new RowProblem('no_answer', `${name} must be a question and the answer that is judged`)
  out.ascii('{"messages":[')
  writeSystemBefore(row, value, out)
  items.slice(0, last).forEach((message, index) => {
    if (index > 0) out.ascii(',')
    writeMessage(tape, message, out, name, index)
  })
  out.ascii('],"completion":[')
  const { role, hasContent } = writeMessage(tape, items[last] ?? node, out, name, last)
  if (role !== 'assistant' || !hasContent)
    throw new RowProblem('no_answer', `${name} must be a question and the answer that is judged`)
  out.ascii(`],"label":${label}`)
  writeTools(row, out)
  out.ascii('}')
}

/** Messages that begin before the answer. */
function isConversation({ tape, node }: Value): boolean {
  if (tape.kinds[node] !== Kind.array) return false
  const [first] = tape.items(node)
  if (first === undefined || tape.kinds[first] !== Kind.object) return false
  const role = Math.max(tape.find(first, roleKey), tape.find(first, fromKey))
  return role >= 0 && tape.isString(role) && !['assistant', 'gpt'].includes(tape.text(role))
}
const roleKey = Buffer.from('role')
const fromKey = Buffer.from('from')

function writeWhole(row: RowView, chosen: Value, rejected: Value, out: RowWriter): void {
  const left = chosen.tape.items(chosen.node)
  const right = rejected.tape.items(rejected.node)
  const shortest = Math.min(left.length, right.length)
  let shared = 0
  while (shared < shortest && sameValue(chosen.tape, left[shared], rejected.tape, right[shared])) shared += 1
  if (shared === 0) throw new RowProblem('missing_field', 'chosen and rejected have no shared beginning')
  // Two equal conversations still are a question and its answers: `datasets check` counts them as teaching nothing.
  if (shared === shortest) shared -= 1
  if (shared === 0)
    throw new RowProblem('no_answer', 'chosen and rejected hold no answers after their shared beginning')
  const write = ({ tape }: Value, items: readonly number[], name: string): number => {
    let answers = 0
    items.forEach((node, index) => {
      if (index > 0) out.ascii(',')
      const { role, hasContent } = writeMessage(tape, node, out, name, index)
      if (role === 'assistant' && hasContent) answers += 1
    })
    return answers
  }
  out.ascii('{"messages":[')
  writeSystemBefore(row, chosen, out)
  write(chosen, left.slice(0, shared), row.nameOf('chosen'))
  for (const [field, side, items] of [['chosen', chosen, left] as const, ['rejected', rejected, right] as const]) {
    out.ascii(`],"${field}":[`)
    if (write(side, items.slice(shared), row.nameOf(field)) === 0)
      throw new RowProblem('no_answer', `${row.nameOf(field)} holds no answer of the assistant`)
  }
  out.ascii(']')
}

function sameValue(a: JsonTape, nodeA: number | undefined, b: JsonTape, nodeB: number | undefined): boolean {
  if (nodeA === undefined || nodeB === undefined) return false
  if (a.kinds[nodeA] !== Kind.object || b.kinds[nodeB] !== Kind.object)
    throw wrongType(a, nodeA, 'a message', 'an object')
  const rawA = a.raw(nodeA)
  const rawB = b.raw(nodeB)
  return rawA === rawB || JSON.stringify(JSON.parse(rawA)) === JSON.stringify(JSON.parse(rawB))
}
