import { useQuery } from '@tanstack/react-query'
import { api } from '../../lib/client.ts'
import { duration, memory } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { go } from '../../lib/route.ts'
import { useView } from '../../lib/view.ts'
import { ActionButton } from '../../ui/ActionButton.tsx'
import { Kbd } from '../../ui/bits.tsx'
import { LoadBar } from '../../ui/LoadBar.tsx'
import { type TourStep, tourNames } from './tour.ts'
import { tourButtonText, tourText } from './tour-text.ts'
import type { Samples } from './use-tour.ts'

type Props = {
  readonly step: TourStep
  readonly samples: Samples | undefined
  readonly seconds: number
  readonly onRun: () => void
}

/** The next step before it begins: what it needs, how long it takes, and the button. */
export function StepStart({ step, samples, seconds, onRun }: Props) {
  const text = useText(tourText)
  const buttons = useText(tourButtonText)
  const language = useView(view => view.language)
  const isTuning = step.id === 'tune'
  const plan = useQuery({
    ...api.training.plan.queryOptions({
      input: {
        method: 'sft',
        model: tourNames.model,
        dataset: [tourNames.train],
        set: samples?.parameters ?? {},
      },
    }),
    enabled: isTuning && samples !== undefined,
  }).data?.memory
  const isTooLarge = plan?.verdict === 'too_large'
  const time = text.about(duration(seconds, language))
  return (
    <>
      {isTuning && (
        <div className="ways-fit">
          <LoadBar
            heightPx={8}
            limit={plan?.freeBytes ?? 1}
            segments={[{ key: 'plan', value: plan?.totalBytes ?? 0, kind: 'own' }]}
            label={plan ? text.planned(memory(plan.totalBytes), memory(plan.freeBytes), plan.device) : time}
          />
          <span className="sub">
            {plan ? text.planned(memory(plan.totalBytes), memory(plan.freeBytes), plan.device.toUpperCase()) : '…'}
          </span>
          <span className="dim">{time}</span>
        </div>
      )}
      {isTooLarge && <p className="tx-warn">{text.planTooLarge}</p>}
      <div className="acts">
        <ActionButton needs="write" type="primary" disabled={isTooLarge} onClick={onRun}>
          {step.state === 'failed' ? text.again : buttons[step.id]}
        </ActionButton>
        {isTuning && (
          <ActionButton
            needs="write"
            onClick={() => go('training', 'new', { model: tourNames.model, dataset: tourNames.train })}
          >
            {text.form}
          </ActionButton>
        )}
        <Kbd keys="Ctrl Enter" />
        {!isTuning && <span className="dim">{time}</span>}
      </div>
    </>
  )
}
