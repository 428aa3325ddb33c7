import { useDraft } from '../../../lib/draft.ts'
import type { XAxis } from './curve.ts'

/** How a person looks at curves; the same on the page of a run and beside others, and kept for the next one. */
export type CurveView = {
  readonly axis: XAxis
  /** 0 to 1. */
  readonly smoothing: number
  readonly isLogarithmic: boolean
}

const usual: CurveView = { axis: 'step', smoothing: 0.6, isLogarithmic: false }
const isCurveView = (value: unknown): value is CurveView => {
  if (typeof value !== 'object' || value === null) return false
  const { axis, smoothing, isLogarithmic } = value as Record<string, unknown>
  return (
    (axis === 'step' || axis === 'epoch' || axis === 'time') &&
    typeof smoothing === 'number' &&
    smoothing >= 0 &&
    smoothing <= 1 &&
    typeof isLogarithmic === 'boolean'
  )
}

export function useCurveView(): readonly [CurveView, (part: Partial<CurveView>) => void] {
  const [view, set] = useDraft<CurveView>('training.curves', usual, isCurveView)
  return [view, part => set(before => ({ ...before, ...part }))]
}
