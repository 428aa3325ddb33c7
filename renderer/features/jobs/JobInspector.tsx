import { useQuery } from '@tanstack/react-query'
import { X } from 'lucide-react'
import type { Job } from '../../../main/contract/jobs.ts'
import { api } from '../../lib/client.ts'
import { percent } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { progressWords } from '../../lib/job-progress.ts'
import {
  isEnded,
  jobGlyph,
  jobKindText,
  jobStateText,
  pageOfKind,
  stoppingText,
  useJobName,
} from '../../lib/job-words.ts'
import { hrefTo } from '../../lib/route.ts'
import { useView } from '../../lib/view.ts'
import { ProgressLine, Status } from '../../ui/bits.tsx'
import { FailureFault, Fault } from '../../ui/Fault.tsx'
import { JobActions } from './JobActions.tsx'
import { JobFacts } from './JobFacts.tsx'
import { JobLog } from './JobLog.tsx'
import { jobsText, subjectText } from './text.ts'

type Props = { readonly id: string; readonly onClose: () => void }

/** One job in full: progress, what it holds, why it failed, what it says. */
export function JobInspector({ id, onClose }: Props) {
  const text = useText(jobsText)
  const kinds = useText(jobKindText)
  const states = useText(jobStateText)
  const subjects = useText(subjectText)
  const { data: job, error, refetch } = useQuery(api.jobs.show.queryOptions({ input: { id } }))
  const nameOf = useJobName()
  const name = job && nameOf(job)
  const page = job && pageOfKind[job.kind]
  return (
    <aside className="side inspector col job-inspector" aria-label={name ?? text.name} aria-busy={!job && !error}>
      <div className="ins-head">
        <div className="ins-t">
          <h2 className="ell grow" dir="auto" title={name}>
            {job ? name : <i className="bone" style={{ width: 180, height: 14 }} />}
          </h2>
          <button type="button" className="icon" aria-label={text.close} title={text.close} onClick={onClose}>
            <X size={14} />
          </button>
        </div>
        {job && (
          <div className="ins-m">
            <Status state={jobGlyph[job.state]}>{states[job.state]}</Status>
            <span>{kinds[job.kind]}</span>
            {page && (
              <a className="link" href={hrefTo(page, job.subjectId)}>
                {text.open(subjects[job.kind])}
              </a>
            )}
          </div>
        )}
        {job && !isEnded(job.state) && <JobActions job={job} />}
      </div>
      <div className="scroll job-body">
        {error && !job && (
          <div className="sec">
            <FailureFault error={error} title={text.unread} onRetry={() => void refetch()} />
          </div>
        )}
        {job && <Trouble job={job} />}
        {job && !isEnded(job.state) && <LiveProgress job={job} />}
        {job && <JobFacts job={job} />}
      </div>
      {job && <JobLog id={job.id} isEnded={isEnded(job.state)} />}
    </aside>
  )
}

function LiveProgress({ job }: { readonly job: Job }) {
  const text = useText(jobsText)
  const states = useText(jobStateText)
  const stopping = useText(stoppingText)
  const language = useView(view => view.language)
  const nameOf = useJobName()
  const { share, done, rate, left } = progressWords(job, language)
  return (
    <div className="sec job-live">
      <ProgressLine share={share} label={nameOf(job)} />
      <p className="fig" role="status">
        <span>{share === undefined ? states[job.state] : percent(share)}</span>
        {done !== undefined && <span>{done}</span>}
        {rate !== undefined && <span>{rate}</span>}
        <span className="grow" />
        <span>
          {job.stopping
            ? stopping[job.stopping]
            : left !== undefined
              ? text.left(left)
              : job.queuePosition !== undefined
                ? text.place(job.queuePosition)
                : ''}
        </span>
      </p>
    </div>
  )
}

function Trouble({ job }: { readonly job: Job }) {
  const text = useText(jobsText)
  if (job.failure && job.state !== 'cancelled') {
    const { code, message, hint, details } = job.failure
    return (
      <div className="sec">
        <Fault
          title={text.failed}
          cause={message}
          {...(hint !== undefined && { remedy: hint })}
          raw={`${code}: ${message}${details ? `\n${JSON.stringify(details, undefined, 2)}` : ''}`}
        />
      </div>
    )
  }
  if (job.state === 'lost') {
    return (
      <div className="sec">
        <Fault tone="warn" title={text.lost} cause={text.lostWhy} />
      </div>
    )
  }
  if (job.health === 'unresponsive' && !isEnded(job.state)) {
    return (
      <div className="sec">
        <Fault tone="warn" title={text.silent} cause={text.silentWhy} remedy={text.silentDo} />
      </div>
    )
  }
  return null
}
