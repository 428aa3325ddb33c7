import { join } from 'node:path'
import { AppError } from '../../contract/errors.ts'
import { type evaluation, metricNames, type ResultRow } from '../../contract/evaluation.ts'
import { isEnded, type JobId } from '../../contract/jobs.ts'
import type { Handlers } from '../../contract/method.ts'
import type { ReadableDb } from '../../platform/db/types.ts'
import { createAnswers } from './answers.ts'
import type { EvaluationDeps } from './deps.ts'
import { createEvaluationView } from './evaluation-view.ts'
import { createMetrics } from './metrics/registry.ts'
import { createRemoval } from './removal.ts'
import {
  activeEvaluations,
  countEvaluations,
  type EvaluationRecord,
  findEvaluation,
  isEvaluation,
  listEvaluations,
} from './repo.ts'
import { reportFormatOf, writeReport } from './report-file.ts'
import { createStart } from './start-evaluation.ts'
import { createEvaluationEvents } from './worker.ts'

export type Evaluations = {
  readonly handlers: Handlers<typeof evaluation>
  readonly usersOf: (id: string) => readonly string[]
  /** Whether there is an evaluation of this id, also one that is removed and can be restored: its folder is needed. */
  readonly isEvaluation: (db: ReadableDb, id: string) => boolean
  /** How an evaluation is called and what it does; undefined once it is removed. */
  readonly now: (id: string) => { readonly name: string; readonly state: string } | undefined
  /** Deletes the answers of evaluations that were removed long enough ago, now and from time to time. */
  readonly start: () => void
  readonly purge: () => void
  readonly close: () => void
}

/** Evaluation: batch inference to stored result sets, scores with intervals, comparison, report. */
export function createEvaluations(deps: EvaluationDeps): Evaluations {
  const { store, clock, log, paths, jobs, render } = deps
  const { stateOf, toEvaluation, detail } = createEvaluationView(deps)
  const folderOf = (id: string) => join(paths.dataDir, 'evaluations', id)

  const existing = (ref: string): EvaluationRecord => {
    const found = findEvaluation(store.read, ref)
    if (!found)
      throw new AppError('not_found', `There is no evaluation ${ref}.`, { hint: 'slipway evaluation list shows them.' })
    return found
  }

  const removal = createRemoval({ store, clock, log, folderOf, stateOf, existing })
  const answers = createAnswers({ folderOf, existing })
  const metrics = createMetrics()
  jobs.handle('evaluation', createEvaluationEvents(clock))

  const handlers: Handlers<typeof evaluation> = {
    ...answers.handlers,

    start: createStart({ ...deps, folderOf, existing, toEvaluation }),

    list: async ({ state, q, ...page }) => {
      const { records, nextCursor } = listEvaluations(store.read, { state, q }, page)
      return {
        items: records.map(toEvaluation),
        total: countEvaluations(store.read, { state, q }),
        ...(nextCursor !== undefined && { nextCursor }),
      }
    },

    show: async ({ id }) => detail(existing(id)),

    metrics: async () => ({
      items: metricNames.flatMap(name => {
        const metric = metrics.get(name)
        return metric
          ? {
              name,
              title: metric.title,
              description: metric.description,
              direction: metric.direction,
              unit: metric.unit,
            }
          : []
      }),
    }),

    report: async ({ id, path }, call) => {
      const record = existing(id)
      const format = reportFormatOf(path)
      const rows = new Map<string, readonly ResultRow[]>()
      for (const object of record.objects) rows.set(object.name, await answers.of(record, object.name))
      const sizeBytes = writeReport(path, render(format, detail(record), rows))
      store.commit(call, record.id, () => undefined)
      return { path, sizeBytes }
    },

    stop: async ({ id }, call) => {
      const record = existing(id)
      if (isEnded(stateOf(record)) || record.jobId === null)
        throw new AppError('conflict', `${record.name} is not running: it is ${record.state}.`)
      jobs.stop(call, record.jobId as JobId)
      return toEvaluation(existing(record.id))
    },

    remove: async ({ id, purge }, call) => removal.remove(call, id, purge),
    restore: async ({ id }, call) => detail(removal.restore(call, id)),
  }

  return {
    handlers,
    start: removal.start,
    purge: removal.purge,
    close: removal.close,
    isEvaluation,
    now: id => {
      const record = findEvaluation(store.read, id)
      return record && { name: record.name, state: stateOf(record) }
    },
    usersOf: id =>
      activeEvaluations(store.read)
        .filter(record => record.dataset.id === id || record.objects.some(object => object.id === id))
        .map(record => `evaluation ${record.name}`),
  }
}
