import type { MemoryPlan } from '../../contract/memory-plan.ts'
import type { ModelVersion } from '../../contract/models.ts'
import { type PlanDevice, startsWhenFree } from './plan/memory-terms.ts'
import { verdictOf } from './plan/plan-memory.ts'
import { planServing, usualContextTokens } from './plan/plan-serving.ts'

export type ServingRequest = {
  readonly engine: 'llama' | 'transformers'
  readonly base: ModelVersion
  readonly adapter: ModelVersion | undefined
  readonly contextLength: number | undefined
  readonly parallel: number
  readonly device: string
}

/** Plans the memory of a served model from its headers. Files that do not tell their sizes are planned by their bytes alone. */
export const createServingPlanner =
  (device: (wanted: string) => PlanDevice) =>
  ({ engine, base, adapter, contextLength, parallel, device: wanted }: ServingRequest): MemoryPlan => {
    const on = device(wanted)
    const {
      parameterCount,
      layers,
      hiddenSize,
      heads,
      kvHeads = heads,
      feedForwardSize,
      vocabSize,
      dtype,
    } = base.summary
    const common = { device: on.name, freeBytes: on.freeBytes }
    if (!parameterCount || !layers || !hiddenSize || !heads || !kvHeads || !feedForwardSize || !vocabSize) {
      const bytes = base.sizeBytes + (adapter?.sizeBytes ?? 0)
      const terms = [
        {
          name: 'weights',
          bytes,
          formula: 'the size of the files; their headers do not tell more',
          source: 'file sizes',
        },
      ]
      const verdict = verdictOf(bytes, on.freeBytes)
      return { ...common, totalBytes: bytes, verdict, ...waiting(on, bytes), terms, remedies: [] }
    }
    const plan = planServing({
      model: {
        parameterCount,
        layers,
        hiddenSize,
        heads,
        kvHeads,
        feedForwardSize,
        vocabSize,
        dtype: dtype ?? 'float32',
      },
      engine: engine === 'llama' ? 'llama.cpp' : 'transformers',
      weightsBytes: base.sizeBytes,
      ...(adapter && { adapterBytes: adapter.sizeBytes }),
      contextLength: contextLength ?? Math.min(base.summary.contextLength ?? usualContextTokens, usualContextTokens),
      sequences: parallel,
      device: on,
    })
    return {
      ...common,
      totalBytes: plan.totalBytes,
      verdict: plan.verdict,
      ...waiting(on, plan.totalBytes),
      terms: plan.terms.map(({ key, bytes, formula, source }) => ({ name: key, bytes, formula, source })),
      remedies: plan.remedies.map(({ text, changes, totalBytes }) => ({
        change: text,
        parameters: changes,
        totalBytes,
      })),
    }
  }

const waiting = (device: PlanDevice, bytes: number): { startsWhenFree?: true } =>
  startsWhenFree(device, bytes) ? { startsWhenFree: true } : {}
