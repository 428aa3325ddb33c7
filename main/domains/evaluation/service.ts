import { createReadStream, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Call } from '../../contract/call.ts'
import { AppError } from '../../contract/errors.ts'
import {
  type Evaluation,
  type EvaluationDetail,
  type EvaluationObject,
  type evaluation,
  metricNames,
  ResultRow,
} from '../../contract/evaluation.ts'
import { isEnded, type Job, type JobId } from '../../contract/jobs.ts'
import type { Handlers } from '../../contract/method.ts'
import { type Clock, isoOf } from '../../platform/clock.ts'
import { lineageOf, linkLineage } from '../../platform/db/lineage.ts'
import type { ReadableDb, Store, Tx } from '../../platform/db/types.ts'
import { newId } from '../../platform/ids.ts'
import type { Log } from '../../platform/log.ts'
import type { Paths } from '../../platform/paths.ts'
import type { JobHandler, JobsPort } from '../../platform/processes/port.ts'
import { type EvaluateConfig, EvaluateEvent, resultFile } from './config.ts'
import { defaultName } from './default-name.ts'
import { createMetrics, selectMetrics } from './metrics/registry.ts'
import { type EvaluationData, type HeldBackRows, questionsOf } from './questions.ts'
import { createRemoval } from './removal.ts'
import {
  activeEvaluations,
  countEvaluations,
  type EvaluationRecord,
  findEvaluation,
  insertEvaluation,
  isEvaluation,
  listEvaluations,
  updateEvaluation,
} from './repo.ts'
import { createResultIndexes, readRows } from './result-index.ts'

const worker = fileURLToPath(new URL('../../entry/evaluate.ts', import.meta.url))

/** A model or deployment as an evaluation asks it. `exactName` tells it apart from another one of the same name. */
export type Subject = Pick<EvaluateConfig['objects'][number], 'name' | 'kind' | 'id' | 'engine'> & {
  readonly exactName: string
  readonly memoryBytes: number
}
type Deps = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly paths: Paths
  readonly jobs: JobsPort
  readonly datasets: {
    readonly version: (ref: string) => EvaluationData
    /** Drafts are frozen by their first use; frozen ones are left alone. */
    readonly freeze: (call: Call, id: string) => void
  }
  /** The rows that a run held back. Throws `conflict` where it held none back. */
  readonly heldBack: (run: string) => HeldBackRows
  /** A running deployment by name, or how to launch an engine for a model. Throws what is missing. */
  readonly subject: (ref: string) => Promise<Subject>
  /** Renders a report of one kind from everything an evaluation knows. */
  readonly render: (
    format: 'json' | 'md' | 'html',
    detail: EvaluationDetail,
    rows: ReadonlyMap<string, readonly ResultRow[]>,
  ) => string
}

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
export function createEvaluations(deps: Deps): Evaluations {
  const { store, clock, log, paths, jobs, datasets, subject, render } = deps
  const folderOf = (id: string) => join(paths.dataDir, 'evaluations', id)

  const existing = (ref: string): EvaluationRecord => {
    const found = findEvaluation(store.read, ref)
    if (!found)
      throw new AppError('not_found', `There is no evaluation ${ref}.`, { hint: 'slipway evaluation list shows them.' })
    return found
  }

  const stateOf = (record: EvaluationRecord): Evaluation['state'] => {
    const job = isEnded(record.state) || record.jobId === null ? undefined : jobs.get(record.jobId as JobId)
    return job && !isEnded(job.state) ? job.state : record.state
  }

  const toEvaluation = (record: EvaluationRecord): Evaluation => ({
    id: record.id as Evaluation['id'],
    name: record.name,
    version: 1,
    state: stateOf(record),
    ...(record.jobId !== null && { jobId: record.jobId as JobId }),
    dataset: record.dataset,
    ...(record.heldBackBy && { heldBackBy: record.heldBackBy }),
    objects: [...record.objects],
    metrics: [...record.metrics],
    rows: record.rows,
    sizeBytes: record.sizeBytes,
    ...(record.failure && { failure: record.failure }),
    createdAt: isoOf(record.createdAtMs),
    updatedAt: isoOf(record.updatedAtMs),
    ...(record.endedAtMs !== null && { endedAt: isoOf(record.endedAtMs) }),
  })

  const detail = (record: EvaluationRecord): EvaluationDetail => ({
    ...toEvaluation(record),
    generation: record.generation,
    comparisons: [...record.comparisons],
    warnings: [...record.warnings],
    lineage: lineageOf(store.read, record.id),
  })

  const resultsOf = async (record: EvaluationRecord, objectName: string): Promise<ResultRow[]> => {
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

  const removal = createRemoval({ store, clock, log, folderOf, stateOf, existing })

  jobs.handle('evaluation', evaluationEvents(clock))
  const indexes = createResultIndexes()
  const metrics = createMetrics()

  const handlers: Handlers<typeof evaluation> = {
    start: async (input, call) => {
      const questions = questionsOf(input, { version: datasets.version, heldBack: deps.heldBack })
      const { heldBack } = questions
      const dataName = questions.datasets.map(({ name }) => name).join(' + ')
      const subjects = namedApart(await Promise.all(input.object.map(subject)))
      if (new Set(subjects.map(each => each.id)).size < subjects.length)
        throw new AppError('invalid_input', 'An object is named twice.', {
          hint: 'Name each model or deployment once.',
        })
      const name =
        input.name ??
        defaultName(
          subjects.map(each => each.name),
          heldBack ? [heldBack.run.name, 'held-back'].join('-') : dataName,
          other => findEvaluation(store.read, other) !== undefined,
        )
      if (findEvaluation(store.read, name))
        throw new AppError('conflict', `An evaluation named "${name}" exists already.`, {
          hint: 'Choose another --name.',
        })
      for (const { id: dataId } of questions.datasets) datasets.freeze(call, dataId)
      const id = newId('eval', clock.nowMs())
      const rowsFile = heldBack && join(folderOf(id), 'rows.json')
      const generation = {
        maxTokens: input.maxTokens,
        temperature: input.temperature,
        topP: input.topP,
        seed: input.seed,
        ...(input.systemPrompt !== undefined && { systemPrompt: input.systemPrompt }),
      }
      const config: EvaluateConfig = {
        objects: subjects.map(({ name: objectName, kind, id: objectId, engine }) => ({
          name: objectName,
          kind,
          id: objectId,
          engine,
        })),
        dataset: { kind: questions.kind as EvaluateConfig['dataset']['kind'], files: [...questions.files] },
        ...(rowsFile !== undefined && { rowsFile }),
        metrics: [...new Set(input.metric)],
        generation,
        folder: folderOf(id),
        ...(input.limit !== undefined && { limit: input.limit }),
      }
      if (heldBack && rowsFile !== undefined) {
        // A copy: the run may be removed before its rows are asked.
        mkdirSync(folderOf(id), { recursive: true, mode: 0o700 })
        writeFileSync(rowsFile, JSON.stringify(heldBack.rows), { mode: 0o600 })
      }
      store.commit(call, id, tx => {
        insertEvaluation(tx, {
          id,
          name,
          generation,
          atMs: clock.nowMs(),
          dataset: { id: questions.datasets[0]?.id ?? '', name: dataName },
          heldBackBy: heldBack?.run ?? null,
          metrics: config.metrics,
          objects: subjects.map(each => ({
            name: each.name,
            kind: each.kind,
            id: each.id,
            rows: 0,
            failedRows: 0,
            scores: [],
            completionTokens: 0,
          })),
          warnings: [],
          rows: Math.min(questions.rows, input.limit ?? questions.rows),
        })
        const edge = { childId: id, childKind: 'evaluation', childName: name }
        for (const each of subjects)
          linkLineage(tx, { ...edge, parentId: each.id, parentKind: each.kind, parentName: each.name, role: 'object' })
        for (const data of questions.datasets)
          linkLineage(tx, { ...edge, parentId: data.id, parentKind: 'dataset', parentName: data.name, role: 'data' })
        if (heldBack) {
          const { id: parentId, name: parentName } = heldBack.run
          linkLineage(tx, { ...edge, parentId, parentKind: 'run', parentName, role: 'held-back' })
        }
        const job = jobs.start(call, {
          kind: 'evaluation',
          name,
          subjectId: id,
          command: [process.execPath, worker, 'config.json'],
          files: { 'config.json': JSON.stringify(config) },
          devices: [
            { device: 'any', memoryBytes: Math.max(0, ...subjects.map(each => each.memoryBytes)), exclusive: false },
          ],
          politeStopMs: 5_000,
        })
        updateEvaluation(tx, id, { jobId: job.id }, clock.nowMs())
        tx.announce({ topic: 'evaluations', kind: 'created', id })
      })
      return toEvaluation(existing(id))
    },

    list: async ({ state, q, ...page }) => {
      const { records, nextCursor } = listEvaluations(store.read, { state, q }, page)
      return {
        items: records.map(toEvaluation),
        total: countEvaluations(store.read, { state, q }),
        ...(nextCursor !== undefined && { nextCursor }),
      }
    },

    show: async ({ id }) => detail(existing(id)),

    results: async ({ id, object, offset, limit }) => {
      const rows = await resultsOf(existing(id), object)
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
      const format = formatOf(path)
      const rows = new Map<string, readonly ResultRow[]>()
      for (const object of record.objects) rows.set(object.name, await resultsOf(record, object.name))
      writeNew(path, render(format, detail(record), rows))
      store.commit(call, record.id, () => undefined)
      return { path, sizeBytes: statSync(path).size }
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

function evaluationEvents(clock: Clock): JobHandler {
  const onEvent = (tx: Tx, job: Job, raw: unknown): void => {
    const parsed = EvaluateEvent.safeParse(raw)
    const record = findEvaluation(tx, job.subjectId)
    if (!parsed.success || !record) return // progress, heartbeats and failures are the supervisor's
    const event = parsed.data
    const nowMs = clock.nowMs()
    switch (event.event) {
      case 'rows':
        updateEvaluation(tx, record.id, { rows: event.rows, state: 'running' }, nowMs)
        break
      case 'warning':
        if (!record.warnings.includes(event.message))
          updateEvaluation(tx, record.id, { warnings: [...record.warnings, event.message] }, nowMs)
        break
      case 'object':
        updateEvaluation(
          tx,
          record.id,
          {
            objects: record.objects.map(
              (object): EvaluationObject => (object.name === event.object.name ? event.object : object),
            ),
          },
          nowMs,
        )
        break
      case 'finished':
        updateEvaluation(tx, record.id, { comparisons: event.comparisons, sizeBytes: event.sizeBytes }, nowMs)
        break
    }
    tx.announce({ topic: 'evaluations', kind: 'changed', id: record.id })
  }
  return {
    restart: 'never',
    onEvent,
    onEnd: (tx, job) => {
      updateEvaluation(
        tx,
        job.subjectId,
        { state: job.state, failure: job.failure ?? null, endedAtMs: clock.nowMs() },
        clock.nowMs(),
      )
      tx.announce({ topic: 'evaluations', kind: 'changed', id: job.subjectId })
    },
  }
}

/** Two versions of one model, or a model and the deployment named after it, get their exact names. */
function namedApart(subjects: readonly Subject[]): readonly Subject[] {
  const isTaken = (name: string) => subjects.filter(each => each.name === name).length > 1
  return subjects.map(each => (isTaken(each.name) ? { ...each, name: each.exactName } : each))
}

const noObject = (record: EvaluationRecord, name: string): AppError =>
  new AppError('not_found', `${record.name} has no object ${name}.`, {
    hint: `It has: ${record.objects.map(object => object.name).join(', ')}.`,
  })

function formatOf(path: string): 'json' | 'md' | 'html' {
  const extension = extname(path).slice(1).toLowerCase()
  if (extension === 'json' || extension === 'md' || extension === 'html') return extension
  throw new AppError('invalid_input', `A report is .json, .md or .html, not "${extname(path)}".`, {
    hint: 'Give a path such as report.html.',
  })
}

function writeNew(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new AppError('conflict', `${path} exists already.`, { cause: error, hint: 'Choose a new file name.' })
    throw new AppError('invalid_input', `${path} cannot be written.`, {
      cause: error,
      hint: 'Give a path in a folder that exists and that you may write to.',
    })
  }
}
