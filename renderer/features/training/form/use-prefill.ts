import { useEffect, useRef } from 'react'
import { client } from '../../../lib/client.ts'
import { failureOf } from '../../../lib/failure.ts'
import { routeNow, setQuery } from '../../../lib/route.ts'
import { emptyDraft, type Method, type Picked, type RunDraft, tuningOf } from './draft.ts'
import { isSame, kindsMethod } from './form-model.ts'
import { versionName } from './options.ts'
import type { RunForm } from './use-run-form.ts'

const keys = ['model', 'dataset', 'from', 'run', 'method'] as const

/**
 * Fills the form by its address, once: `training/new?model=…&dataset=…`, `?from=` an adapter, `?run=` with everything of
 * an earlier run. The address is clean afterwards, so that a reload keeps the draft.
 */
export function usePrefill(form: RunForm, onFailed: (error: unknown) => void): void {
  const isDone = useRef(false)
  const { update } = form
  useEffect(() => {
    const { query } = routeNow()
    if (isDone.current || keys.every(key => query[key] === undefined)) return
    isDone.current = true
    setQuery(Object.fromEntries(keys.map(key => [key, undefined])))
    const filled = query.run !== undefined ? ofRun(query.run) : ofAssets(query)
    filled.then(update, onFailed)
  }, [update, onFailed])
}

const picked = (asset: { readonly id: string; readonly name: string; readonly version: number }): Picked => ({
  id: asset.id,
  name: versionName(asset),
})
const pickedRef = ({ id, name }: Picked): Picked => ({ id, name })

async function ofAssets(query: Readonly<Record<string, string>>): Promise<Partial<RunDraft>> {
  const [model, from, dataset] = await Promise.all([
    query.model === undefined ? undefined : client.models.show({ id: query.model }),
    query.from === undefined ? undefined : client.models.show({ id: query.from }),
    query.dataset === undefined ? undefined : client.datasets.show({ id: query.dataset }),
  ])
  // An adapter cannot be a base: it is gone on from, on the base that it was made for.
  const adapter = from ?? (model?.summary.format === 'adapter' ? model : undefined)
  const baseOfAdapter = adapter?.lineage.madeBy.find(({ role }) => role === 'base')
  const base = model && model !== adapter ? picked(model) : baseOfAdapter && pickedRef(baseOfAdapter)
  const method = (query.method as Method | undefined) ?? (dataset?.kind && kindsMethod(dataset.kind))
  return {
    ...(base && { model: base }),
    ...(adapter && { from: picked(adapter) }),
    ...(dataset && { datasets: [picked(dataset)] }),
    ...(method && { method }),
  }
}

/** Removed since: then the form says so beside the model. Anything else is a failure to read, and told as one. */
function ifRemoved(error: unknown): undefined {
  if (failureOf(error).code !== 'not_found') throw error
}

async function ofRun(id: string): Promise<Partial<RunDraft>> {
  const run = await client.training.show({ id })
  const tuning = tuningOf({ values: run.parameters })
  const [{ items }, base] = await Promise.all([
    client.training.schema({ method: run.method, tuning }),
    client.models.show({ id: run.model.id }).catch(ifRemoved),
  ])
  const longest = base?.summary.contextLength ?? Number.POSITIVE_INFINITY
  const adapter = run.lineage.madeBy.find(({ role }) => role === 'adapter')
  const measured = new Set(run.lineage.madeBy.filter(({ role }) => role === 'validation').map(({ id: each }) => each))
  return {
    ...emptyDraft,
    method: run.method,
    model: run.model,
    from: adapter && pickedRef(adapter),
    datasets: run.datasets.filter(data => !measured.has(data.id)).map(pickedRef),
    rates: Object.fromEntries(
      run.datasets.flatMap(({ id: each, samplingRate }) => (samplingRate === undefined ? [] : [[each, samplingRate]])),
    ),
    validation: run.datasets.filter(data => measured.has(data.id)),
    description: run.description,
    values: Object.fromEntries(
      items.flatMap(({ key, default: usual }) => {
        const value = run.parameters[key]
        // What the model cut the default to was nobody's wish: another model shall have the default.
        const wasUsual = key === 'maxSequenceLength' && typeof usual === 'number' ? Math.min(usual, longest) : usual
        return value === undefined || isSame(value, wasUsual) ? [] : [[key, value]]
      }),
    ),
  }
}
