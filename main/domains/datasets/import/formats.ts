import { Buffer } from 'node:buffer'
import type { DatasetField, DatasetFormat, DatasetKind } from '../../../contract/dataset-rows.ts'
import { innermost, writeAnswer, writeContext, writeQuestion, writeSystemBefore, writeTools } from './context.ts'
import { Kind } from './json-tape.ts'
import { isMessages, writeMessages, writeTurn, wrongType } from './messages.ts'
import { writeJudgedConversation, writePreference } from './preference.ts'
import { isTurns, writeTurns } from './qianfan.ts'
import { RowProblem } from './row-problem.ts'
import type { RowView } from './row-view.ts'
import type { RowWriter } from './row-writer.ts'

/** One shape that people have rows in, and how such a row becomes the canonical one of its kind. */
export type Format = {
  readonly name: DatasetFormat
  readonly kind: DatasetKind
  /** Fields without which no row has this shape. For alternatives (`prompt` or `messages`), one group each. */
  readonly needs: readonly (readonly DatasetField[])[]
  readonly takes: readonly DatasetField[]
  /** Column names by field, the usual one first. */
  readonly columns: { readonly [F in DatasetField]?: readonly string[] }
  /** What its rows can be, besides objects with columns. */
  readonly bare?: readonly ('turns' | 'messages' | 'string')[]
  /** Fits so much that it must not win silently over another that fits too. */
  readonly weak?: true
  /** Writes the row's canonical JSON without its line break. Throws RowProblem. */
  readonly write: (row: RowView, out: RowWriter) => void
}

const names = {
  messages: ['messages', 'conversation', 'dialogue', 'dialog', 'chat'],
  tools: ['tools', 'functions'],
  system: ['system', 'system_prompt', '系统', '系统提示词'],
  prompt: 'prompt question query instruction input user problem 问题 提问 提示词 指令 输入'.split(' '),
  input: ['input', '输入'],
  history: ['history', '历史'],
  response: 'response completion answer output reply target assistant solution 回答 答案 回复 输出'.split(' '),
  chosen: ['chosen', 'preferred', 'accepted'],
  rejected: ['rejected', 'dispreferred'],
  completion: ['completion', 'response', 'answer', 'output'],
  label: ['label', 'kto_tag', 'is_good', 'preferred'],
  responses: ['responses', 'completions', 'candidates', 'answers', 'response'],
  scores: ['scores', 'score', 'rewards'],
  text: ['text', 'content', 'document', 'body', '文本', '内容', '正文'],
} satisfies Format['columns']

const contextFields = ['messages', 'prompt', 'system', 'input', 'history', 'tools'] as const
const context = [['messages', 'prompt']] as const
const question = {
  messages: [...names.messages, 'conversations'],
  prompt: names.prompt,
  system: names.system,
  input: names.input,
  tools: names.tools,
}

const writeConversation = (row: RowView, out: RowWriter): void => {
  const value = isMessages(row.tape) ? { tape: row.tape, node: 0 } : row.structured('messages')
  const { tape, node } = value
  out.ascii('{"messages":[')
  writeSystemBefore(row, value, out)
  const { messages, answers } = writeMessages(tape, node, out, row.nameOf('messages'))
  if (messages === 0) throw new RowProblem('empty', `${row.nameOf('messages')} is empty`, tape.place(node))
  if (answers === 0) throw new RowProblem('no_answer', 'no message of the assistant has any content')
  out.ascii(']')
  writeTools(row, out)
  out.ascii('}')
}

const writePair = (row: RowView, out: RowWriter): void => {
  out.ascii('{"messages":[')
  const { tape, node } = row.structured('response')
  const answer = innermost(tape, node)
  if (tape.isString(answer)) {
    if (tape.isBlank(answer)) throw new RowProblem('no_answer', `${row.nameOf('response')} is empty`)
    writeContext(row, out)
    out.ascii(',')
    writeTurn(tape, out, 'assistant', answer)
  } else {
    writeContext(row, out)
    if (tape.kinds[node] !== Kind.array) throw wrongType(tape, node, row.nameOf('response'), 'text')
    out.ascii(',')
    const { answers } = writeMessages(tape, node, out, row.nameOf('response'))
    if (answers === 0) throw new RowProblem('no_answer', `${row.nameOf('response')} holds no answer of the assistant`)
  }
  out.ascii(']')
  writeTools(row, out)
  out.ascii('}')
}

const writeAlpaca = (row: RowView, out: RowWriter): void => {
  const answer = row.text('response')
  if (row.tape.isBlank(answer)) throw new RowProblem('no_answer', `${row.nameOf('response')} is empty`)
  out.ascii('{"messages":[')
  writeQuestion(row, out)
  out.ascii(',')
  writeTurn(row.tape, out, 'assistant', answer)
  out.ascii(']}')
}

const yes = [Buffer.from('true'), Buffer.from('True'), Buffer.from('1'), Buffer.from('yes')]
const no = [Buffer.from('false'), Buffer.from('False'), Buffer.from('0'), Buffer.from('no')]

const labelOf = (row: RowView): boolean => {
  const { tape } = row
  const node = row.required('label')
  const kind = tape.kinds[node]
  if (kind === Kind.true || kind === Kind.false) return kind === Kind.true
  if (kind === Kind.number || tape.isString(node)) {
    if (yes.some(word => tape.equals(node, word))) return true
    if (no.some(word => tape.equals(node, word))) return false
  }
  throw new RowProblem('wrong_type', `${row.nameOf('label')} must be true or false`, tape.place(node))
}

const writeJudged = (row: RowView, out: RowWriter): void => {
  const label = labelOf(row)
  if (row.optional('completion') < 0 && row.optional('messages') >= 0) {
    writeJudgedConversation(row, label, out)
    return
  }
  out.ascii('{"messages":[')
  writeContext(row, out)
  out.ascii('],"completion":')
  writeAnswer(row.structured('completion'), out, row.nameOf('completion'))
  out.ascii(`,"label":${label}`)
  writeTools(row, out)
  out.ascii('}')
}

const writeScored = (row: RowView, out: RowWriter): void => {
  const { tape, node } = row.structured('responses')
  const name = row.nameOf('responses')
  if (tape.kinds[node] !== Kind.array) throw wrongType(tape, node, name, 'an array of answers')
  const answers = tape.items(node)
  if (answers.length < 2) throw new RowProblem('no_answer', `${name} needs two or more answers`)
  const given = row.optional('scores') >= 0 ? row.structured('scores') : undefined
  const scores = given?.tape.kinds[given.node] === Kind.array ? given.tape.items(given.node) : []
  if (given && scores.length !== answers.length)
    throw new RowProblem(
      'wrong_type',
      `${name} has ${answers.length} answers, ${row.nameOf('scores')} ${scores.length} scores`,
    )
  out.ascii('{"messages":[')
  writeContext(row, out)
  out.ascii('],"responses":[')
  answers.forEach((answer, index) => {
    const isObject = tape.kinds[answer] === Kind.object
    const inside = (key: string) => (isObject ? tape.find(answer, Buffer.from(key)) : -1)
    const content = isObject ? Math.max(inside('content'), inside('text')) : innermost(tape, answer)
    const score = isObject ? inside('score') : (scores[index] ?? -1)
    const scoreTape = isObject ? tape : (given?.tape ?? tape)
    if (content < 0 || !tape.isString(content)) throw wrongType(tape, answer, `${name}[${index}]`, 'text')
    if (score < 0 || scoreTape.kinds[score] !== Kind.number || !Number.isFinite(scoreTape.number(score)))
      throw new RowProblem('missing_field', `${name}[${index}] has no score that is a number`)
    out.ascii(`${index > 0 ? ',' : ''}{"content":`)
    out.string(tape, content)
    out.ascii(',"score":')
    out.scalar(scoreTape, score)
    out.ascii('}')
  })
  out.ascii(']')
  writeTools(row, out)
  out.ascii('}')
}

const writePrompts = (row: RowView, out: RowWriter): void => {
  const { tape } = row
  if (isTurns(tape)) {
    writeTurns(tape, out, 'prompts')
    return
  }
  out.ascii('{"messages":[')
  if (tape.isString(0)) {
    if (tape.isBlank(0)) throw new RowProblem('empty', 'the row is empty')
    writeTurn(tape, out, 'user', 0)
  } else writeContext(row, out)
  out.ascii(']')
  writeTools(row, out)
  out.ascii('}')
}

const writeText = (row: RowView, out: RowWriter): void => {
  const node = row.tape.isString(0) ? 0 : row.text('text')
  if (row.tape.isBlank(node)) throw new RowProblem('empty', 'the text is empty')
  out.ascii('{"text":')
  out.string(row.tape, node)
  out.ascii('}')
}

const qianfan = (name: DatasetFormat, kind: 'sft' | 'dpo' | 'kto' | 'reward'): Format => ({
  name,
  kind,
  needs: [],
  takes: [],
  columns: {},
  bare: ['turns'],
  write: (row, out) => writeTurns(row.tape, out, kind),
})

/** Every shape, the most telling first: of several that fit a sample, the first wins. */
export const formats: readonly Format[] = [
  qianfan('qianfan_dpo', 'dpo'),
  qianfan('qianfan_kto', 'kto'),
  qianfan('qianfan_reward', 'reward'),
  qianfan('qianfan_sft', 'sft'),
  {
    name: 'dpo',
    kind: 'dpo',
    needs: [['chosen'], ['rejected']],
    takes: [...contextFields, 'chosen', 'rejected'],
    columns: { ...question, chosen: names.chosen, rejected: names.rejected },
    write: writePreference,
  },
  {
    name: 'kto',
    kind: 'kto',
    // A conversation may hold the answer that is judged.
    needs: [...context, ['completion', 'messages'], ['label']],
    takes: [...contextFields, 'completion', 'label'],
    columns: { ...question, completion: names.completion, label: names.label },
    write: writeJudged,
  },
  {
    name: 'reward',
    kind: 'reward',
    needs: [...context, ['responses']],
    takes: [...contextFields, 'responses', 'scores'],
    columns: { ...question, responses: names.responses, scores: names.scores },
    write: writeScored,
  },
  {
    name: 'openai',
    kind: 'sft',
    needs: [['messages']],
    takes: ['messages', 'system', 'tools'],
    columns: { messages: names.messages, system: names.system, tools: names.tools },
    bare: ['messages'],
    write: writeConversation,
  },
  {
    name: 'sharegpt',
    kind: 'sft',
    needs: [['messages']],
    takes: ['messages', 'system', 'tools'],
    columns: { messages: ['conversations', 'conversation'], system: names.system, tools: names.tools },
    write: writeConversation,
  },
  {
    name: 'alpaca',
    kind: 'sft',
    needs: [['prompt'], ['response']],
    takes: ['prompt', 'input', 'response', 'history', 'system'],
    columns: {
      prompt: ['instruction'],
      input: names.input,
      response: ['output', 'response'],
      history: names.history,
      system: names.system,
    },
    write: writeAlpaca,
  },
  {
    name: 'prompt_response',
    kind: 'sft',
    needs: [['prompt'], ['response']],
    takes: ['prompt', 'input', 'response', 'history', 'system', 'tools'],
    columns: {
      prompt: names.prompt,
      input: names.input,
      response: names.response,
      system: names.system,
      history: names.history,
      tools: names.tools,
    },
    write: writePair,
  },
  {
    name: 'text',
    kind: 'text',
    needs: [['text']],
    takes: ['text'],
    columns: { text: names.text },
    bare: ['string'],
    weak: true,
    write: writeText,
  },
  {
    name: 'prompts',
    kind: 'prompts',
    needs: context,
    takes: contextFields,
    columns: question,
    bare: ['turns', 'string'],
    weak: true,
    write: writePrompts,
  },
]

export const formatNamed = (name: DatasetFormat): Format => {
  const found = formats.find(format => format.name === name)
  if (!found) throw new Error(`no format ${name}`) // the contract's list and this one are held equal by a test
  return found
}
