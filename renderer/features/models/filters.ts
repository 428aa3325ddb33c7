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
export const sortKeys = [
  'name',
  'created',
  'updated',
  'size',
  'parameters',
  'memory',
] as const satisfies readonly SortKey[]
