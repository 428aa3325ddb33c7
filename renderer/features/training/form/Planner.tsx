import { useQuery } from '@tanstack/react-query'
import { Checkbox, Select } from 'antd'
import { Said } from '../../../lib/backend-words.ts'
import { api } from '../../../lib/client.ts'
import { failureOf } from '../../../lib/failure.ts'
import { bytes, count, number, percent } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { facts } from '../../../lib/marks.ts'
import { Section } from '../../../ui/bits.tsx'
import { CommandLine } from '../../../ui/CommandLine.tsx'
import { Fault } from '../../../ui/Fault.tsx'
import { commandOf } from './command-line.ts'
import type { Plan } from './draft.ts'
import { PlanBar } from './PlanBar.tsx'
import { Remedies } from './Remedies.tsx'
import { formText, planText } from './text.ts'
import type { RunForm } from './use-run-form.ts'

type Props = { readonly form: RunForm; readonly isAnyway: boolean; readonly onAnyway: (isWanted: boolean) => void }

/** Whether the run fits, before it starts: the bar, its terms, what would make it fit, and the same as a command. */
export function Planner({ form, isAnyway, onAnyway }: Props) {
  const text = useText(planText)
  const words = useText(formText)
  const { plan, planError, draft, update } = form
  const devices = useQuery(api.resources.show.queryOptions({ input: {} })).data?.devices ?? []
  const options = [
    { value: 'auto', label: text.auto },
    ...devices.map(({ id, kind, name }) => ({ value: id, label: kind === 'cpu' ? text.cpu : facts(id, name) })),
  ]
  // A device that the draft names and this machine does not have is shown as what it is.
  const all = options.some(({ value }) => value === draft.device)
    ? options
    : [...options, { value: draft.device, label: draft.device }]
  return (
    <aside className="side planner scroll" aria-label={text.title}>
      <Section
        title={text.title}
        side={
          <Select
            size="small"
            variant="borderless"
            className="planner-device"
            popupMatchSelectWidth={240}
            aria-label={text.device}
            value={draft.device}
            options={all}
            onChange={device => update({ device })}
          />
        }
      >
        {planError ? (
          <PlanFailure error={planError} />
        ) : plan ? (
          <PlanBar plan={plan.memory} isStale={form.isPlanning} />
        ) : (
          <PlanWait isPlanning={form.isPlanning} />
        )}
      </Section>
      {plan && plan.memory.remedies.length > 0 && (
        <Section title={text.make}>
          <Remedies plan={plan} form={form} />
          <Checkbox className="plan-anyway" checked={isAnyway} onChange={event => onAnyway(event.target.checked)}>
            {words.anyway}
          </Checkbox>
        </Section>
      )}
      {plan && <Estimate plan={plan} />}
      <Section title={text.command}>
        <CommandLine command={commandOf(draft, form.set, { anyway: isAnyway })} />
      </Section>
    </aside>
  )
}

/** The plan's place is held while nothing is chosen yet: nothing jumps when it comes. */
function PlanWait({ isPlanning }: { readonly isPlanning: boolean }) {
  const text = useText(planText)
  return (
    <div className="plan-wait" aria-busy={isPlanning}>
      <p className="dim">{isPlanning ? text.planning : text.waiting}</p>
    </div>
  )
}

function PlanFailure({ error }: { readonly error: unknown }) {
  const text = useText(planText)
  const { message, hint } = failureOf(error)
  return <Fault title={text.failed} cause={message} {...(hint !== undefined && { remedy: hint })} />
}

function Estimate({ plan }: { readonly plan: Plan }) {
  const text = useText(planText)
  const { data } = useQuery(api.models.show.queryOptions({ input: { id: plan.model } }))
  const all = data?.summary.parameterCount
  const every = Number(plan.parameters.saveSteps)
  const kept = Number(plan.parameters.checkpointCount)
  const { steps } = plan
  const isBySteps = plan.parameters.saveStrategy === 'steps' && every > 0
  const written = isBySteps && steps !== null ? Math.min(kept, Math.floor(steps / every)) : kept
  // Weights that learn, and the optimiser's two moments of each: what a checkpoint holds.
  const checkpointBytes = plan.trainableParameters * 4 * 3
  return (
    <Section title={text.estimate}>
      <dl className="kv">
        <dt>{text.stepsName}</dt>
        <dd>{steps === null ? <span title={text.stepsWhy}>{text.stepsAtStart}</span> : number(steps)}</dd>
        {plan.processors !== undefined && (
          <>
            <dt>{text.processors}</dt>
            <dd>{number(plan.processors)}</dd>
          </>
        )}
        <dt>{text.rows}</dt>
        <dd>{number(plan.rows)}</dd>
        <dt>{text.trainable}</dt>
        <dd>
          {count(plan.trainableParameters)}
          {all !== undefined && all > 0 && (
            <span className="dim"> {text.ofAll(percent(Math.min(1, plan.trainableParameters / all)))}</span>
          )}
        </dd>
        <dt>{text.checkpoints}</dt>
        <dd>
          {isBySteps && steps === null ? text.checkpointsAtMost(number(written)) : number(written)} ×{' '}
          {bytes(checkpointBytes)}
        </dd>
      </dl>
      {plan.warnings.length > 0 && (
        <div className="plan-warnings">
          <Fault
            tone="warn"
            title={text.warnings}
            cause={plan.warnings.map(warning => (
              <span key={warning}>
                <Said>{warning}</Said>
              </span>
            ))}
          />
        </div>
      )}
    </Section>
  )
}
