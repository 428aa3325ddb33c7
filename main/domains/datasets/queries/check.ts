import type { DuckDBConnection } from '@duckdb/node-api'
import type { CheckProblem } from '../../../contract/dataset-checks.ts'
import type { DatasetKind } from '../../../contract/dataset-rows.ts'
import { questionOf, type RowSet, rowsOf, searchedText, textsOfKind } from './row-sql.ts'

const shownRows = 20
/** No tokenizer in use packs more characters of running text into a token on average. */
const charactersPerToken = 6

export type CheckInput = RowSet & {
  readonly rows: number
  readonly maxSequenceLength?: number | undefined
  readonly against?: (RowSet & { readonly name: string }) | undefined
}

type Rule = {
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
const rowsWord = (count: number) => (count === 1 ? '1 row' : `${count} rows`)

/** What can be seen without a tokenizer. Rows that it finds are named; whether they are wrong is the owner's to say. */
const rules: readonly Rule[] = [
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

/** One problem of a version, with SQL that gives the numbers of the rows that have it. */
type Finding = Omit<Rule, 'kinds' | 'when'> & { readonly rows: string }

/** Every problem that single rows can have; what a whole set can have is not among them. */
export async function findings(connection: DuckDBConnection, input: CheckInput): Promise<readonly Finding[]> {
  const fields = await messageFields(connection, input)
  const optional = (name: string) => (fields.has(name) ? `m."${name}"` : 'NULL')
  const found: Finding[] = rules
    .filter(rule => rule.kinds.includes(input.kind))
    .map(({ kinds: _, when, ...rule }) => ({
      ...rule,
      rows: `SELECT row_number FROM ${rowsOf(input)} WHERE ${when
        .replaceAll('{tool_calls}', optional('tool_calls'))
        .replaceAll('{weight}', optional('weight'))}`,
    }))
  found.push(...duplicates(input))
  if (input.maxSequenceLength !== undefined) {
    const limit = input.maxSequenceLength * charactersPerToken
    found.push({
      code: 'too_long',
      severity: 'warning',
      message: count =>
        `${rowsWord(count)} with more than ${limit} characters, which ${input.maxSequenceLength} tokens hardly hold`,
      remedy: 'They will be cut at the end: raise maxSequenceLength, or split the rows.',
      rows: `SELECT row_number FROM ${rowsOf(input)} WHERE length(${searchedText(input.kind)}) > ${limit}`,
    })
  }
  if (input.against) {
    const { against } = input
    found.push({
      code: 'leak',
      severity: 'error',
      message: count => `${rowsWord(count)} with a question that ${against.name} holds too`,
      remedy: 'What is trained on cannot measure: remove them here or there, or divide with slipway datasets split.',
      rows: `SELECT row_number FROM ${rowsOf(input)} WHERE ${plainText(questionOf(input.kind))} IN (SELECT ${plainText(questionOf(against.kind))} FROM ${rowsOf(against)})`,
    })
  }
  return found
}

/** Problems of a version, the worst first. Each is counted over all rows and names the first of them. */
export async function checkRows(connection: DuckDBConnection, input: CheckInput): Promise<CheckProblem[]> {
  const found: CheckProblem[] = []
  for (const { code, severity, message, remedy, rows } of await findings(connection, input)) {
    const [row] = (
      await connection.runAndReadAll(
        `SELECT count(*), list(row_number ORDER BY row_number)[:${shownRows}] FROM (${rows})`,
      )
    ).getRowsJson()
    const count = Number(row?.[0] ?? 0)
    if (count === 0) continue
    const numbers = Array.isArray(row?.[1]) ? row[1].map(Number) : []
    found.push({ code, severity, rows: numbers, count, message: message(count), remedy })
  }
  if (input.kind === 'kto') found.push(...(await labelBalance(connection, input)))
  if ((input.kind === 'dpo' || input.kind === 'kto') && input.rows < 100)
    found.push({
      code: 'few_rows',
      severity: 'note',
      rows: [],
      count: input.rows,
      message: `${rowsWord(input.rows)}: preferences from fewer than 100 rarely hold`,
      remedy: 'Collect more rows.',
    })
  const order = { error: 0, warning: 1, note: 2 }
  return found.toSorted((a, b) => order[a.severity] - order[b.severity] || b.count - a.count)
}

/** Letters and digits only, in one case: what is left when spelling and spacing do not matter. */
const plainText = (text: string): string => `regexp_replace(lower(${text}), '[^\\p{L}\\p{N}]+', '', 'g')`

function duplicates(input: CheckInput): readonly Finding[] {
  const text = searchedText(input.kind)
  const label = input.kind === 'kto' ? ', label' : ''
  const repeated = (key: string) =>
    `SELECT row_number FROM (SELECT row_number, key, row_number() OVER (PARTITION BY key${label} ORDER BY row_number) AS nth FROM (SELECT row_number, ${key} AS key${label} FROM ${rowsOf(input)})) WHERE nth > 1`
  return [
    {
      code: 'duplicate',
      severity: 'warning',
      message: count => `${rowsWord(count)} that repeat an earlier row exactly`,
      remedy: 'Remove them, unless more weight is what you want.',
      rows: repeated(`md5(${text})`),
    },
    {
      code: 'near_duplicate',
      severity: 'note',
      message: count => `${rowsWord(count)} that differ from an earlier row in case, spaces and punctuation at most`,
      remedy: 'Look at them: they are likely the same row.',
      rows: `${repeated(`md5(${plainText(text)})`)} EXCEPT ${repeated(`md5(${text})`)}`,
    },
  ]
}

async function labelBalance(connection: DuckDBConnection, input: CheckInput): Promise<CheckProblem[]> {
  const read = await connection.runAndReadAll(`SELECT count(*) FILTER (label), count(*) FROM ${rowsOf(input)}`)
  const [good = 0, all = 0] = (read.getRows()[0] ?? []).map(Number)
  const bad = all - good
  if (good > 0 && bad > 0 && Math.max(good, bad) <= 4 * Math.min(good, bad)) return []
  const isOneSided = good === 0 || bad === 0
  return [
    {
      code: 'label_balance',
      severity: isOneSided ? 'error' : 'warning',
      rows: [],
      count: Math.min(good, bad),
      message: `${good} answers are marked good and ${bad} bad`,
      remedy: isOneSided ? 'KTO needs both.' : 'Set desirableWeight and undesirableWeight, or even the two out.',
    },
  ]
}

async function messageFields(connection: DuckDBConnection, input: RowSet): Promise<ReadonlySet<string>> {
  if (input.kind === 'text') return new Set()
  const described = await connection.runAndReadAll(`DESCRIBE SELECT messages FROM ${rowsOf(input)}`)
  const type = String(described.getRows()[0]?.[1] ?? '')
  return new Set([...type.matchAll(/"?(\w+)"? (?:VARCHAR|DOUBLE)/g)].map(match => match[1] ?? ''))
}
