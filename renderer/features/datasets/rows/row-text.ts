import type { DatasetKind } from '../../../../main/contract/dataset-rows.ts'

/** A message of a row, as far as it can be shown; rows come as plain JSON. */
export type Message = {
  readonly role: string
  readonly content: string | undefined
  readonly toolCalls: unknown
  readonly weight: number | undefined
}
export type RowData = Readonly<Record<string, unknown>>

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const messagesOf = (value: unknown): readonly Message[] =>
  Array.isArray(value)
    ? value.filter(isRecord).map(({ role, content, tool_calls: toolCalls, weight }) => ({
        role: typeof role === 'string' ? role : '',
        content: typeof content === 'string' ? content : undefined,
        toolCalls,
        weight: typeof weight === 'number' ? weight : undefined,
      }))
    : []

/** The parts of a row that a list shows, in the order of `partsOfKind`. One line each: line breaks become spaces. */
export function summaryOf(kind: DatasetKind, data: RowData): readonly string[] {
  const messages = messagesOf(data.messages)
  const first = (role: string) => messages.find(message => message.role === role)?.content ?? ''
  const question = first('user') || messages[0]?.content || ''
  const contentOf = (value: unknown) => messagesOf(value).at(-1)?.content ?? (typeof value === 'string' ? value : '')
  const parts = ((): readonly string[] => {
    switch (kind) {
      case 'text':
        return [typeof data.text === 'string' ? data.text : '']
      case 'prompts':
        return [question]
      case 'sft':
        return [question, first('assistant')]
      case 'dpo':
        return [question, contentOf(data.chosen), contentOf(data.rejected)]
      case 'kto':
        return [question, contentOf(data.completion), data.label === true ? '✓' : data.label === false ? '✗' : '']
      case 'reward':
        return [question, scored(data.responses)]
      default:
        return kind satisfies never
    }
  })()
  return parts.map(oneLine)
}

const longestShown = 300
const oneLine = (text: string): string => text.slice(0, longestShown).replace(/\s+/g, ' ').trim()

/** Scored answers, the best first. */
const scored = (value: unknown): string =>
  Array.isArray(value)
    ? value
        .filter(isRecord)
        .map(({ content, score }) => ({ content: String(content ?? ''), score: Number(score ?? 0) }))
        .sort((a, b) => b.score - a.score)
        .map(({ content, score }) => `${score}: ${content}`)
        .join(' · ')
    : ''

/** Names of the columns of a list, by kind. */
export const partsOfKind = {
  text: ['text'],
  prompts: ['prompt'],
  sft: ['prompt', 'answer'],
  dpo: ['prompt', 'chosen', 'rejected'],
  kto: ['prompt', 'answer', 'label'],
  reward: ['prompt', 'answers'],
} as const satisfies Record<DatasetKind, readonly string[]>
