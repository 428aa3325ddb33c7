type Query = Readonly<Record<string, string | undefined>>

/** By which column a list is sorted, as the address says it. */
export type Sort<K extends string> = { readonly key: K; readonly order: 'asc' | 'desc' }

/** The sort of an address; undefined: as the backend lists it. A key that the list does not know is none. */
export function sortOf<K extends string>(query: Query, keys: readonly K[]): Sort<K> | undefined {
  const key = keys.find(each => each === query.sort)
  return key && { key, order: query.order === 'asc' ? 'asc' : 'desc' }
}

type Next = { readonly sort: string | undefined; readonly order: string | undefined }

/** A click on a column's head: its usual order, then the other one, then the list's own. Names begin with A. */
export function nextSort<K extends string>(sort: Sort<K> | undefined, key: K): Next {
  const [usual, other] = key === 'name' ? ['asc', 'desc'] : ['desc', 'asc']
  if (sort?.key !== key) return { sort: key, order: usual }
  return sort.order === usual ? { sort: key, order: other } : { sort: undefined, order: undefined }
}

/** How the column of a key is sorted, in the words of `aria-sort`. */
export const sortedAs = <K extends string>(
  sort: Sort<K> | undefined,
  key: K,
): 'ascending' | 'descending' | undefined =>
  sort?.key !== key ? undefined : sort.order === 'asc' ? 'ascending' : 'descending'
