import type { CheckProgress } from '../../contract/dataset-checks.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Store } from '../../platform/db/types.ts'
import { type Meter, progressFrom } from '../../platform/processes/progress.ts'

/** A screen follows it comfortably, and a check of many small batches costs no more for it. */
const atMostEveryMs = 500

/** Tells whoever watches how far a check is, by events under the id that the caller gave; to nobody without one. */
export function createCheckProgress(
  { store, clock }: { readonly store: Pick<Store, 'record'>; readonly clock: Clock },
  id: string | undefined,
): (step: CheckProgress['step'], done: number, total: number) => void {
  let meter: Meter | undefined
  let current: CheckProgress['step'] | undefined
  let toldAtMs = Number.NEGATIVE_INFINITY
  return (step, done, total) => {
    if (id === undefined) return
    const nowMs = clock.monotonicMs()
    const isNew = step !== current
    if (!isNew && done < total && nowMs - toldAtMs < atMostEveryMs) return
    // Each step has a speed of its own.
    if (isNew) meter = undefined
    const measured = progressFrom({ event: 'progress', done, total, unit: 'rows' }, nowMs, undefined, meter)
    if (!measured) return
    meter = measured.meter
    current = step
    toldAtMs = nowMs
    store.record(tx => tx.announce({ topic: 'metrics', kind: 'data', id, data: { ...measured.progress, step } }))
  }
}
