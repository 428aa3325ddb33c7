import { useState } from 'react'
import type { PagedRows } from './pages.ts'

/**
 * Where the chosen row stands by now. Whoever has chosen a row means that row: when others come or go above it, or a filter
 * narrows the list, it is not another one that Enter opens.
 * @param stored the index as it was chosen and is kept, in the address or by a component; -1: none
 * @returns its index now, -1 once it is not in the list; and what is to be told when another index is chosen
 */
export function useChosenRow<T extends { readonly id: string }>(
  { at, find, total = 0 }: Pick<PagedRows<T>, 'at' | 'find' | 'total'>,
  stored: number,
): readonly [index: number, remember: (index: number) => void] {
  const [chosen, setChosen] = useState<{ readonly index: number; readonly id: string }>()
  const remember = (index: number) => {
    const id = at(index)?.id
    setChosen(id === undefined ? undefined : { index, id })
  }
  if (chosen?.index !== stored) {
    // Chosen by an address, or none any more.
    if (at(stored) !== undefined) remember(stored)
    return [stored, remember]
  }
  const there = at(stored)
  // What is in the list and not held cannot have been seen to change.
  const isThere = there === undefined ? stored < total : there.id === chosen.id
  return [isThere ? stored : find(({ id }) => id === chosen.id), remember]
}
