import type { FoundModel } from '../../../main/contract/models.ts'

export type FoundSummary = {
  readonly stores: readonly { readonly store: string; readonly models: number; readonly sizeBytes: number }[]
  readonly registered: number
  readonly unreadable: number
  /** How many were found under more than one name or place: links, tags, another program's store. */
  readonly repeated: number
}

/** What can be registered with one click: readable, and not registered yet. */
export const registrable = (items: readonly FoundModel[]): readonly FoundModel[] =>
  items.filter(({ problem, registeredAs }) => problem === undefined && registeredAs === undefined)

/** Counts what a search found, per store, largest first. */
export function summarise(items: readonly FoundModel[]): FoundSummary {
  const stores = new Map<string, { models: number; sizeBytes: number }>()
  for (const { store, sizeBytes } of items) {
    const sum = stores.get(store) ?? { models: 0, sizeBytes: 0 }
    stores.set(store, { models: sum.models + 1, sizeBytes: sum.sizeBytes + sizeBytes })
  }
  return {
    stores: [...stores].map(([store, sum]) => ({ store, ...sum })).sort((a, b) => b.sizeBytes - a.sizeBytes),
    registered: items.filter(({ registeredAs }) => registeredAs !== undefined).length,
    unreadable: items.filter(({ problem }) => problem !== undefined).length,
    repeated: items.filter(({ duplicates }) => duplicates.length > 0).length,
  }
}
