import type { Job } from '../../../main/contract/jobs.ts'
import { percent } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { progressWords } from '../../lib/job-progress.ts'
import { jobStateText } from '../../lib/job-words.ts'
import { useView } from '../../lib/view.ts'
import { ProgressLine } from '../../ui/bits.tsx'
import { tourText } from './tour-text.ts'

/** What works on a step: share, done of total, rate and time left of each job; a bare line until the first figure comes. */
export function StepProgress({ jobs }: { readonly jobs: readonly Job[] }) {
  const text = useText(tourText)
  const states = useText(jobStateText)
  const language = useView(view => view.language)
  if (jobs.length === 0) {
    return (
      <div className="ways-run">
        <ProgressLine share={undefined} label={states.starting} />
        <p className="fig">{states.starting}</p>
      </div>
    )
  }
  return jobs.map(job => {
    const { share, done, rate, left } = progressWords(job, language)
    return (
      <div className="ways-run" key={job.id}>
        <ProgressLine share={share} label={job.name} />
        <p className="fig">
          <span>{share === undefined ? states[job.state] : percent(share)}</span>
          {done && <span>{done}</span>}
          {rate && <span>{rate}</span>}
          <span className="grow" />
          {left && <span>{text.left(left)}</span>}
        </p>
      </div>
    )
  })
}
