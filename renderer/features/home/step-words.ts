import { bytes, count, duration, figure, number, percent } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { useView } from '../../lib/view.ts'
import type { TourFacts, TourStepId } from './tour.ts'
import { tourDoneText, tourPlanText } from './tour-text.ts'
import type { Samples } from './use-tour.ts'

const heldOutRows = 240

/** What a step will do, with its figures. */
export function usePlanned(id: TourStepId, samples: Samples | undefined, facts: TourFacts): string {
  const text = useText(tourPlanText)
  const { model, train, heldOut, parameters } = samples ?? {}
  switch (id) {
    case 'model':
      return text.model(model ? bytes(model.sizeBytes) : '…')
    case 'data':
      return text.data(train && heldOut ? bytes(train.sizeBytes + heldOut.sizeBytes) : '…')
    case 'tune':
      return text.tune(String(parameters?.loraRank ?? '…'), String(parameters?.epochs ?? '…'))
    case 'evaluate':
      return text.evaluate(number(facts.heldOut?.rows || heldOutRows))
    case 'serve':
      return text.serve
    case 'chat':
      return text.chat
    default:
      return id satisfies never
  }
}

/** What came of a step; undefined while nothing is known of it. */
export function useResult(id: TourStepId, facts: TourFacts): string | undefined {
  const text = useText(tourDoneText)
  const language = useView(view => view.language)
  const { model, train, heldOut, run, evaluation, deployment, requests } = facts
  switch (id) {
    case 'model':
      return model && text.model(count(model.summary.parameterCount ?? 0), bytes(model.sizeBytes))
    case 'data':
      return (
        train && heldOut && text.data(number(train.rows), number(heldOut.rows), number(train.badRows + heldOut.badRows))
      )
    case 'tune': {
      if (run?.tookSeconds === undefined) return undefined
      // Steps are noted as they are logged; a short run ends between two of these.
      return text.tune(number(run.totalSteps ?? run.step), duration(run.tookSeconds, language), figure(run.loss))
    }
    case 'evaluate': {
      const [before, after] = (evaluation?.objects ?? []).map(object =>
        object.scores.find(({ metric }) => metric === 'exact_match'),
      )
      return before && after && text.evaluate(percent(before.value), percent(after.value), number(after.rows))
    }
    case 'serve':
      if (!deployment) return undefined
      return deployment.state === 'serving'
        ? text.serve(deployment.name, deployment.device.toUpperCase())
        : text.stopped(deployment.name)
    case 'chat':
      return text.chat(number(requests))
    default:
      return id satisfies never
  }
}
