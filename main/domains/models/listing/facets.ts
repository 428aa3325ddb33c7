import {
  type FacetCount,
  type FitClass,
  fitClasses,
  type ModelFacetName,
  maxFacetValues,
  modelTasks,
  sizeClasses,
} from '../../../contract/model-lists.ts'
import { ModelState, modelFormats } from '../../../contract/models.ts'

/** The facets that one combination of facts decides; labels are several per model and counted apart. */
export type CombinedFacet = Exclude<ModelFacetName, 'label' | 'fit'>

/** Models that agree in every fact, and how many of them fall into each class of fit. */
export type Combination = Readonly<Record<CombinedFacet, string>> & {
  readonly fits: Readonly<Record<FitClass, number>>
}

export type Chosen = Readonly<Record<CombinedFacet | 'fit', readonly string[]>>

const combined: readonly CombinedFacet[] = ['task', 'format', 'size', 'license', 'architecture', 'state']

/** Facets whose values are few and known beforehand keep their order; the others are listed by count. */
const orders: Partial<Record<ModelFacetName, readonly string[]>> = {
  fit: fitClasses,
  task: modelTasks,
  format: modelFormats,
  size: sizeClasses,
  state: ModelState.options,
}

/**
 * Counts every facet under the filters of the others: several values of one facet mean any of them, several facets mean
 * all of them. One pass: a combination that fails no facet counts everywhere, one that fails a single facet counts there.
 */
export function countFacets(
  combinations: readonly Combination[],
  chosen: Chosen,
): { readonly total: number; readonly counts: Readonly<Record<CombinedFacet | 'fit', FacetCount[]>> } {
  const wanted = new Map(combined.map(facet => [facet, new Set(chosen[facet])]))
  const wantedFits: readonly FitClass[] =
    chosen.fit.length > 0 ? fitClasses.filter(each => chosen.fit.includes(each)) : fitClasses
  const counters = new Map<CombinedFacet | 'fit', Map<string, number>>()
  const counterOf = (facet: CombinedFacet | 'fit'): Map<string, number> => {
    const counter = counters.get(facet) ?? new Map<string, number>()
    counters.set(facet, counter)
    return counter
  }
  const add = (facet: CombinedFacet | 'fit', value: string, count: number) => {
    const counter = counterOf(facet)
    counter.set(value, (counter.get(value) ?? 0) + count)
  }
  let total = 0
  for (const each of combinations) {
    const failed = combined.filter(facet => {
      const values = wanted.get(facet)
      return values !== undefined && values.size > 0 && !values.has(each[facet])
    })
    const passing = wantedFits.reduce((sum, fit) => sum + each.fits[fit], 0)
    if (failed.length === 0) total += passing
    for (const fit of fitClasses) add('fit', fit, failed.length === 0 ? each.fits[fit] : 0)
    for (const facet of combined) {
      const counts = failed.length === 0 || (failed.length === 1 && failed[0] === facet)
      // Added with zero too: a value that the library has stays in sight while other filters hide it.
      add(facet, each[facet], counts ? passing : 0)
    }
  }
  const listed = (facet: CombinedFacet | 'fit') => inOrder(facet, counterOf(facet), chosen[facet])
  return {
    total,
    counts: {
      fit: listed('fit'),
      task: listed('task'),
      format: listed('format'),
      size: listed('size'),
      license: listed('license'),
      architecture: listed('architecture'),
      state: listed('state'),
    },
  }
}

/** The values of a facet in the order in which they are shown. What is chosen is listed even when nothing has it. */
export function inOrder(
  facet: ModelFacetName,
  counter: ReadonlyMap<string, number>,
  chosen: readonly string[],
): FacetCount[] {
  const order = orders[facet]
  const values = [...new Set([...counter.keys(), ...chosen])]
  const counted = values.map(value => ({ value, count: counter.get(value) ?? 0 }))
  if (order) return counted.sort((a, b) => order.indexOf(a.value) - order.indexOf(b.value))
  const rank = ({ value }: FacetCount) => (chosen.includes(value) ? 0 : 1)
  return counted
    .sort((a, b) => rank(a) - rank(b) || b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, maxFacetValues)
}
