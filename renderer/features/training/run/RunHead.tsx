import type { JobState } from '../../../../main/contract/jobs.ts'
import { useSaid } from '../../../lib/backend-words.ts'
import { middle } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { jobGlyph, jobStateText } from '../../../lib/job-words.ts'
import { listed } from '../../../lib/marks.ts'
import { hrefTo } from '../../../lib/route.ts'
import { Chip, Status } from '../../../ui/bits.tsx'
import { methodText } from '../parameter-text.ts'
import { useWords } from '../words.ts'
import { runText } from './text.ts'
import type { ShownRun } from './use-run.ts'

export const RunTitle = ({ name }: { readonly name: string }) => (
  <span className="mono ell run-title" title={name} dir="auto">
    {middle(name, 44)}
  </span>
)

const toneOf: Partial<Record<JobState, string>> = { failed: 'tx-err', lost: 'tx-warn' }

/** The run's facts. Their order keeps each in its place while the run goes on: nothing moves under the pointer. */
export function RunMeta({ shown: { run, state } }: { readonly shown: ShownRun }) {
  const said = useSaid()
  const text = useText(runText)
  const words = useWords()
  const methods = useText(methodText)
  const states = useText(jobStateText)
  const tuning = String(run.parameters.tuning ?? 'full')
  const rank = run.parameters.loraRank
  const what = `${methods[run.method]} ${words.choice('tuning', tuning)}${tuning !== 'full' && rank !== undefined ? ` r${rank}` : ''}`
  const data = listed(run.datasets.map(({ name }) => middle(name, 28)))
  return (
    <>
      <Status state={jobGlyph[state]}>
        <span className={toneOf[state]}>{states[state]}</span>
      </Status>
      <span className="ell run-what" title={listed([run.model.name, ...run.datasets.map(({ name }) => name)])}>
        {text.of(what, middle(run.model.name, 32), data)}
      </span>
      {run.warnings.length > 0 && (
        <Chip tone="warn" title={run.warnings.map(said).join('\n')}>
          <a href={hrefTo('training', run.id, { tab: 'configuration' })}>{text.warningCount(run.warnings.length)}</a>
        </Chip>
      )}
      {run.result && (
        <a
          className="link ell run-result"
          href={hrefTo('models', run.result.id)}
          title={text.doneText(run.result.name)}
        >
          {text.resultLink(middle(run.result.name, 32))}
        </a>
      )}
    </>
  )
}
