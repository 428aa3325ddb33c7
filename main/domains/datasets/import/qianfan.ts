import { Buffer } from 'node:buffer'
import { innermost } from './context.ts'
import { type JsonTape, Kind } from './json-tape.ts'
import { writeTurn, writeWeight, wrongType } from './messages.ts'
import { RowProblem } from './row-problem.ts'
import type { RowWriter } from './row-writer.ts'

/*
 * Qianfan's rows: one array of turns per line. SFT turns are {"prompt","response"}, with "system" in the first and a
 * "weight" in any; DPO and KTO write "user" and "assistant", and "chosen" and "rejected" in the last turn; reward rows
 * have "response": [["a"],["b"]] and "score": [1,0]. The older form nests every response: "response": [["…"]].
 */

const key = {
  system: Buffer.from('system'),
  prompt: Buffer.from('prompt'),
  user: Buffer.from('user'),
  response: Buffer.from('response'),
  assistant: Buffer.from('assistant'),
  weight: Buffer.from('weight'),
  chosen: Buffer.from('chosen'),
  rejected: Buffer.from('rejected'),
  score: Buffer.from('score'),
}

/** Whether a row is an array whose first item is an object: turns, not text. */
export const isTurns = (tape: JsonTape): boolean => tape.kinds[0] === Kind.array && tape.kinds[1] === Kind.object

/** Writes the canonical row of a kind from an array of turns, or from a single turn. Throws RowProblem. */
export function writeTurns(tape: JsonTape, out: RowWriter, kind: 'sft' | 'dpo' | 'kto' | 'reward' | 'prompts'): void {
  const turns = tape.kinds[0] === Kind.object ? [0] : tape.kinds[0] === Kind.array ? tape.items(0) : undefined
  if (!turns) throw wrongType(tape, 0, 'the row', 'an array of turns')
  const last = turns.at(-1)
  if (last === undefined) throw new RowProblem('empty', 'the row has no turns')

  out.ascii('{"messages":[')
  turns.forEach((turn, index) => {
    if (tape.kinds[turn] !== Kind.object) throw wrongType(tape, turn, `turn ${index + 1}`, 'an object')
    const system = index === 0 ? present(tape, turn, key.system) : -1
    if (system >= 0 && !tape.isBlank(text(tape, system, 'system'))) {
      writeTurn(tape, out, 'system', system)
      out.ascii(',')
    } else if (index > 0) out.ascii(',')
    const prompt = present(tape, turn, key.prompt, key.user)
    if (prompt < 0) throw new RowProblem('missing_field', `turn ${index + 1} has no prompt`, tape.place(turn))
    writeTurn(tape, out, 'user', text(tape, prompt, `the prompt of turn ${index + 1}`))
    if (turn !== last || kind === 'sft') writeReply(tape, turn, index, out)
  })
  out.ascii(']')
  writeEnd[kind](tape, last, out)
  out.ascii('}')
}

function writeReply(tape: JsonTape, turn: number, index: number, out: RowWriter): void {
  const what = `the response of turn ${index + 1}`
  const response = present(tape, turn, key.response, key.assistant)
  const answer = response < 0 ? -1 : innermost(tape, response)
  if (answer < 0 || (tape.kinds[answer] === Kind.array && tape.items(answer).length === 0))
    throw new RowProblem('no_answer', `${what} is missing`, tape.place(turn))
  if (tape.isBlank(text(tape, answer, what))) throw new RowProblem('no_answer', `${what} is empty`, tape.place(turn))
  out.ascii(',{"role":"assistant","content":')
  out.string(tape, answer)
  const weight = tape.find(turn, key.weight)
  if (weight >= 0) writeWeight(tape, weight, out, `the weight of turn ${index + 1}`)
  out.ascii('}')
}

/** What follows the messages, by kind. */
const writeEnd: Record<
  'sft' | 'dpo' | 'kto' | 'reward' | 'prompts',
  (tape: JsonTape, last: number, out: RowWriter) => void
> = {
  sft: () => undefined,
  prompts: (tape, last) => {
    const response = present(tape, last, key.response, key.assistant)
    const answer = response < 0 ? -1 : innermost(tape, response)
    if (answer >= 0 && tape.isString(answer) && !tape.isBlank(answer))
      throw new RowProblem('wrong_type', 'the last turn has a response where only a prompt is expected')
  },
  dpo: (tape, last, out) => {
    out.ascii(',"chosen":[')
    writeSide(tape, last, key.chosen, out)
    out.ascii('],"rejected":[')
    writeSide(tape, last, key.rejected, out)
    out.ascii(']')
  },
  kto: (tape, last, out) => {
    const chosen = present(tape, last, key.chosen)
    const rejected = present(tape, last, key.rejected)
    if (chosen >= 0 && rejected >= 0)
      throw new RowProblem('wrong_type', 'the last turn has both chosen and rejected; KTO takes one of them')
    out.ascii(',"completion":[')
    writeSide(tape, last, chosen >= 0 ? key.chosen : key.rejected, out)
    out.ascii(`],"label":${chosen >= 0}`)
  },
  reward: (tape, last, out) => {
    const response = present(tape, last, key.response)
    const score = present(tape, last, key.score)
    const answers = response >= 0 && tape.kinds[response] === Kind.array ? tape.items(response) : []
    const scores = score >= 0 && tape.kinds[score] === Kind.array ? tape.items(score) : []
    if (answers.length < 2 || answers.length !== scores.length)
      throw new RowProblem(
        'no_answer',
        'the last turn needs two or more responses and as many scores',
        tape.place(last),
      )
    out.ascii(',"responses":[')
    answers.forEach((answer, index) => {
      const node = scores[index] ?? -1
      if (tape.kinds[node] !== Kind.number || !Number.isFinite(tape.number(node)))
        throw new RowProblem('wrong_type', `score ${index + 1} must be a number`, tape.place(last))
      out.ascii(`${index > 0 ? ',' : ''}{"content":`)
      out.string(tape, text(tape, innermost(tape, answer), `response ${index + 1}`))
      out.ascii(',"score":')
      out.scalar(tape, node)
      out.ascii('}')
    })
    out.ascii(']')
  },
}

function writeSide(tape: JsonTape, turn: number, side: Buffer, out: RowWriter): void {
  const node = present(tape, turn, side)
  if (node < 0) throw new RowProblem('missing_field', `the last turn has no ${side}`, tape.place(turn))
  const answer = text(tape, innermost(tape, node), side.toString())
  if (tape.isBlank(answer)) throw new RowProblem('no_answer', `${side} is empty`, tape.place(turn))
  writeTurn(tape, out, 'assistant', answer)
}

function present(tape: JsonTape, object: number, ...keys: readonly Buffer[]): number {
  for (const wanted of keys) {
    const node = tape.find(object, wanted)
    if (node >= 0 && tape.kinds[node] !== Kind.null) return node
  }
  return -1
}

function text(tape: JsonTape, node: number, what: string): number {
  if (!tape.isString(node)) throw wrongType(tape, node, what, 'text')
  return node
}
