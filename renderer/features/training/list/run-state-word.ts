import type { Run } from '../../../../main/contract/runs.ts'
import { number } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { jobStateText } from '../../../lib/job-words.ts'
import { runText, usePhaseWord } from '../run/text.ts'

/** What the state of a run is called in the list: a stopped one says where, a running one in which phase. */
export function useRunStateWord(): (run: Pick<Run, 'state' | 'step' | 'phase'>) => string {
  const states = useText(jobStateText)
  const text = useText(runText)
  const phaseWord = usePhaseWord()
  return ({ state, step, phase }) => {
    if (state === 'cancelled' && step > 0) return text.stoppedAt(number(step))
    if (state === 'failed' && step > 0) return text.failedAt(number(step))
    return (state === 'running' || state === 'starting' ? phaseWord(phase) : undefined) ?? states[state]
  }
}
