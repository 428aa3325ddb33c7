import type { CheckProblem } from '../../../contract/dataset-checks.ts'
import type { DatasetKind } from '../../../contract/dataset-rows.ts'
import { textsOfKind } from './row-sql.ts'

/** A problem that a row can have by itself. */
export type Rule = {
  readonly code: string
  readonly severity: CheckProblem['severity']
  readonly kinds: readonly DatasetKind[]
  /** SQL over a row: true for a row with the problem. */
  readonly when: string
  readonly message: (count: number) => string
  readonly remedy: string
}

const isSpoken = `trim(coalesce(m."content", ''), ' ' || chr(9) || chr(10) || chr(13)) <> ''`
const chats = ['sft', 'dpo', 'kto', 'reward', 'prompts'] as const
const roles = (list: string) =>
  `list_transform(list_filter(${list}, lambda m: m."role" IN ('user', 'assistant')), lambda m: m."role")`
export const rowsWord = (count: number) => (count === 1 ? '1 row' : `${count} rows`)

/** What can be seen without a tokenizer. Rows that it finds are named; whether they are wrong is the owner's to say. */
export const rules: readonly Rule[] = [
  {
    code: 'empty_turn',
    severity: 'warning',
    kinds: chats,
    when: `len(list_filter(messages, lambda m: m."role" = 'user' AND NOT (${isSpoken}))) > 0`,
    message: count => `${rowsWord(count)} with a user turn that says nothing`,
    remedy: 'Remove these rows or fill the turns: the model learns to answer silence.',
  },
  {
    code: 'empty_answer',
    severity: 'warning',
    kinds: ['sft'],
    when: `len(list_filter(messages, lambda m: m."role" = 'assistant' AND NOT (${isSpoken}) AND {tool_calls} IS NULL)) > 0`,
    message: count => `${rowsWord(count)} with an assistant turn that says nothing`,
    remedy: 'Remove these turns: the model learns to stop at once.',
  },
  {
    code: 'role_order',
    severity: 'warning',
    kinds: chats,
    when: `(${roles('messages')})[1] IS DISTINCT FROM 'user' OR len(list_filter(list_zip(${roles('messages')}, (${roles('messages')})[2:]), lambda p: p[1] = p[2])) > 0`,
    message: count => `${rowsWord(count)} whose user and assistant turns do not take turns, user first`,
    remedy: 'Many chat templates refuse such conversations: join or remove the turns.',
  },
  {
    code: 'late_system',
    severity: 'warning',
    kinds: chats,
    when: `len(list_filter(messages[2:], lambda m: m."role" = 'system')) > 0`,
    message: count => `${rowsWord(count)} with a system message that is not the first`,
    remedy: 'Most chat templates know one system message, at the start.',
  },
  {
    code: 'ends_unanswered',
    severity: 'note',
    kinds: ['sft'],
    when: `list_last(messages)."role" <> 'assistant'`,
    message: count => `${rowsWord(count)} whose last message is no answer`,
    remedy: 'What follows the last answer teaches nothing: cut it off.',
  },
  {
    code: 'nothing_learned',
    severity: 'error',
    kinds: ['sft'],
    when: `len(list_filter(messages, lambda m: m."role" = 'assistant' AND coalesce({weight}, 1) > 0)) = 0`,
    message: count => `${rowsWord(count)} in which every answer has weight 0`,
    remedy: 'Every label of such a row is masked: give an answer a weight, or remove the row.',
  },
  {
    code: 'same_answers',
    severity: 'error',
    kinds: ['dpo'],
    when: `${textsOfKind('dpo').chosen} = ${textsOfKind('dpo').rejected}`,
    message: count => `${rowsWord(count)} with the same text chosen and rejected`,
    remedy: 'There is nothing to prefer: remove these rows.',
  },
  {
    code: 'same_scores',
    severity: 'error',
    kinds: ['reward'],
    when: `len(list_distinct(list_transform(responses, lambda r: r."score"))) < 2`,
    message: count => `${rowsWord(count)} whose answers all have the same score`,
    remedy: 'There is nothing to rank: remove these rows or score them again.',
  },
]
