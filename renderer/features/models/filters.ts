import type { Inputs } from '../../../main/contract/index.ts'
import type { ModelFacetName } from '../../../main/contract/model-lists.ts'

export type ModelsInput = Inputs['models']['list']
type Query = Readonly<Record<string, string | undefined>>

/** The facets in the order in which they stand beside the table. */
export const facetOrder = [
  'fit',
  'task',
  'format',
  'size',
  'license',
  'state',
  'label',
  'architecture',
] as const satisfies readonly ModelFacetName[]

/** The values of a facet that an address has chosen; each is encoded, so that a licence may hold a comma. */
export const chosenOf = (query: Query, facet: ModelFacetName): readonly string[] =>
  (query[facet] ?? '').split(',').filter(Boolean).map(decodeURIComponent)

/** What the address says of a facet once a value is switched; undefined: nothing is chosen any more. */
export function switched(query: Query, facet: ModelFacetName, value: string): string | undefined {
  const chosen = chosenOf(query, facet)
  const next = chosen.includes(value) ? chosen.filter(each => each !== value) : [...chosen, value]
  return next.length === 0 ? undefined : next.map(encodeURIComponent).join(',')
}

/** An address that filters nothing. */
export const noFilters: Query = Object.fromEntries(facetOrder.map(facet => [facet, undefined]))

export const hasFilters = (query: Query): boolean => facetOrder.some(facet => chosenOf(query, facet).length > 0)

/**
 * The filters of an address as the backend takes them. A value that it does not know, typed by hand, is its to refuse:
 * the screen shows what it says.
 */
export const filtersOf = (query: Query): ModelsInput =>
  ({
    ...(query.q && { q: query.q }),
    ...Object.fromEntries(
      facetOrder.flatMap(facet => {
        const chosen = chosenOf(query, facet)
        return chosen.length === 0 ? [] : [[facet, chosen]]
      }),
    ),
  }) as ModelsInput

export type SortKey = NonNullable<ModelsInput['sort']>
export type Sort = { readonly key: SortKey; readonly order: 'asc' | 'desc' }
const sortKeys = ['name', 'created', 'updated', 'size', 'parameters', 'memory'] as const satisfies readonly SortKey[]

/** The sort of an address; undefined: as the backend lists them, the newest first. */
export function sortOf(query: Query): Sort | undefined {
  const key = sortKeys.find(each => each === query.sort)
  return key && { key, order: query.order === 'asc' ? 'asc' : 'desc' }
}

/** A click on a column's head: its usual order, then the other one, then the list's own. Names begin with A. */
export function nextSort(
  sort: Sort | undefined,
  key: SortKey,
): { sort: string | undefined; order: string | undefined } {
  const usual = key === 'name' ? 'asc' : 'desc'
  const other = key === 'name' ? 'desc' : 'asc'
  if (sort?.key !== key) return { sort: key, order: usual }
  return sort.order === usual ? { sort: key, order: other } : { sort: undefined, order: undefined }
}
