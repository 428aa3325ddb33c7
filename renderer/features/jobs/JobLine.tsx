import { useMutation, useQuery } from '@tanstack/react-query'
import type { JobId } from '../../../main/contract/jobs.ts'
import { api } from '../../lib/client.ts'
import { percent } from '../../lib/format.ts'
import { dictionary, useText } from '../../lib/i18n.ts'
import { progressWords } from '../../lib/job-progress.ts'
import { isEnded, jobGlyph, jobKindText, jobStateText, stoppingText } from '../../lib/job-words.ts'
import { useView } from '../../lib/view.ts'
import { ActionButton } from '../../ui/ActionButton.tsx'
import { ProgressLine } from '../../ui/bits.tsx'
import { FailureFault, Fault } from '../../ui/Fault.tsx'
import { Glyph } from '../../ui/Glyph.tsx'
import './job-line.css'

const phrases = dictionary({
  unread: ['The job could not be read', '无法读取任务'],
  cancel: ['Cancel', '取消'],
  notStopped: ['The job could not be cancelled', '无法取消任务'],
  failed: [(kind: string) => `${kind} failed`, (kind: string) => `${kind}失败`],
  left: [(time: string) => `${time} left`, (time: string) => `剩余 ${time}`],
  place: [(place: number) => `place ${place} in the queue`, (place: number) => `排在第 ${place} 位`],
})

type Props = {
  readonly id: JobId
  /** What the job does, such as "Reading and hashing sample". */
  readonly title: React.ReactNode
  readonly hasCancel?: boolean
}

/** A job where it was started: state, share, done of total, rate, time left, and a way to stop it. */
export function JobLine({ id, title, hasCancel = true }: Props) {
  const text = useText(phrases)
  const states = useText(jobStateText)
  const kinds = useText(jobKindText)
  const stopping = useText(stoppingText)
  const language = useView(view => view.language)
  const { data: job, error, refetch } = useQuery(api.jobs.show.queryOptions({ input: { id } }))
  const stop = useMutation(api.jobs.stop.mutationOptions())
  if (error && !job) return <FailureFault error={error} title={text.unread} onRetry={() => void refetch()} />
  const { share, done, rate, left } = job ? progressWords(job, language) : {}
  const ended = job !== undefined && isEnded(job.state)
  const shownShare = job?.state === 'done' ? 1 : share
  return (
    <section className="job-line" aria-busy={!ended}>
      <p>
        <Glyph state={job ? jobGlyph[job.state] : 'queue'} />
        <b className="ell">{title}</b>
        <span className="grow" />
        {job && !ended && hasCancel && (
          <ActionButton
            needs="write"
            size="small"
            disabled={job.state === 'stopping' || stop.isPending}
            onClick={() => stop.mutate({ id, save: false })}
          >
            {text.cancel}
          </ActionButton>
        )}
      </p>
      <ProgressLine share={shownShare} label={typeof title === 'string' ? title : (job?.name ?? id)} hasEnded={ended} />
      <p className="fig" role="status">
        {job && <span>{ended || share === undefined ? states[job.state] : percent(share)}</span>}
        {done !== undefined && <span>{done}</span>}
        {!ended && rate !== undefined && <span>{rate}</span>}
        <span className="grow" />
        {!ended && left !== undefined && <span>{text.left(left)}</span>}
        {job?.stopping && <span>{stopping[job.stopping]}</span>}
        {job?.queuePosition !== undefined && <span>{text.place(job.queuePosition)}</span>}
      </p>
      {stop.error && <FailureFault error={stop.error} title={text.notStopped} />}
      {job?.failure && job.state !== 'cancelled' && (
        <Fault
          title={text.failed(kinds[job.kind])}
          cause={job.failure.message}
          remedy={job.failure.hint}
          raw={`${job.failure.code}: ${job.failure.message}`}
        />
      )}
    </section>
  )
}
