import { useQuery } from '@tanstack/react-query'
import { Button, Segmented } from 'antd'
import { Plus } from 'lucide-react'
import type { Evaluation } from '../../../main/contract/evaluation.ts'
import type { JobState } from '../../../main/contract/jobs.ts'
import { useSaid } from '../../lib/backend-words.ts'
import { useChosenRow } from '../../lib/chosen-row.ts'
import { api } from '../../lib/client.ts'
import { useNow } from '../../lib/clock.ts'
import { ago, dateTime, number, percent } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { progressWords } from '../../lib/job-progress.ts'
import { isEnded, jobGlyph, jobStateText } from '../../lib/job-words.ts'
import { usePagedRows } from '../../lib/pages.ts'
import { go, hrefTo, setQuery, useRoute } from '../../lib/route.ts'
import { useView } from '../../lib/view.ts'
import { useWidth } from '../../lib/width.ts'
import { ActionButton } from '../../ui/ActionButton.tsx'
import { ProgressLine } from '../../ui/bits.tsx'
import { Empty } from '../../ui/Empty.tsx'
import { FailureFault } from '../../ui/Fault.tsx'
import { FilterBox } from '../../ui/FilterBox.tsx'
import { Glyph } from '../../ui/Glyph.tsx'
import { Page } from '../../ui/Page.tsx'
import { type Column, VirtualGrid } from '../../ui/VirtualGrid.tsx'
import { NewEvaluation } from './NewEvaluation.tsx'
import { ObjectMark } from './objects.tsx'
import { presetOf } from './preset.ts'
import { scoreWords } from './scores.ts'
import { emptyText, listText } from './text.ts'
import { useMetrics } from './use-metrics.ts'

/** Every evaluation with what it measured and what came of it. */
export function EvaluationList() {
  const text = useText(listText)
  const { query } = useRoute()
  const state = filters.find(each => each === query.state)
  const q = query.q ?? ''
  const rows = usePagedRows<Evaluation>((offset, limit) =>
    api.evaluation.list.queryOptions({
      input: { offset, limit, ...(state && { state }), ...(q.trim() !== '' && { q: q.trim() }) },
    }),
  )
  const isEmpty = rows.total === 0 && state === undefined && q.trim() === ''
  return (
    <Page
      title={text.title}
      actions={
        isEmpty ? undefined : (
          <ActionButton
            needs="write"
            type="primary"
            icon={<Plus size={14} />}
            onClick={() => setQuery({ dialog: 'new' })}
          >
            {text.start}
          </ActionButton>
        )
      }
    >
      {isEmpty ? (
        <NoEvaluations />
      ) : (
        <div className="col grow">
          <Filters state={state} total={rows.total} />
          {rows.error ? (
            <div className="sec">
              <FailureFault error={rows.error} title={text.unreadable} onRetry={rows.retry} />
            </div>
          ) : rows.total === 0 ? (
            <Empty
              title={text.noneMatches}
              actions={
                <Button onClick={() => setQuery({ q: undefined, state: undefined, sel: undefined })}>
                  {text.clear}
                </Button>
              }
            >
              {text.noneMatchesHint}
            </Empty>
          ) : (
            <Rows rows={rows} stored={Number(query.sel ?? -1)} />
          )}
        </div>
      )}
      {query.dialog === 'new' && (
        <NewEvaluation
          preset={presetOf(query)}
          onPreset={() => setQuery({ model: undefined, dataset: undefined, heldBack: undefined })}
          onClose={() => setQuery({ dialog: undefined })}
        />
      )}
    </Page>
  )
}

const filters = ['running', 'done', 'failed', 'cancelled'] as const

type FiltersProps = { readonly state: JobState | undefined; readonly total: number | undefined }
function Filters({ state, total }: FiltersProps) {
  const text = useText(listText)
  const states = useText(jobStateText)
  return (
    <div className="toolbar">
      <FilterBox label={text.filter} />
      <Segmented
        size="small"
        aria-label={text.states}
        value={state ?? 'all'}
        options={[
          { value: 'all', label: text.all },
          ...filters.map(each => ({ value: each as string, label: states[each] })),
        ]}
        onChange={next => setQuery({ state: next === 'all' ? undefined : next, sel: undefined })}
      />
      <span className="grow" />
      {total !== undefined && <span className="count">{text.count(number(total))}</span>}
    </div>
  )
}

type RowsProps = {
  readonly rows: ReturnType<typeof usePagedRows<Evaluation>>
  /** The chosen row, as the address keeps it. */
  readonly stored: number
}
function Rows({ rows, stored }: RowsProps) {
  const [selected, remember] = useChosenRow(rows, stored)
  const text = useText(listText)
  const states = useText(jobStateText)
  const language = useView(view => view.language)
  const now = useNow()
  const width = useWidth()
  const { byName } = useMetrics()
  const said = useSaid()
  const cell = (draw: (evaluation: Evaluation) => React.ReactNode) => (index: number) => {
    const evaluation = rows.at(index)
    return evaluation ? draw(evaluation) : <i className="bone" style={{ width: '60%' }} />
  }
  const columns: readonly (Column & { readonly fromPx?: number })[] = [
    {
      key: 'name',
      title: text.name,
      width: 'minmax(150px,1fr)',
      cell: cell(({ id, name, state }) => (
        <span className="nm">
          <Glyph state={jobGlyph[state]} label={states[state]} quiet={state === 'done'} />
          <a href={hrefTo('evaluations', id)} className="ell" dir="auto" title={name}>
            <b>{name}</b>
          </a>
        </span>
      )),
    },
    {
      key: 'objects',
      title: text.objects,
      width: 'minmax(230px,1.6fr)',
      cell: cell(({ objects }) => (
        <span className="nm">
          {objects.map(({ name }, index) => (
            <span key={name} className="nm object-name" title={name}>
              <ObjectMark index={index} />
              <span className="ell sub" dir="auto">
                {name}
              </span>
            </span>
          ))}
        </span>
      )),
    },
    {
      key: 'dataset',
      title: text.dataset,
      width: 'minmax(130px,.8fr)',
      fromPx: 1100,
      cell: cell(({ dataset }) => (
        <span className="sub ell" dir="auto" title={dataset.name}>
          {dataset.name}
        </span>
      )),
    },
    {
      key: 'rows',
      title: text.rows,
      width: '80px',
      align: 'right',
      fromPx: 1000,
      cell: cell(({ rows: count }) => number(count)),
    },
    {
      key: 'score',
      title: text.score,
      width: 'minmax(150px,1.2fr)',
      cell: cell(evaluation => {
        if (!isEnded(evaluation.state)) return <Live evaluation={evaluation} />
        const [metric] = evaluation.metrics
        const facts = metric === undefined ? undefined : byName.get(metric)
        const scores = evaluation.objects.map(({ scores: each }) => each.find(score => score.metric === metric))
        if (!facts || scores.every(score => score === undefined))
          return (
            <span
              className={evaluation.failure ? 'tx-err ell' : 'dim'}
              title={evaluation.failure && said(evaluation.failure.message)}
            >
              {evaluation.failure ? said(evaluation.failure.message) : '–'}
            </span>
          )
        return (
          <span className="nm" title={facts.description}>
            <span className="dim">{facts.title}</span>
            <span>{scores.map(score => (score ? scoreWords(score.value, facts.unit) : '–')).join(' → ')}</span>
          </span>
        )
      }),
    },
    {
      key: 'created',
      title: text.created,
      width: '84px',
      align: 'right',
      cell: cell(({ createdAt }) => (
        <span className="dim" title={dateTime(createdAt)}>
          {ago(createdAt, now, language)}
        </span>
      )),
    },
  ]
  return (
    <VirtualGrid
      label={text.title}
      count={rows.total ?? 0}
      columns={columns.filter(({ fromPx = 0 }) => width >= fromPx)}
      isLoading={rows.isLoading}
      selected={selected}
      onRange={rows.onRange}
      onSelect={index => {
        remember(index)
        setQuery({ sel: String(index) })
      }}
      onOpen={index => {
        const evaluation = rows.at(index)
        if (evaluation) go('evaluations', evaluation.id)
      }}
    />
  )
}

/** Share and time left of one that runs or waits. */
function Live({ evaluation: { jobId, name, state } }: { readonly evaluation: Evaluation }) {
  const text = useText(listText)
  const states = useText(jobStateText)
  const language = useView(view => view.language)
  const job = useQuery({
    ...api.jobs.show.queryOptions({ input: { id: jobId ?? '' } }),
    enabled: jobId !== undefined,
  }).data
  const { share, left } = job ? progressWords(job, language) : {}
  return (
    <span className="nm live-cell">
      <ProgressLine share={share} label={name} />
      <span className="sub">{share === undefined ? states[state] : percent(share, 0)}</span>
      {left !== undefined && <span className="dim">{text.left(left)}</span>}
    </span>
  )
}

function NoEvaluations() {
  const list = useText(listText)
  const text = useText(emptyText)
  const models = useQuery(api.models.list.queryOptions({ input: { limit: 1 } })).data?.total ?? 0
  const datasets = useQuery(api.datasets.list.queryOptions({ input: { limit: 1 } })).data?.total ?? 0
  return (
    <Empty
      title={text.title}
      steps={[
        { key: 'models', isDone: models > 0, text: models > 0 ? text.modelsReady(number(models)) : text.models },
        {
          key: 'questions',
          isDone: datasets > 0,
          text: datasets > 0 ? text.questionsReady(number(datasets)) : text.questions,
        },
        { key: 'score', isDone: false, text: text.score },
      ]}
      actions={
        models === 0 ? (
          <ActionButton needs="write" type="primary" onClick={() => go('models', { dialog: 'import' })}>
            {text.importModel}
          </ActionButton>
        ) : datasets === 0 ? (
          <ActionButton needs="write" type="primary" onClick={() => go('datasets', { dialog: 'import' })}>
            {text.importDataset}
          </ActionButton>
        ) : (
          <ActionButton needs="write" type="primary" onClick={() => setQuery({ dialog: 'new' })}>
            {list.start}
          </ActionButton>
        )
      }
      command="slipway evaluation start --object MODEL --dataset DATASET --metric exact_match,f1"
    >
      {text.what}
    </Empty>
  )
}
