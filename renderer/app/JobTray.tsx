import { useMutation } from '@tanstack/react-query'
import { App, Tooltip } from 'antd'
import { Square, X } from 'lucide-react'
import type { Job } from '../../main/contract/jobs.ts'
import { said } from '../lib/backend-words.ts'
import { api } from '../lib/client.ts'
import { failureOf } from '../lib/failure.ts'
import { percent } from '../lib/format.ts'
import { dictionary, useText } from '../lib/i18n.ts'
import { progressWords } from '../lib/job-progress.ts'
import { jobGlyph, jobKindText, jobStateText, pageOfKind, stoppingText, useJobName } from '../lib/job-words.ts'
import { useLiveJobs } from '../lib/live-jobs.ts'
import { named } from '../lib/marks.ts'
import { hrefTo } from '../lib/route.ts'
import { useView } from '../lib/view.ts'
import { ActionIcon } from '../ui/ActionButton.tsx'
import { ProgressLine } from '../ui/bits.tsx'
import { Glyph } from '../ui/Glyph.tsx'

const phrases = dictionary({
  jobs: ['Jobs', '任务'],
  note: ['Jobs keep running when this window is closed.', '关闭窗口后任务继续运行。'],
  close: ['Close', '关闭'],
  none: ['Nothing runs or waits.', '没有运行或等待的任务。'],
  all: ['All jobs', '全部任务'],
  stopSave: ['Stop and save', '停止并保存'],
  stop: ['Stop', '停止'],
  left: [(time: string) => `${time} left`, (time: string) => `剩余 ${time}`],
  position: [(place: number) => `place ${place} in the queue`, (place: number) => `排在第 ${place} 位`],
})

/** Every job that runs or waits: share, done of total, rate, time left; it outlives the window. */
export function JobTray() {
  const text = useText(phrases)
  const set = useView(view => view.set)
  const jobs = useLiveJobs()
  return (
    <section className="tray" aria-label={text.jobs}>
      <header>
        <b>{text.jobs}</b>
        <span>{text.note}</span>
        <div className="grow" />
        <button
          type="button"
          className="icon"
          aria-label={text.close}
          title={text.close}
          onClick={() => set({ isTrayOpen: false })}
        >
          <X size={14} />
        </button>
      </header>
      <div className="scroll tray-list">
        {jobs.map(job => (
          <TrayJob key={job.id} job={job} />
        ))}
        {jobs.length === 0 && <p className="tray-none">{text.none}</p>}
      </div>
      <footer>
        <a className="link" href={hrefTo('jobs')}>
          {text.all}
        </a>
      </footer>
    </section>
  )
}

function TrayJob({ job }: { readonly job: Job }) {
  const text = useText(phrases)
  const kinds = useText(jobKindText)
  const states = useText(jobStateText)
  const stopping = useText(stoppingText)
  const language = useView(view => view.language)
  const name = useJobName()(job)
  const { message } = App.useApp()
  const stop = useMutation(
    api.jobs.stop.mutationOptions({ onError: error => void message.error(said(failureOf(error).message)) }),
  )
  const { share, done, rate, left } = progressWords(job, language)
  const isSaved = job.kind === 'training'
  const stopWord = isSaved ? text.stopSave : text.stop
  const page = pageOfKind[job.kind]
  // A deployment that serves has no end to come nearer to.
  const hasEnd = job.kind !== 'deployment' || job.state !== 'running'
  return (
    <article>
      <Glyph state={jobGlyph[job.state]} label={states[job.state]} />
      <div>
        <p>
          <b className="ell">
            <a href={page ? hrefTo(page, job.subjectId) : hrefTo('jobs', job.id)}>{named(kinds[job.kind], name)}</a>
          </b>
        </p>
        {hasEnd && <ProgressLine share={share} label={name} />}
        <p className="fig">
          <span>{share === undefined ? states[job.state] : percent(share)}</span>
          {hasEnd && done && <span>{done}</span>}
          {rate && <span>{rate}</span>}
          <span className="grow" />
          <span>
            {job.stopping
              ? stopping[job.stopping]
              : left
                ? text.left(left)
                : job.queuePosition
                  ? text.position(job.queuePosition)
                  : ''}
          </span>
        </p>
      </div>
      <Tooltip title={stopWord}>
        <ActionIcon
          needs="write"
          aria-label={named(stopWord, name)}
          disabled={job.state === 'stopping' || stop.isPending}
          onClick={() => stop.mutate({ id: job.id, save: isSaved })}
        >
          {isSaved ? <Square size={13} /> : <X size={14} />}
        </ActionIcon>
      </Tooltip>
    </article>
  )
}
