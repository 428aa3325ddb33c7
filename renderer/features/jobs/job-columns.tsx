import type { Job } from '../../../main/contract/jobs.ts'
import { workedMs } from '../../../main/contract/worked-time.ts'
import { useNow } from '../../lib/clock.ts'
import { useDeviceWords } from '../../lib/device-words.ts'
import { ago, dateTime, duration, middle, number, percent } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { progressWords } from '../../lib/job-progress.ts'
import { isEnded, jobGlyph, jobKindText, jobStateText, stoppingText, useJobName } from '../../lib/job-words.ts'
import { listed } from '../../lib/marks.ts'
import { type Language, useView } from '../../lib/view.ts'
import { useWidth } from '../../lib/width.ts'
import { ProgressLine } from '../../ui/bits.tsx'
import { Glyph } from '../../ui/Glyph.tsx'
import type { Column } from '../../ui/VirtualGrid.tsx'
import { jobsText } from './text.ts'

/** The table of jobs; beside an open job it keeps its first columns. */
export function useJobColumns(
  at: (index: number) => Job | undefined,
  { isShort }: { readonly isShort: boolean },
): readonly Column[] {
  const text = useText(jobsText)
  const states = useText(jobStateText)
  const kinds = useText(jobKindText)
  const language = useView(view => view.language)
  const nowMs = useNow()
  const nameOf = useJobName()
  const devices = useDeviceWords()
  const width = useWidth()
  const cell = (show: (job: Job) => React.ReactNode) => (index: number) => {
    const job = at(index)
    return job ? show(job) : <i className="bone" style={{ width: '60%' }} />
  }
  const name: Column = {
    key: 'name',
    title: text.name,
    width: 'minmax(180px,1fr)',
    cell: cell(job => (
      <span className="nm">
        <Glyph
          state={job.health === 'unresponsive' && !isEnded(job.state) ? 'warn' : jobGlyph[job.state]}
          label={states[job.state]}
          quiet
        />
        <b dir="auto" title={nameOf(job)}>
          {middle(nameOf(job), isShort ? 34 : 60)}
        </b>
      </span>
    )),
  }
  const progress: Column = {
    key: 'progress',
    title: text.progress,
    // In a small window the room is the name's.
    width: width < 1_100 && !isShort ? '170px' : 'minmax(170px,260px)',
    cell: cell(job => <JobProgressCell job={job} language={language} />),
  }
  if (isShort) return [name, progress]
  const kind: Column = { key: 'kind', title: text.kind, width: '110px', cell: cell(job => kinds[job.kind]) }
  const device: Column = {
    key: 'device',
    title: text.device,
    width: '110px',
    cell: cell(job => (
      <span className="dim">
        {listed((job.grantedDevices ?? job.devices.map(each => each.device)).map(devices)) || '–'}
      </span>
    )),
  }
  const took: Column = {
    key: 'took',
    title: text.took,
    width: '104px',
    align: 'right',
    cell: cell(job => {
      const tookMs = workedMs(job, nowMs)
      return tookMs === undefined ? <span className="dim">–</span> : duration(tookMs / 1000, language)
    }),
  }
  const age: Column = {
    key: 'age',
    title: text.ago,
    width: '84px',
    align: 'right',
    cell: cell(job => (
      <time className="dim" dateTime={job.createdAt} title={dateTime(job.createdAt)}>
        {ago(job.createdAt, nowMs, language)}
      </time>
    )),
  }
  const attempt: Column = {
    key: 'attempt',
    title: text.attempt,
    width: '64px',
    align: 'right',
    cell: cell(job => <span className={job.attempt > 1 ? 'tx-warn' : 'dim'}>{number(job.attempt)}</span>),
  }
  return [name, kind, progress, ...(width >= 1_000 ? [device] : []), ...(width >= 1_360 ? [attempt] : []), took, age]
}

function JobProgressCell({ job, language }: { readonly job: Job; readonly language: Language }) {
  const text = useText(jobsText)
  const states = useText(jobStateText)
  const stopping = useText(stoppingText)
  const nameOf = useJobName()
  const { share, left } = progressWords(job, language)
  const isAtWork = (job.state === 'running' || job.state === 'stopping') && share !== undefined
  if (!isAtWork) {
    return (
      <span className={job.state === 'failed' || job.state === 'lost' ? 'tx-err' : 'sub'}>
        {job.queuePosition === undefined ? states[job.state] : text.place(job.queuePosition)}
      </span>
    )
  }
  return (
    <span className="job-bar">
      <ProgressLine share={share} label={nameOf(job)} />
      <span>{percent(share)}</span>
      {left !== undefined && <span className="dim ell">{text.left(left)}</span>}
      {job.stopping && <span className="dim ell">{stopping[job.stopping]}</span>}
    </span>
  )
}
