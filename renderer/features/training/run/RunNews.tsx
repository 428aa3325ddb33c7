import { Said } from '../../../lib/backend-words.ts'
import { number } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { hrefTo, setQuery } from '../../../lib/route.ts'
import { ActionButton } from '../../../ui/ActionButton.tsx'
import { Fault } from '../../../ui/Fault.tsx'
import { brokenSteps } from '../curve/curve.ts'
import type { LiveCurve } from '../curve/use-curve.ts'
import { hasDiverged, type OnFailed, RunFailure } from './RunFailure.tsx'
import { runText } from './text.ts'
import type { ShownRun } from './use-run.ts'

type Props = { readonly shown: ShownRun; readonly live: LiveCurve; readonly onFailed: OnFailed }

/**
 * What a person should know before the figures: that it failed, diverged or warned. What it made stands in the head of
 * the page, where nothing moves when it comes: a run may end while somebody reaches for a curve.
 */
export function RunNews({ shown, live, onFailed }: Props) {
  const text = useText(runText)
  const { run, state, isAlive } = shown
  const broken = brokenSteps(live.curve.train)
  const news = [
    (state === 'failed' || state === 'lost') && <RunFailure key="failure" shown={shown} onFailed={onFailed} />,
    broken.length > 0 && !hasDiverged(run) && (
      <Fault
        key="nan"
        tone="warn"
        title={text.nan}
        cause={text.nanCause(number(broken.length), number(broken[0] ?? 0))}
        remedy={isAlive ? text.nanRemedy : text.nanRemedyEnded}
        actions={
          <>
            {isAlive && (
              <ActionButton needs="write" type="primary" onClick={() => setQuery({ dialog: 'stop' })}>
                {text.stop}
              </ActionButton>
            )}
            <ActionButton needs="write" href={hrefTo('training', 'new', { run: run.id })}>
              {text.openForm}
            </ActionButton>
          </>
        }
      />
    ),
    // By its row, which says done together with what it made: its job ends a moment earlier.
    run.state === 'done' && !run.result && run.warnings.length > 0 && (
      <Fault
        key="warnings"
        tone="warn"
        title={text.warnings}
        cause={run.warnings.map(warning => (
          <span key={warning} className="line">
            <Said>{warning}</Said>
          </span>
        ))}
      />
    ),
  ].filter(Boolean)
  return news.length > 0 ? <div className="run-fault">{news}</div> : null
}
