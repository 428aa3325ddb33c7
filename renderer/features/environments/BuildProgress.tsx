import { useMutation, useQuery } from '@tanstack/react-query'
import type { JobId } from '../../../main/contract/jobs.ts'
import { Said } from '../../lib/backend-words.ts'
import { api } from '../../lib/client.ts'
import { percent } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { progressWords } from '../../lib/job-progress.ts'
import { isEnded, jobStateText } from '../../lib/job-words.ts'
import { useView } from '../../lib/view.ts'
import { ActionButton } from '../../ui/ActionButton.tsx'
import { ProgressLine } from '../../ui/bits.tsx'
import { FailureFault } from '../../ui/Fault.tsx'
import { JobLog } from '../jobs/JobLog.tsx'
import { environmentsText } from './text.ts'
import '../jobs/jobs.css'

/** A build while it runs: what it does, how far it is, and every line it says. */
export function BuildProgress({ jobId }: { readonly jobId: JobId }) {
  const text = useText(environmentsText)
  const states = useText(jobStateText)
  const language = useView(view => view.language)
  const job = useQuery(api.jobs.show.queryOptions({ input: { id: jobId } })).data
  const stop = useMutation(api.jobs.stop.mutationOptions())
  const { share, done, rate, left } = job ? progressWords(job, language) : {}
  return (
    <section className="env-build">
      <div className="sec job-live">
        <h2>
          {text.building}
          {job?.progress?.note !== undefined && (
            <small className="ell">
              <Said>{job.progress.note}</Said>
            </small>
          )}
          <span className="grow" />
          <ActionButton
            needs="write"
            size="small"
            loading={stop.isPending}
            onClick={() => stop.mutate({ id: jobId, save: false })}
          >
            {text.stop}
          </ActionButton>
        </h2>
        <ProgressLine share={share} label={text.building} />
        <p className="fig" role="status">
          <span>{share === undefined ? job && states[job.state] : percent(share)}</span>
          {done !== undefined && <span>{done}</span>}
          {rate !== undefined && <span>{rate}</span>}
          <span className="grow" />
          {left !== undefined && <span>{text.left(left)}</span>}
        </p>
        {stop.error && <FailureFault error={stop.error} title={text.notStopped} />}
      </div>
      <JobLog id={jobId} isEnded={job !== undefined && isEnded(job.state)} />
    </section>
  )
}
