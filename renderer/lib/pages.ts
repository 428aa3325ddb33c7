import { type QueryFunction, type QueryKey, type UseQueryOptions, useQueries } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'

type Page<T> = { readonly items: readonly T[]; readonly total: number }
type PageQuery<T> = {
  readonly queryKey: QueryKey
  readonly queryFn: QueryFunction<Page<T>>
  /** What stands for a page that grows, while its next state is read. */
  readonly placeholderData?: UseQueryOptions<Page<T>>['placeholderData']
  readonly gcTime?: number
}
/** A query whose answer becomes a page. */
type SelectedQuery<D, T> = {
  readonly queryKey: QueryKey
  readonly queryFn: QueryFunction<D>
  readonly select: (answer: D) => Page<T>
}
type Options = { /** Rows that are read at once. */ readonly pageSize?: number }

export type PagedRows<T> = {
  /** How many rows there are; undefined until the first page is here. */
  readonly total: number | undefined
  /** A row, or undefined while its page is being read. The same function until other rows are there. */
  readonly at: (index: number) => T | undefined
  /** Where a row stands among those that are held; -1: among none of them. */
  readonly find: (is: (row: T) => boolean) => number
  readonly error: Error | null
  readonly isLoading: boolean
  /** To be told which rows are in view: their pages are read, others are not. */
  readonly onRange: (from: number, to: number) => void
  readonly retry: () => void
}

const noRows: readonly never[] = []

/**
 * Rows of a list too long to hold: only the pages in view are read, each once. When the list becomes another one (a
 * filter was typed), the rows before stay until the first of the new ones are here: nothing flickers.
 * @param pageOf gives the query of the page that starts at `offset` and holds `limit` rows
 */
export function usePagedRows<T>(
  pageOf: (offset: number, limit: number) => PageQuery<T>,
  options?: Options,
): PagedRows<T>
export function usePagedRows<D, T>(
  pageOf: (offset: number, limit: number) => SelectedQuery<D, T>,
  options?: Options,
): PagedRows<T>
export function usePagedRows<D, T>(
  pageOf: (offset: number, limit: number) => UseQueryOptions<D, Error, Page<T>>,
  { pageSize = 100 }: Options = {},
): PagedRows<T> {
  const [range, setRange] = useState({ first: 0, last: 0 })
  const wanted = useMemo(
    () => [...new Set([0, ...Array.from({ length: range.last - range.first + 1 }, (_, index) => range.first + index)])],
    [range],
  )
  const results = useQueries({ queries: wanted.map(page => pageOf(page * pageSize, pageSize)) })
  const first = results[0]
  const before = useRef<Pages<T>>(undefined)
  const held = useRef<Pages<T>>(new Map())
  const now = kept(
    held.current,
    new Map(
      wanted.flatMap((page, index) => {
        const data = results[index]?.data
        return data ? [[page, data] as const] : []
      }),
    ),
  )
  useEffect(() => {
    held.current = now
    if (now.has(0)) before.current = now
  })
  const shown = first?.isPending && !first.error ? (before.current ?? now) : now
  const at = useCallback(
    (index: number) => (shown.get(Math.floor(index / pageSize))?.items ?? noRows)[index % pageSize],
    [shown, pageSize],
  )
  const find = useCallback(
    (is: (row: T) => boolean) => {
      for (const [page, { items }] of shown) {
        const index = items.findIndex(is)
        if (index >= 0) return page * pageSize + index
      }
      return -1
    },
    [shown, pageSize],
  )
  const onRange = useCallback(
    (from: number, to: number) => {
      const next = { first: Math.floor(from / pageSize), last: Math.floor(Math.max(from, to - 1) / pageSize) }
      setRange(range => (next.first === range.first && next.last === range.last ? range : next))
    },
    [pageSize],
  )
  return {
    total: shown.get(0)?.total,
    at,
    find,
    error: results.find(result => result.error)?.error ?? null,
    isLoading: shown.get(0) === undefined,
    onRange,
    retry: () => {
      for (const result of results) if (result.error) void result.refetch()
    },
  }
}

type Pages<T> = ReadonlyMap<number, Page<T>>

/** The pages as they were held, if they still are the same ones. */
const kept = <T>(held: Pages<T>, now: Pages<T>): Pages<T> =>
  held.size === now.size && [...now].every(([page, data]) => held.get(page) === data) ? held : now
