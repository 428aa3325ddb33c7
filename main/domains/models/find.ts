import type { FoundModel } from '../../contract/models.ts'
import { summaryOf } from './inspection.ts'
import { findModels } from './scan/find-models.ts'
import type { KnownStore } from './scan/known-stores.ts'

export type Found = { readonly items: readonly FoundModel[]; readonly warnings: readonly string[] }

/** Looks for models in folders and in the stores of other programs, and reads their headers. Copies nothing. */
export async function findIn(places: readonly (string | KnownStore)[], signal?: AbortSignal): Promise<Found> {
  const items: FoundModel[] = []
  let warnings: readonly string[] = []
  const options = {
    signal,
    onProgress: (progress: { readonly warnings: readonly string[] }) => {
      warnings = progress.warnings
    },
  }
  for await (const found of findModels(places, options)) {
    const { path, name, store, sizeBytes } = found
    const duplicates = found.duplicates.map(other => other.path)
    const read = 'problem' in found ? { problem: found.problem.message } : { summary: summaryOf(found.facts) }
    items.push({ path, name, store, sizeBytes, duplicates, ...read })
  }
  return { items, warnings }
}
