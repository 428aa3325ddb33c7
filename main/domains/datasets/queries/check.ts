import type { DuckDBConnection } from '@duckdb/node-api'
import type { CheckProblem } from '../../../contract/dataset-checks.ts'
import type { DatasetKind } from '../../../contract/dataset-rows.ts'
import { duckError } from '../import/duckdb.ts'
import { type MarkHooks, type Marks, markRows } from './mark-rows.ts'
import { type Rule, rowsWord, rules } from './row-rules.ts'
import { questionOf, type RowSet, rowsOf, searchedText } from './row-sql.ts'

const shownRows = 20
/** No tokenizer in use packs more characters of running text into a token on average. */
const charactersPerToken = 6

export type CheckInput = RowSet & {
  readonly rows: number
  readonly maxSequenceLength?: number | undefined
  readonly against?: (RowSet & { readonly name: string }) | undefined
}

/** One problem that rows of a version have, with SQL that gives the numbers of these rows once they are marked. */
export type Finding = Omit<Rule, 'kinds' | 'when'> & {
  /** What every row is marked with before: SQL over a row of the kind, by the name of the mark. */
  readonly marks: Marks
  readonly rows: string
}

/** Every problem that single rows can have; what a whole set can have is not among them. */
export async function findings(connection: DuckDBConnection, input: CheckInput): Promise<readonly Finding[]> {
  const fields = await messageFields(connection, input)
  const optional = (name: string) => (fields.has(name) ? `m."${name}"` : 'NULL')
  const found = rules
    .filter(rule => rule.kinds.includes(input.kind))
    .map(({ kinds: _, when, ...rule }) =>
      marked(rule, when.replaceAll('{tool_calls}', optional('tool_calls')).replaceAll('{weight}', optional('weight'))),
    )
  found.push(...duplicates(input))
  if (input.maxSequenceLength !== undefined) {
    const limit = input.maxSequenceLength * charactersPerToken
    const tooLong = {
      code: 'too_long',
      severity: 'warning',
      message: (count: number) =>
        `${rowsWord(count)} with more than ${limit} characters, which ${input.maxSequenceLength} tokens hardly hold`,
      remedy: 'They will be cut at the end: raise maxSequenceLength, or split the rows.',
    } as const
    found.push(marked(tooLong, `length(${searchedText(input.kind)}) > ${limit}`))
  }
  if (input.against) {
    const { against } = input
    const key = (kind: DatasetKind) => `md5_number(${plainText(questionOf(kind))})`
    found.push({
      code: 'leak',
      severity: 'error',
      message: count => `${rowsWord(count)} with a question that ${against.name} holds too`,
      remedy: 'What is trained on cannot measure: remove them here or there, or divide with slipway datasets split.',
      marks: { question: key(input.kind) },
      rows: `SELECT row_number FROM marked WHERE question IN (SELECT ${key(against.kind)} FROM ${rowsOf(against)})`,
    })
  }
  return found
}

const marked = (rule: Omit<Finding, 'marks' | 'rows'>, when: string): Finding => ({
  ...rule,
  marks: { [rule.code]: when },
  rows: `SELECT row_number FROM marked WHERE "${rule.code}"`,
})

/** Looks at every row once, for all that `found` asks about it. */
export const markFor = (
  connection: DuckDBConnection,
  input: CheckInput,
  found: readonly Finding[],
  hooks: MarkHooks = {},
): Promise<void> => markRows(connection, input, Object.assign({}, ...found.map(({ marks }) => marks)), hooks)

/** Problems of a version, the worst first. Each is counted over all rows and names the first of them. */
export async function checkRows(
  connection: DuckDBConnection,
  input: CheckInput,
  hooks: MarkHooks = {},
): Promise<CheckProblem[]> {
  try {
    return await problemsOf(connection, input, hooks)
  } catch (error) {
    throw duckError(error, 'the check')
  }
}

async function problemsOf(connection: DuckDBConnection, input: CheckInput, hooks: MarkHooks): Promise<CheckProblem[]> {
  const sought = await findings(connection, input)
  await markFor(connection, input, sought, hooks)
  const found: CheckProblem[] = []
  for (const { code, severity, message, remedy, rows } of sought) {
    hooks.signal?.throwIfAborted()
    const [row] = (
      await connection.runAndReadAll(`SELECT count(*), min(row_number, ${shownRows}) FROM (${rows})`)
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
  const isLabelled = input.kind === 'kto'
  const repeated = (key: string) =>
    `SELECT row_number FROM (SELECT row_number, row_number() OVER (PARTITION BY ${key}${isLabelled ? ', label' : ''} ORDER BY row_number) AS nth FROM marked) WHERE nth > 1`
  // Of a text only its hash is kept: a table of all rows has to fit into memory.
  const marks = { exact: `md5_number(${text})`, ...(isLabelled && { label: 'label' }) }
  return [
    {
      code: 'duplicate',
      severity: 'warning',
      message: count => `${rowsWord(count)} that repeat an earlier row exactly`,
      remedy: 'Remove them, unless more weight is what you want.',
      marks,
      rows: repeated('exact'),
    },
    {
      code: 'near_duplicate',
      severity: 'note',
      message: count => `${rowsWord(count)} that differ from an earlier row in case, spaces and punctuation at most`,
      remedy: 'Look at them: they are likely the same row.',
      marks: { ...marks, plain: `md5_number(${plainText(text)})` },
      rows: `${repeated('plain')} EXCEPT ${repeated('exact')}`,
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
