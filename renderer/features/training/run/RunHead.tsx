import type { JobState } from '../../../../main/contract/jobs.ts'
import { useSaid } from '../../../lib/backend-words.ts'
import { middle, number } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { jobGlyph, jobStateText } from '../../../lib/job-words.ts'
import { hrefTo } from '../../../lib/route.ts'
import { useView } from '../../../lib/view.ts'
import { Chip, Status } from '../../../ui/bits.tsx'
import { methodText } from '../parameter-text.ts'
import { useWords } from '../words.ts'
import { phaseText, runText } from './text.ts'
import type { ShownRun } from './use-run.ts'

export const RunTitle = ({ name }: { readonly name: string }) => (
  <span className="mono ell run-title" title={name} dir="auto">
    {middle(name, 44)}
  </span>
)

/** What a state is called on the page of a run: a stopped one says where, a running one in which phase. */
export function useRunStateWord(): (run: {
  readonly state: JobState
  readonly step: number
  readonly phase?: string | undefined
}) => string {
  const states = useText(jobStateText)
  const phases = useText(phaseText)
  const text = useText(runText)
  return ({ state, step, phase }) => {
    if (state === 'cancelled' && step > 0) return text.stoppedAt(number(step))
    if (state === 'failed' && step > 0) return text.failedAt(number(step))
    if ((state === 'running' || state === 'starting') && phase !== undefined && phase !== 'training')
      return Object.hasOwn(phases, phase) ? phases[phase as 'training'] : phase
    return states[state]
  }
}

const toneOf: Partial<Record<JobState, string>> = { failed: 'tx-err', lost: 'tx-warn' }

export function RunMeta({ shown: { run, job, state } }: { readonly shown: ShownRun }) {
  const said = useSaid()
  const text = useText(runText)
  const words = useWords()
  const methods = useText(methodText)
  const language = useView(view => view.language)
  const word = useRunStateWord()
  const tuning = String(run.parameters.tuning ?? 'full')
  const rank = run.parameters.loraRank
  const what = `${methods[run.method]} ${words.choice('tuning', tuning)}${tuning !== 'full' && rank !== undefined ? ` r${rank}` : ''}`
  const data = run.datasets.map(({ name }) => middle(name, 28)).join(language === 'zh' ? '、' : ', ')
  return (
    <>
      <Status state={jobGlyph[state]}>
        <span className={toneOf[state]}>{word({ state, step: run.step, phase: run.phase })}</span>
      </Status>
      {state === 'queued' && job?.queuePosition !== undefined && <span>{text.place(job.queuePosition)}</span>}
      {run.warnings.length > 0 && (
        <Chip tone="warn" title={run.warnings.map(said).join('\n')}>
          <a href={hrefTo('training', run.id, { tab: 'configuration' })}>{text.warningCount(run.warnings.length)}</a>
        </Chip>
      )}
      {run.result && (
        <a className="link ell" href={hrefTo('models', run.result.id)} title={text.doneText(run.result.name)}>
          {text.resultLink(middle(run.result.name, 32))}
        </a>
      )}
      <span className="ell" title={`${run.model.name}, ${run.datasets.map(({ name }) => name).join(', ')}`}>
        {text.of(what, middle(run.model.name, 32), data)}
      </span>
    </>
  )
}
