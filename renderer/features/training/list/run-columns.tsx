import { Checkbox } from 'antd'
import type { Job } from '../../../../main/contract/jobs.ts'
import type { Run } from '../../../../main/contract/runs.ts'
import { useSaid } from '../../../lib/backend-words.ts'
import { useNow } from '../../../lib/clock.ts'
import { ago, dateTime, duration, figure, middle, number } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { isEnded, jobGlyph, stoppingText } from '../../../lib/job-words.ts'
import { listed, named } from '../../../lib/marks.ts'
import { hrefTo, setQuery } from '../../../lib/route.ts'
import { useView } from '../../../lib/view.ts'
import { useWidth } from '../../../lib/width.ts'
import { ProgressLine } from '../../../ui/bits.tsx'
import { Glyph } from '../../../ui/Glyph.tsx'
import type { Column } from '../../../ui/VirtualGrid.tsx'
import { methodText } from '../parameter-text.ts'
import type { LivePoint } from './live-points.ts'
import { QueuePlace } from './QueuePlace.tsx'
import { useRunStateWord } from './run-state-word.ts'
import { listText } from './text.ts'

export type Sort = { readonly key: 'name' | 'created' | 'updated' | 'loss'; readonly order: 'asc' | 'desc' }

type Facts = {
  readonly at: (index: number) => Run | undefined
  readonly jobs: ReadonlyMap<string, Job>
  readonly points: ReadonlyMap<string, LivePoint>
  readonly marked: readonly string[]
  /** `isRange`: with everything between it and what was marked before. */
  readonly onMark: (index: number, isRange: boolean) => void
  readonly sort: Sort
  readonly onFailed: (error: unknown) => void
}

/** The job's state while it is known, which is ahead of the run's row. */
export const stateOf = (run: Run, job: Job | undefined): Run['state'] =>
  job && job.id === run.jobId ? job.state : run.state

/** The table of runs; narrow windows drop columns by rank, figures last. */
export function useRunColumns({ at, jobs, points, marked, onMark, sort, onFailed }: Facts): readonly Column[] {
  const text = useText(listText)
  const methods = useText(methodText)
  const language = useView(view => view.language)
  const word = useRunStateWord()
  const stopping = useText(stoppingText)
  const said = useSaid()
  const nowMs = useNow()
  const width = useWidth()
  const cell = (show: (run: Run, state: Run['state'], job: Job | undefined) => React.ReactNode) => (index: number) => {
    const run = at(index)
    if (!run) return <i className="bone" style={{ width: '60%' }} />
    const job = jobs.get(run.id)
    return show(run, stateOf(run, job), job)
  }
  const sorted = (key: Sort['key'], first: Sort['order']) => ({
    sorted: sort.key === key ? (sort.order === 'asc' ? ('ascending' as const) : ('descending' as const)) : undefined,
    onSort: () => {
      const order = sort.key === key ? (sort.order === 'asc' ? 'desc' : 'asc') : first
      setQuery({ sort: key, order, sel: undefined })
    },
  })
  const columns: readonly (Column & { readonly from: number })[] = [
    {
      key: 'mark',
      from: 0,
      title: '',
      width: '40px',
      cell: index => {
        const run = at(index)
        return (
          run && (
            <Checkbox
              tabIndex={-1}
              aria-label={text.mark(run.name)}
              checked={marked.includes(run.id)}
              onClick={event => event.stopPropagation()}
              onChange={({ nativeEvent }) => onMark(index, nativeEvent.shiftKey)}
            />
          )
        )
      },
    },
    {
      key: 'name',
      from: 0,
      title: text.name,
      width: 'minmax(200px,2.2fr)',
      ...sorted('name', 'asc'),
      cell: cell((run, state) => (
        <span className="nm">
          <Glyph
            state={jobGlyph[state]}
            label={word({ state, step: run.step, phase: run.phase })}
            quiet={state === 'done'}
          />
          <a
            dir="auto"
            title={[run.name, run.description].filter(Boolean).join('\n')}
            href={hrefTo('training', run.id)}
            tabIndex={-1}
          >
            <b>{middle(run.name, 60)}</b>
          </a>
        </span>
      )),
    },
    {
      key: 'state',
      from: 1000,
      title: text.state,
      width: 'minmax(124px,0.5fr)',
      cell: cell((run, state, job) =>
        state === 'queued' && job ? (
          <QueuePlace job={job} onFailed={onFailed} />
        ) : (
          <span
            className={state === 'failed' ? 'tx-err' : state === 'lost' ? 'tx-warn' : 'sub'}
            title={run.failure && said(run.failure.message)}
          >
            {word({ state, step: 0, phase: run.phase })}
          </span>
        ),
      ),
    },
    { key: 'method', from: 1180, title: text.method, width: '84px', cell: cell(run => methods[run.method]) },
    {
      key: 'model',
      from: 820,
      title: text.model,
      width: 'minmax(120px,1fr)',
      cell: cell(run => (
        <span dir="auto" title={run.model.name}>
          {middle(run.model.name, 36)}
        </span>
      )),
    },
    {
      key: 'data',
      from: 1400,
      title: text.data,
      width: 'minmax(120px,1fr)',
      cell: cell(run => (
        <span dir="auto" title={listed(run.datasets.map(({ name }) => name))}>
          {listed(run.datasets.map(({ name }) => middle(name, 28)))}
        </span>
      )),
    },
    {
      key: 'step',
      from: 0,
      title: text.step,
      width: '184px',
      cell: cell((run, state) => {
        const step = Math.max(run.step, points.get(run.id)?.step ?? 0)
        const isAlive = !isEnded(state)
        return (
          <span className="run-step">
            <ProgressLine
              share={run.totalSteps ? step / run.totalSteps : undefined}
              label={named(text.step, run.name)}
              hasEnded={!isAlive}
            />
            <span className={isAlive ? undefined : 'dim'}>
              {number(step)}
              {run.totalSteps !== undefined && <span className="dim"> / {number(run.totalSteps)}</span>}
            </span>
          </span>
        )
      }),
    },
    {
      key: 'loss',
      from: 0,
      title: text.loss,
      width: '80px',
      align: 'right',
      ...sorted('loss', 'asc'),
      cell: cell(run => {
        const loss = points.get(run.id)?.loss ?? run.loss
        return loss === null && run.step > 0 ? <span className="tx-warn">NaN</span> : figure(loss)
      }),
    },
    {
      key: 'left',
      from: 1260,
      title: text.left,
      width: '124px',
      align: 'right',
      cell: cell((run, state, job) => {
        if (job?.stopping) return <span className="dim">{stopping[job.stopping]}</span>
        if (!isEnded(state)) {
          const left = job?.progress?.secondsLeft ?? run.secondsLeft
          return left === undefined ? <span className="dim">–</span> : text.timeLeft(duration(left, language))
        }
        const { tookSeconds } = run
        return (
          <span className="dim">{tookSeconds === undefined ? '–' : text.took(duration(tookSeconds, language))}</span>
        )
      }),
    },
    {
      key: 'created',
      from: 1100,
      title: text.created,
      width: '84px',
      align: 'right',
      ...sorted('created', 'desc'),
      cell: cell(run => (
        <span className="dim" title={dateTime(run.createdAt)}>
          {ago(run.createdAt, nowMs, language)}
        </span>
      )),
    },
  ]
  return columns.filter(({ from }) => width >= from)
}
