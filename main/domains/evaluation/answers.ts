import { createReadStream, existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { AppError } from '../../contract/errors.ts'
import { type evaluation, ResultRow } from '../../contract/evaluation.ts'
import type { Handlers } from '../../contract/method.ts'
import { resultFile } from './config.ts'
import { selectMetrics } from './metrics/registry.ts'
import type { EvaluationRecord } from './repo.ts'
import { createResultIndexes, readRows } from './result-index.ts'

type Deps = {
  readonly folderOf: (id: string) => string
  readonly existing: (ref: string) => EvaluationRecord
}

export type Answers = {
  readonly handlers: Pick<Handlers<typeof evaluation>, 'results' | 'rows'>
  /** All answers of one object, in the order in which they came. Throws `not_found`. */
  readonly of: (record: EvaluationRecord, objectName: string) => Promise<ResultRow[]>
}

/** What the objects of an evaluation answered: one after the other, and side by side row by row. */
export function createAnswers({ folderOf, existing }: Deps): Answers {
  const indexes = createResultIndexes()

  const of: Answers['of'] = async (record, objectName) => {
    const index = record.objects.findIndex(object => object.name === objectName)
    if (index < 0) throw noObject(record, objectName)
    const path = join(folderOf(record.id), resultFile(index))
    if (!existsSync(path)) return []
    const rows: ResultRow[] = []
    for await (const line of createInterface({ input: createReadStream(path) })) {
      const row = ResultRow.safeParse(JSON.parse(line))
      if (row.success) rows.push(row.data)
    }
    return rows
  }

  const handlers: Answers['handlers'] = {
    results: async ({ id, object, offset, limit }) => {
      const rows = await of(existing(id), object)
      return { items: rows.slice(offset, offset + limit), total: rows.length }
    },

    rows: async ({ id, metric: wanted, first, second, filter, q, sort, offset, limit }) => {
      const record = existing(id)
      const [metric] = selectMetrics([wanted ?? record.metrics[0] ?? 'exact_match'])
      if (!metric) throw new AppError('invalid_input', 'An evaluation without a metric has nothing to compare by.')
      const all = record.objects.map(({ name }, index) => ({
        object: name,
        path: join(folderOf(record.id), resultFile(index)),
      }))
      const named = (name: string | undefined, otherwise: number): string | undefined => {
        if (name !== undefined && !all.some(({ object }) => object === name)) throw noObject(record, name)
        return name ?? all[otherwise]?.object
      }
      const { sources, index, matching } = await indexes.open(record.id, all, q?.trim())
      const query = {
        metric: metric.name,
        direction: metric.direction,
        first: named(first, 0) ?? '',
        second: named(second, 1),
        filter,
        sort,
        matching,
      }
      const { rows, counts } = indexes.select(index, query, q?.trim())
      const shown = rows.slice(offset, offset + limit)
      const results = await readRows(sources, index, shown)
      return {
        items: shown.flatMap(row => {
          const answers = results.get(row) ?? []
          const [known] = answers
          if (!known) return []
          return {
            row,
            prompt: known.result.prompt,
            reference: known.result.reference,
            answers: answers.map(
              ({ object, result: { row: _row, prompt: _prompt, reference: _reference, ...answer } }) => ({
                object,
                ...answer,
              }),
            ),
          }
        }),
        total: rows.length,
        counts,
      }
    },
  }

  return { handlers, of }
}

const noObject = (record: EvaluationRecord, name: string): AppError =>
  new AppError('not_found', `${record.name} has no object ${name}.`, {
    hint: `It has: ${record.objects.map(object => object.name).join(', ')}.`,
  })
