import { useQuery } from '@tanstack/react-query'
import type { RenderedRow } from '../../../../main/contract/dataset-checks.ts'
import { api } from '../../../lib/client.ts'
import type { CheckSettings } from './settings.ts'

/** Starting the tokenizer takes longer than rendering some rows: those around the one that is read come with it. */
const windowRows = 25

export type RenderedRows = {
  /** The renderings of a row: one, or two for a pair; undefined while they are not known. */
  readonly of: (row: number) => readonly RenderedRow[] | undefined
  /** Why a row cannot be rendered, or teaches nothing. */
  readonly problemOf: (row: number) => string | undefined
  readonly isLoading: boolean
  readonly error: Error | null
  readonly retry: () => void
}

/**
 * Rows as a model sees them, token by token, around one row.
 * @param row from 0; undefined: none is read
 */
export function useRendered(
  id: string,
  row: number | undefined,
  { model, method, maxSequenceLength }: CheckSettings,
): RenderedRows {
  const offset = Math.floor((row ?? 0) / windowRows) * windowRows
  const enabled = model !== undefined && row !== undefined
  const { data, error, isFetching, refetch } = useQuery({
    ...api.datasets.render.queryOptions({
      input: {
        id,
        model: model ?? '',
        offset,
        limit: windowRows,
        ...(method !== undefined && { method }),
        ...(maxSequenceLength !== undefined && { maxSequenceLength }),
      },
      retry: false,
    }),
    enabled,
  })
  return {
    of: wanted => {
      const found = data?.rows.filter(each => each.row === wanted)
      return found && found.length > 0 ? found : undefined
    },
    problemOf: wanted => data?.problems.find(problem => problem.row === wanted)?.message,
    isLoading: enabled && isFetching && !data,
    error: enabled ? error : null,
    retry: () => void refetch(),
  }
}
