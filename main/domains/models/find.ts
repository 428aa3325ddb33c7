import { homedir } from 'node:os'
import type { FoundModel } from '../../contract/models.ts'
import { summaryOf } from './inspection.ts'
import { findModels } from './scan/find-models.ts'
import { knownStores } from './scan/known-stores.ts'

type Found = { readonly items: readonly FoundModel[]; readonly warnings: readonly string[] }

/** Looks for models in the given folders, or in the known stores of this user when none is given. Copies nothing. */
export const findOnMachine =
  (env: Readonly<Record<string, string | undefined>>) =>
  async (dirs: readonly string[], signal?: AbortSignal): Promise<Found> => {
    const items: FoundModel[] = []
    let warnings: readonly string[] = []
    const places = dirs.length > 0 ? dirs : knownStores(env, homedir(), process.platform)
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
