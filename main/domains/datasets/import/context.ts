import { type JsonTape, Kind } from './json-tape.ts'
import { firstRole, writeMessage, writeMessages, writeTurn, wrongType } from './messages.ts'
import type { Value } from './nested-json.ts'
import { RowProblem } from './row-problem.ts'
import type { RowView } from './row-view.ts'
import type { RowWriter } from './row-writer.ts'

/**
 * Writes the conversation up to the answer, without brackets: a messages column, or system, history, and the prompt with
 * its input. Answers how many messages it wrote.
 */
export function writeContext(row: RowView, out: RowWriter): number {
  if (row.optional('messages') >= 0) {
    const value = row.structured('messages')
    const written = writeSystemBefore(row, value, out)
    const { messages, last } = writeMessages(value.tape, value.node, out, row.nameOf('messages'))
    if (messages === 0) throw new RowProblem('empty', `${row.nameOf('messages')} is empty`)
    if (last === 'assistant')
      throw new RowProblem(
        'wrong_type',
        `${row.nameOf('messages')} ends with an answer where only a question is expected`,
      )
    return written + messages
  }
  const prompt = row.structured('prompt')
  if (prompt.tape.kinds[prompt.node] === Kind.array) {
    const written = writeSystemBefore(row, prompt, out)
    const { messages } = writeMessages(prompt.tape, prompt.node, out, row.nameOf('prompt'))
    if (messages === 0) throw new RowProblem('empty', `${row.nameOf('prompt')} is empty`)
    return written + messages
  }
  return writeQuestion(row, out)
}

/** Writes system, history, and a prompt that is text. */
export function writeQuestion(row: RowView, out: RowWriter): number {
  const prompt = row.text('prompt')
  const input = row.optionalText('input')
  let written = writeSystem(row, out, 0)
  written = writeHistory(row, out, written)
  if (written > 0) out.ascii(',')
  if (input >= 0 && !row.tape.isBlank(input)) writeTurn(row.tape, out, 'user', prompt, input)
  else writeTurn(row.tape, out, 'user', prompt)
  return written + 1
}

/**
 * Writes the system column and a comma before a conversation, unless that begins with a system turn of its own: then the
 * turn is what its author meant (LLaMA-Factory reads such rows so, too). Answers how many messages it wrote.
 */
export function writeSystemBefore(row: RowView, { tape, node }: Value, out: RowWriter): number {
  if (row.optional('system') < 0 || firstRole(tape, node) === 'system') return 0
  const written = writeSystem(row, out, 0)
  if (written > 0) out.ascii(',')
  return written
}

function writeSystem(row: RowView, out: RowWriter, written: number): number {
  const system = row.optionalText('system')
  if (system < 0 || row.tape.isBlank(system)) return written
  writeTurn(row.tape, out, 'system', system)
  return written + 1
}

/** Alpaca's history: an array of [question, answer] pairs. */
function writeHistory(row: RowView, out: RowWriter, before: number): number {
  if (row.optional('history') < 0) return before
  const { tape, node } = row.structured('history')
  const name = row.nameOf('history')
  if (tape.isString(node) && tape.isBlank(node)) return before
  if (tape.kinds[node] !== Kind.array) throw wrongType(tape, node, name, 'an array of [question, answer] pairs')
  let written = before
  for (const pair of tape.items(node)) {
    const texts = tape.kinds[pair] === Kind.array ? tape.items(pair) : []
    const [question, answer] = texts
    if (
      texts.length !== 2 ||
      question === undefined ||
      answer === undefined ||
      !texts.every(text => tape.isString(text))
    )
      throw wrongType(tape, pair, `an entry of ${name}`, 'a pair of texts')
    if (written > 0) out.ascii(',')
    writeTurn(tape, out, 'user', question)
    out.ascii(',')
    writeTurn(tape, out, 'assistant', answer)
    written += 2
  }
  return written
}

/** Writes `,"tools":"…"` with the JSON text of the tool definitions, when the row has any. */
export function writeTools(row: RowView, out: RowWriter): void {
  if (row.optional('tools') < 0) return
  const { tape, node } = row.structured('tools')
  if (tape.isString(node) && tape.isBlank(node)) return
  if (tape.kinds[node] !== Kind.array) throw wrongType(tape, node, row.nameOf('tools'), 'an array of tool definitions')
  if (tape.next[node] === node + 1) return
  out.used.add('tools')
  out.ascii(',"tools":')
  out.jsonText(tape, node)
}

/** Writes an answer as an array of messages: text becomes one assistant message, and one message stands for itself. */
export function writeAnswer({ tape, node }: Value, out: RowWriter, what: string): void {
  out.ascii('[')
  if (tape.isString(node)) {
    if (tape.isBlank(node)) throw new RowProblem('no_answer', `${what} is empty`, tape.place(node))
    writeTurn(tape, out, 'assistant', node)
  } else if (tape.kinds[node] === Kind.object) {
    const { role, hasContent } = writeMessage(tape, node, out, what, 0)
    if (role !== 'assistant' || !hasContent)
      throw new RowProblem('no_answer', `${what} holds no answer of the assistant`, tape.place(node))
  } else {
    const { answers } = writeMessages(tape, node, out, what)
    if (answers === 0) throw new RowProblem('no_answer', `${what} holds no answer of the assistant`, tape.place(node))
  }
  out.ascii(']')
}

/** The text inside `["…"]` or `[["…"]]`, Qianfan's older way to write an answer; otherwise the node itself. */
export function innermost(tape: JsonTape, node: number): number {
  let at = node
  for (let depth = 0; depth < 2 && tape.kinds[at] === Kind.array; depth += 1) {
    const [first, second] = tape.items(at)
    if (first === undefined || second !== undefined) return at
    at = first
  }
  return at
}
