import { Check } from 'lucide-react'
import { useText } from '../../lib/i18n.ts'
import { named } from '../../lib/marks.ts'
import { hrefTo } from '../../lib/route.ts'
import { Chip } from '../../ui/bits.tsx'
import { FailureFault, Fault } from '../../ui/Fault.tsx'
import { BuildEnvironment } from './BuildEnvironment.tsx'
import { StepProgress } from './StepProgress.tsx'
import { StepStart } from './StepStart.tsx'
import { usePlanned, useResult } from './step-words.ts'
import type { TourFacts, TourStep, TourStepId } from './tour.ts'
import { tourStepText, tourText } from './tour-text.ts'
import type { Samples } from './use-tour.ts'

type Props = {
  readonly step: TourStep
  readonly number: number
  /** The step that is to be done first. */
  readonly waitsFor: number
  readonly facts: TourFacts
  readonly samples: Samples | undefined
  /** About how long it takes. */
  readonly seconds: number
  readonly isPending: boolean
  readonly error: Error | null
  readonly onRun: () => void
}

/** Where a step's result is shown in full. */
function placeOf(id: TourStepId, facts: TourFacts): string | undefined {
  const of = (page: string, thing: { readonly id: string } | undefined) => (thing ? hrefTo(page, thing.id) : undefined)
  switch (id) {
    case 'model':
      return of('models', facts.model)
    case 'data':
      return of('datasets', facts.train)
    case 'tune':
      return of('training', facts.run)
    case 'evaluate':
      return of('evaluations', facts.evaluation)
    case 'serve':
      return of('deployments', facts.deployment)
    case 'chat':
      return facts.deployment ? hrefTo('playground', { a: facts.deployment.name }) : undefined
    default:
      return id satisfies never
  }
}

/** One step: what it will do, what it does now, or what came of it. */
export function TourStepRow({ step, number, waitsFor, facts, samples, seconds, isPending, error, onRun }: Props) {
  const text = useText(tourText)
  const name = useText(tourStepText)[step.id]
  const planned = usePlanned(step.id, samples, facts)
  const result = useResult(step.id, facts)
  const isNow = step.state !== 'done' && step.state !== 'waits'
  const isRunning = step.state === 'running' || isPending
  const place = placeOf(step.id, facts)
  return (
    <li
      className={step.state === 'done' ? 'done' : isNow ? 'now' : undefined}
      aria-current={isNow ? 'step' : undefined}
      data-state={isRunning ? 'running' : step.state}
    >
      <span className="ways-n">{step.state === 'done' ? <Check size={13} strokeWidth={2.4} /> : number}</span>
      <div className="ways-b">
        <p>
          <b>{name}</b>
          {isNow && !isRunning && <Chip tone="acc">{text.next}</Chip>}
        </p>
        <p className="sub">{planned}</p>
        {step.state === 'done' && result !== undefined && <p className="dim">{result}</p>}
        {isNow && (
          <div className="ways-now">
            {step.state === 'blocked' ? (
              <BuildEnvironment jobs={step.jobs} />
            ) : isRunning ? (
              <StepProgress jobs={step.jobs} />
            ) : (
              <>
                {error ? (
                  <FailureFault error={error} title={text.failed} />
                ) : (
                  step.state === 'failed' && <WhatHappened step={step} />
                )}
                <StepStart step={step} samples={samples} seconds={seconds} onRun={onRun} />
              </>
            )}
          </div>
        )}
      </div>
      <span className="ways-w">
        {step.state === 'waits' && number === waitsFor + 1 && <span className="dim">{text.waits(waitsFor)}</span>}
        {place !== undefined && (step.state === 'done' || step.state === 'failed' || isRunning) && (
          <a className="link" href={place} aria-label={named(text.open, name)}>
            {text.open}
          </a>
        )}
      </span>
    </li>
  )
}

/** Why it is this step's turn again. What somebody stopped has not failed. */
function WhatHappened({ step: { problem, hint } }: { readonly step: TourStep }) {
  const text = useText(tourText)
  return problem === undefined ? (
    <Fault tone="warn" title={text.halted} cause={text.haltedWhat} />
  ) : (
    <Fault title={text.failed} cause={problem} {...(hint !== undefined && { remedy: hint })} />
  )
}
