import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { api } from '../../lib/client.ts'
import { go } from '../../lib/route.ts'
import { assetPages, useAssetWords } from './asset-words.ts'
import type { Item } from './items.ts'

/** As many as anybody reads before typing another letter. */
const most = 24

/**
 * Models, datasets, runs, evaluations, deployments and jobs: found by the backend, for there may be a hundred thousand.
 * What it found for the letters before stays until the next answer is there; ranking leaves out what no longer fits.
 */
export function useFoundAssets(query: string): { readonly items: readonly Item[]; readonly isAsking: boolean } {
  const wordsOf = useAssetWords()
  const { data, isFetching } = useQuery({
    ...api.search.find.queryOptions({ input: { q: query, limit: most } }),
    enabled: query !== '',
    placeholderData: keepPreviousData,
    // An answer is for the moment in which it is read: nothing tells that it became stale, so none is kept.
    staleTime: 0,
    gcTime: 0,
  })
  if (query === '') return { items: [], isAsking: false }
  const items = (data?.items ?? []).map((asset): Item => {
    const { page, icon } = assetPages[asset.kind]
    return {
      key: `${asset.kind} ${asset.id}`,
      group: asset.kind,
      icon,
      ...wordsOf(asset),
      // Jobs bear names in another language than the window's; any asset answers to its id and to name@version.
      also: [asset.name, asset.id, ...(asset.version === undefined ? [] : [`${asset.name}@${asset.version}`])],
      run: () => go(page, asset.id),
    }
  })
  return { items, isAsking: isFetching }
}
