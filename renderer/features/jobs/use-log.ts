import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import type { JobId, LogLine, LogPage } from '../../../main/contract/jobs.ts'
import { api, client } from '../../lib/client.ts'
import { onChange } from '../../lib/events.ts'
import { usePagedRows } from '../../lib/pages.ts'

const pageLines = 500
const hitsPerPage = 500
/** A search goes on by itself until it has this many hits; then it asks. */
const enoughHits = 1_000
// A person cannot read faster; a job can write much faster.
const refreshMs = 500

export type LogView = {
  /** Rows to draw: lines of the log, or hits; undefined until that is known. */
  readonly count: number | undefined
  readonly total: number
  readonly at: (index: number) => LogLine | undefined
  readonly onRange: (from: number, to: number) => void
  readonly truncatedBytes: number
  readonly error: Error | null
  readonly retry: () => void
  /** Whether the search has not reached the beginning of the log yet, and how to go on. */
  readonly searchOn: (() => void) | undefined
  readonly isSearching: boolean
}

/**
 * A log of any length: only the pages in view are read, each line by its number, and its end is followed while the job
 * writes. With a text, the lines that contain it, found from the end backwards.
 */
export function useLog(id: JobId, isEnded: boolean, search: string): LogView {
  // The end of the log says how long it is. Its own key: a job's progress changes often, its log is read when it grows.
  const end = useQuery({
    ...api.jobs.logs.queryOptions({ input: { id, limit: 1 } }),
    queryKey: ['job-log-end', id],
  })
  const total = end.data?.total ?? 0
  const pages = usePagedRows<LogLine | undefined>(
    (offset, limit) => ({
      // A page that is not full yet is another one as soon as the log has grown; until it is read, its lines so far stay.
      queryKey: ['job-log', id, offset, Math.min(total, offset + limit)],
      queryFn: async () => ({ items: inTheirPlaces(await readPage(id, offset, limit), offset), total }),
      placeholderData: (before, query) => (query?.queryKey[2] === offset ? before : undefined),
      gcTime: 30_000,
    }),
    { pageSize: pageLines },
  )
  const found = useInfiniteQuery({
    queryKey: ['job-log-search', id, search, isEnded],
    queryFn: ({ pageParam }) =>
      client.jobs.logs({ id, search, limit: hitsPerPage, ...(pageParam !== undefined && { before: pageParam }) }),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page: LogPage) => page.next,
    enabled: search !== '',
  })
  const hits = useMemo(
    () =>
      (found.data?.pages ?? [])
        .slice()
        .reverse()
        .flatMap(({ lines }) => lines),
    [found.data],
  )
  useEffect(() => {
    if (found.hasNextPage && !found.isFetching && hits.length < enoughHits) void found.fetchNextPage()
  }, [found, hits.length])
  useFollowing(id, isEnded, end.refetch)

  const isSearch = search !== ''
  return {
    count: isSearch ? (found.data ? hits.length : undefined) : end.data && total,
    total,
    at: isSearch ? index => hits[index] : pages.at,
    onRange: isSearch ? () => undefined : pages.onRange,
    truncatedBytes: end.data?.truncatedBytes ?? 0,
    error: end.error ?? (isSearch ? found.error : pages.error),
    retry: () => void (end.error ? end.refetch() : isSearch ? found.refetch() : pages.retry()),
    searchOn: isSearch && found.hasNextPage && hits.length >= enoughHits ? () => void found.fetchNextPage() : undefined,
    isSearching: isSearch && found.isFetching,
  }
}

const readPage = async (id: JobId, offset: number, limit: number): Promise<readonly LogLine[]> =>
  (await client.jobs.logs({ id, after: offset - 1, limit })).lines

/** Lines that fell out of the middle of a very long log leave their places empty. */
function inTheirPlaces(lines: readonly LogLine[], offset: number): readonly (LogLine | undefined)[] {
  const places: (LogLine | undefined)[] = Array.from({ length: pageLines })
  for (const line of lines) if (line.line < offset + pageLines) places[line.line - offset] = line
  return places
}

/** Asks for the end again whenever the job has written, and once more when it has ended: the last lines come with it. */
function useFollowing(id: JobId, isEnded: boolean, refetch: () => unknown): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the last lines come with the end.
  useEffect(() => {
    let timer: number | undefined
    const stop = onChange(({ topic, id: changed }) => {
      if (topic !== 'log' || changed !== id) return
      timer ??= window.setTimeout(() => {
        timer = undefined
        refetch()
      }, refreshMs)
    })
    refetch()
    return () => {
      stop()
      window.clearTimeout(timer)
    }
  }, [id, refetch, isEnded])
}
