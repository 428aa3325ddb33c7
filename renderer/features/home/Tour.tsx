import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from '../../lib/client.ts'
import { duration } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { go } from '../../lib/route.ts'
import { useView } from '../../lib/view.ts'
import { ActionButton } from '../../ui/ActionButton.tsx'
import { FailureFault } from '../../ui/Fault.tsx'
import { TourStepRow } from './TourStepRow.tsx'
import { estimateSeconds, type TourStepId } from './tour.ts'
import { runTourStep } from './tour-actions.ts'
import { tourText } from './tour-text.ts'
import { useChain } from './use-chain.ts'
import type { Tour as TourState } from './use-tour.ts'

/** Six steps from a base model to an answer. Each is done by its button or by Ctrl Enter, or all one after the other. */
export function Tour({ tour }: { readonly tour: TourState }) {
  const text = useText(tourText)
  const language = useView(view => view.language)
  const cores = useQuery(api.resources.show.queryOptions({ input: {} })).data?.cpu.logicalCores ?? 2
  // A package has neither npm nor the tour's program: there the buttons are the way.
  const { data: status } = useQuery(api.system.status.queryOptions({ input: {} }))
  const { steps, facts, samples, isDone } = tour
  const cache = useQueryClient()
  const run = useMutation({
    mutationFn: (id: TourStepId) => (samples ? runTourStep(id, { facts, samples }) : Promise.resolve()),
    // Until what was begun is known here, the step would look as if it had still to be begun.
    onSuccess: () => cache.invalidateQueries(),
  })
  const chain = useChain(
    steps?.find(({ state }) => state !== 'done'),
    run,
  )

  if (tour.error) return <FailureFault error={tour.error} title={text.unread} onRetry={tour.retry} />
  if (!steps) return <TourBones />
  const open = steps.filter(({ state }) => state !== 'done').map(({ id }) => id)
  const time = duration(estimateSeconds(open, cores), language)
  const canRunAll = open.filter(id => id !== 'chat').length > 1
  return (
    <section aria-labelledby="tour">
      <div className="h2 big">
        <span id="tour">{text.title}</span>
        <span className="grow" />
        <ActionButton needs="write" size="small" type="text" onClick={() => go('models', { dialog: 'import' })}>
          {text.own}
        </ActionButton>
      </div>
      <p className="sub">
        {isDone
          ? text.noteDone
          : open.length < steps.length
            ? text.noteLeft(steps.length - open.length, time)
            : text.note(time)}
      </p>
      <ol className="ways">
        {steps.map((step, index) => (
          <TourStepRow
            key={step.id}
            step={step}
            number={index + 1}
            waitsFor={steps.findIndex(({ state }) => state !== 'done') + 1}
            facts={facts}
            samples={samples}
            seconds={estimateSeconds([step.id], cores)}
            isPending={run.isPending && run.variables === step.id}
            error={run.variables === step.id ? run.error : null}
            onRun={() => run.mutate(step.id)}
          />
        ))}
      </ol>
      <p className="cli">
        {canRunAll && (
          <ActionButton needs="write" size="small" onClick={chain.toggle}>
            {chain.isOn ? text.hold : text.all}
          </ActionButton>
        )}
        {status?.isInstalled === false && (
          <>
            <span className="dim">{text.cli}</span>
            <code>npm run tour</code>
          </>
        )}
      </p>
    </section>
  )
}

const TourBones = () => (
  <div aria-busy className="ways">
    {[62, 54, 70, 58, 48, 40].map(width => (
      <div key={width} className="ways-bone">
        <i className="bone" style={{ width: 22, height: 22, borderRadius: '50%' }} />
        <i className="bone" style={{ width: `${width}%` }} />
      </div>
    ))}
  </div>
)
