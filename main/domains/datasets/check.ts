import type { CheckProblem, CheckReport } from '../../contract/dataset-checks.ts'
import type { DatasetKind } from '../../contract/dataset-rows.ts'
import type { datasets } from '../../contract/datasets.ts'
import { AppError } from '../../contract/errors.ts'
import type { Handlers } from '../../contract/method.ts'
import type { BlobStore } from '../../platform/blobs/store.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Store } from '../../platform/db/types.ts'
import { createCheckProgress } from './check-progress.ts'
import type { QueryThreads } from './query-threads.ts'
import type { Rendered, RenderRows } from './render-rows.ts'
import { type Filled, filledOf, rowSetOf, shown } from './versions.ts'

type Deps = {
  readonly store: Pick<Store, 'read' | 'record'>
  readonly clock: Clock
  readonly blobs: Pick<BlobStore, 'pathOf'>
  readonly queries: QueryThreads
  readonly render: RenderRows
}

/** The kind of rows that each training method learns from. */
const kindsByMethod = new Map<string, readonly DatasetKind[]>([
  ['pretrain', ['text']],
  ['sft', ['sft']],
  ['dpo', ['dpo']],
  ['kto', ['kto']],
])

/** The training method that rows of a kind are usually for. */
export const methodFor = (kind: DatasetKind): string => (kind === 'text' ? 'pretrain' : kind)

/** What would hurt training: found by rules in SQL, and by the tokenizer and chat template of a model. */
export function createCheck({
  store,
  clock,
  blobs,
  queries,
  render,
}: Deps): Pick<Handlers<typeof datasets>, 'check' | 'render'> {
  const rowSet = (found: Filled) => rowSetOf(store.read, blobs, found)
  return {
    check: async ({ id, model, method, against, maxSequenceLength, rows, first, progressId }, { signal }) => {
      const found = filledOf(store.read, id)
      const tell = createCheckProgress({ store, clock }, progressId)
      const other = against === undefined ? undefined : filledOf(store.read, against)
      const wrongKind = method === undefined ? undefined : kindProblem(found, method)
      tell('rules', 0, found.rows)
      const toldByRules = await queries.ask(
        'check',
        {
          ...rowSet(found),
          rows: found.rows,
          maxSequenceLength,
          ...(other && { against: { ...rowSet(other), name: shown(other) } }),
        },
        signal,
        done => tell('rules', done, found.rows),
      )
      const toRender = Math.min(found.rows, first ?? found.rows)
      const rendered =
        model === undefined || wrongKind
          ? undefined
          : await render(
              {
                model,
                method: method ?? methodFor(found.kind),
                files: rowSet(found).files,
                maxSequenceLength,
                samples: rows,
                first,
              },
              signal,
              event => {
                if (event.event === 'phase') tell(event.phase === 'importing' ? 'loading' : 'rendering', 0, toRender)
                if (event.event === 'progress') tell('rendering', event.done, event.total)
              },
            )
      const problems = [
        ...(wrongKind ? [wrongKind] : []),
        ...toldByRules,
        ...(rendered ? renderedProblems(rendered) : []),
      ]
      return report(found, problems, rendered)
    },

    render: async ({ id, model, method, maxSequenceLength, offset, limit }, { signal }) => {
      const found = filledOf(store.read, id)
      const wrongKind = method === undefined ? undefined : kindProblem(found, method)
      if (wrongKind) throw new AppError('invalid_input', `${wrongKind.message}.`, { hint: wrongKind.remedy })
      if (offset >= found.rows) return { rows: [], problems: [] }
      const { samples, problems } = await render(
        {
          model,
          method: method ?? methodFor(found.kind),
          files: rowSet(found).files,
          maxSequenceLength,
          samples: limit,
          only: { firstRow: offset, rows: limit },
        },
        signal,
      )
      return { rows: [...samples], problems: [...problems] }
    },
  }
}

function kindProblem(found: Filled, method: string): CheckProblem | undefined {
  const kinds = kindsByMethod.get(method)
  if (!kinds || kinds.includes(found.kind)) return undefined
  return {
    code: 'wrong_kind',
    severity: 'error',
    rows: [],
    count: found.rows,
    message: `${method} learns from ${kinds.join(' or ')} rows; these are ${found.kind} rows`,
    remedy: `Choose a method for ${found.kind} rows, or import the file again with another --format.`,
  }
}

function renderedProblems({ report, problems }: Rendered): CheckProblem[] {
  const found: CheckProblem[] = []
  for (const [code, group] of Map.groupBy(problems, problem => problem.code))
    found.push({
      code: `render_${code}`,
      severity: 'error',
      rows: group.slice(0, 20).map(({ row }) => row),
      count: group.length,
      message: group[0]?.message ?? 'rows cannot be rendered',
      remedy: 'Training leaves these rows out: correct or remove them.',
    })
  if (report.truncatedRows > 0)
    found.push({
      code: 'truncated',
      severity: 'warning',
      rows: [],
      count: report.truncatedRows,
      message: `${report.truncatedRows} rows are longer than ${report.maxSequenceLength} tokens and are cut`,
      remedy: 'Raise maxSequenceLength, or split the rows.',
    })
  return found
}

/** Codes of problems that leave nothing to learn once every row has them. */
const fatalForAll = new Set(['nothing_learned', 'same_answers', 'same_scores'])

function report(found: Filled, problems: readonly CheckProblem[], rendered: Rendered | undefined): CheckReport {
  const isRefused =
    problems.some(
      ({ code, severity, count }) =>
        code === 'wrong_kind' ||
        (code === 'label_balance' && severity === 'error') ||
        (fatalForAll.has(code) && count >= found.rows),
    ) ||
    found.rows === 0 ||
    rendered?.report.usableRows === 0
  const nothing: CheckProblem[] =
    rendered?.report.usableRows === 0
      ? [
          {
            code: 'nothing_learned',
            severity: 'error',
            rows: [],
            count: found.rows,
            message: 'nothing would be learned: no row has a token that the loss sees',
            remedy: 'See the first problem above; training refuses this set.',
          },
        ]
      : []
  const all = [...problems, ...nothing]
  return {
    dataset: shown(found),
    kind: found.kind,
    rows: found.rows,
    verdict: isRefused ? 'refused' : all.some(problem => problem.severity !== 'note') ? 'usable' : 'ready',
    problems: all,
    ...(rendered && { rendered: { report: rendered.report, samples: [...rendered.samples] } }),
  }
}
