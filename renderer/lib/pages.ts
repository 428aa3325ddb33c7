import { keepPreviousData, type QueryFunction, type QueryKey, useQueries } from '@tanstack/react-query'
import { useMemo, useState } from 'react'

type Page<T> = { readonly items: readonly T[]; readonly total: number }
type PageQuery<T> = {
  readonly queryKey: QueryKey
  readonly queryFn: QueryFunction<Page<T>>
}

export type PagedRows<T> = {
  /** How many rows there are; undefined until the first page is here. */
  readonly total: number | undefined
  /** A row, or undefined while its page is being read. */
  readonly at: (index: number) => T | undefined
  readonly error: Error | null
  readonly isLoading: boolean
  /** To be told which rows are in view: their pages are read, others are not. */
  readonly onRange: (from: number, to: number) => void
  readonly retry: () => void
}

const noRows: readonly never[] = []

/**
 * Rows of a list too long to hold: only the pages in view are read, each once.
 * @param pageOf gives the query of the page that starts at `offset` and holds `limit` rows
 */
export function usePagedRows<T>(
  pageOf: (offset: number, limit: number) => PageQuery<T>,
  { pageSize = 100 }: { readonly pageSize?: number } = {},
): PagedRows<T> {
  const [range, setRange] = useState({ first: 0, last: 0 })
  const wanted = useMemo(
    () => [...new Set([0, ...Array.from({ length: range.last - range.first + 1 }, (_, index) => range.first + index)])],
    [range],
  )
  const results = useQueries({
    queries: wanted.map(page => ({
      ...pageOf(page * pageSize, pageSize),
      placeholderData: keepPreviousData<Page<T>>,
    })),
  })
  const pages = new Map(wanted.map((page, index) => [page, results[index]]))
  const first = pages.get(0)
  return {
    total: first?.data?.total,
    at: index => (pages.get(Math.floor(index / pageSize))?.data?.items ?? noRows)[index % pageSize],
    error: results.find(result => result.error)?.error ?? null,
    isLoading: first?.isPending ?? true,
    onRange: (from, to) => {
      const next = { first: Math.floor(from / pageSize), last: Math.floor(Math.max(from, to - 1) / pageSize) }
      if (next.first !== range.first || next.last !== range.last) setRange(next)
    },
    retry: () => {
      for (const result of results) if (result.error) void result.refetch()
    },
  }
}
