import { duration, figure, memory, number, timeOfDay } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { useView } from '../../../lib/view.ts'
import { ProgressLine, Stat } from '../../../ui/bits.tsx'
import { best, lastOf, maxOf, newest, secondsPerStep } from '../curve/curve.ts'
import type { LiveCurve } from '../curve/use-curve.ts'
import { runText, usePhaseWord } from './text.ts'
import type { ShownRun } from './use-run.ts'

/** How far the run is, in figures: the plan beside the measurement. */
export function RunFigures({ shown, live }: { readonly shown: ShownRun; readonly live: LiveCurve }) {
  const text = useText(runText)
  const language = useView(view => view.language)
  const phaseWord = usePhaseWord()
  const { run, job, state, isAlive } = shown
  const { train, validation } = live.curve
  const step = Math.max(run.step, train.step.at(-1) ?? 0)
  const total = run.totalSteps
  const loss = newest(train, 'loss')
  const first = train.loss.length > 1 ? train.loss.find(value => value !== null) : undefined
  const measured = newest(validation, 'loss')
  const lowest = best(validation)
  const rate = lastOf(train, 'tokensPerSecond')
  const perStep = secondsPerStep(train)
  const peak = maxOf(train.memoryBytes)
  const planned = run.memory?.totalBytes
  // What the whole run would still take says nothing of one that is being stopped.
  const isSaving = state === 'stopping' && job?.stopping === 'saving'
  const secondsLeft = isAlive ? (job?.progress?.secondsLeft ?? run.secondsLeft) : undefined
  const isQueued = state === 'queued'
  const place = isQueued ? job?.queuePosition : undefined
  const phase = isQueued ? undefined : phaseWord(run.phase)
  const change = loss !== undefined && !Number.isNaN(loss) && typeof first === 'number' ? loss - first : undefined
  return (
    <div className="stats even">
      <Stat
        name={text.step}
        value={number(step)}
        {...(total !== undefined && { unit: `/ ${number(total)}` })}
        note={<ProgressLine share={total ? step / total : undefined} label={text.step} hasEnded={!isAlive} />}
      />
      <Stat
        name={text.train}
        value={figure(loss)}
        {...(change !== undefined && {
          note: text.since(`${change > 0 ? '+' : '−'}${figure(Math.abs(change))}`),
        })}
      />
      <Stat
        name={text.validation}
        value={figure(measured)}
        {...(lowest && { note: text.bestAt(figure(lowest.loss), number(lowest.step)) })}
      />
      <Stat
        name={text.rate}
        value={rate === undefined ? '–' : number(rate, rate < 10 ? 1 : 0)}
        unit="tok/s"
        {...(perStep !== undefined && { note: text.perStep(number(perStep, perStep < 10 ? 2 : 1)) })}
      />
      <Stat
        name={text.memory}
        value={peak === undefined ? '–' : memory(peak)}
        {...(planned !== undefined && { note: text.planned(memory(planned)) })}
      />
      {state === 'stopping' ? (
        <Stat
          name={text.doing}
          value={isSaving ? text.saving : text.ending}
          note={isSaving ? text.savingNote : text.endingNote}
        />
      ) : isAlive ? (
        <Stat
          name={text.left}
          value={secondsLeft === undefined ? '–' : duration(secondsLeft, language)}
          note={
            place !== undefined
              ? text.place(place)
              : (phase ?? (secondsLeft !== undefined && text.ends(clockTimeIn(secondsLeft))))
          }
        />
      ) : (
        <Stat
          name={text.took}
          value={run.tookSeconds === undefined ? '–' : duration(run.tookSeconds, language)}
          {...(run.endedAt !== undefined && { note: text.endedAt(timeOfDay(run.endedAt)) })}
        />
      )}
    </div>
  )
}

/** Hours and minutes of the time that comes in so many seconds. */
const clockTimeIn = (seconds: number): string =>
  timeOfDay(new Date(Date.now() + seconds * 1000).toISOString()).slice(0, 5)
