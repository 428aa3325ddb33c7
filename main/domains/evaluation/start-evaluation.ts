import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError } from '../../contract/errors.ts'
import type { Evaluation, evaluation } from '../../contract/evaluation.ts'
import type { Handlers } from '../../contract/method.ts'
import { linkLineage } from '../../platform/db/lineage.ts'
import { newId } from '../../platform/ids.ts'
import type { EvaluateConfig } from './config.ts'
import { defaultName } from './default-name.ts'
import type { EvaluationDeps, Subject } from './deps.ts'
import { questionsOf } from './questions.ts'
import { type EvaluationRecord, findEvaluation, insertEvaluation, updateEvaluation } from './repo.ts'

const worker = fileURLToPath(new URL('../../entry/evaluate.ts', import.meta.url))

type Deps = Pick<EvaluationDeps, 'store' | 'clock' | 'jobs' | 'datasets' | 'heldBack' | 'subject'> & {
  readonly folderOf: (id: string) => string
  readonly existing: (ref: string) => EvaluationRecord
  readonly toEvaluation: (record: EvaluationRecord) => Evaluation
}

/** Begins an evaluation: checks what is to be asked, writes down what it comes from, and puts its job in the queue. */
export function createStart(deps: Deps): Handlers<typeof evaluation>['start'] {
  const { store, clock, jobs, datasets, subject, folderOf, existing, toEvaluation } = deps
  return async (input, call) => {
    const questions = questionsOf(input, { version: datasets.version, heldBack: deps.heldBack })
    const { heldBack } = questions
    const dataName = questions.datasets.map(data => data.name).join(' + ')
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
    for (const data of questions.datasets) datasets.freeze(call, data.id)
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
  }
}

/** Two versions of one model, or a model and the deployment named after it, get their exact names. */
function namedApart(subjects: readonly Subject[]): readonly Subject[] {
  const isTaken = (name: string) => subjects.filter(each => each.name === name).length > 1
  return subjects.map(each => (isTaken(each.name) ? { ...each, name: each.exactName } : each))
}
