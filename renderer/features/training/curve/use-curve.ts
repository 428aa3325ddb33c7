import { useQuery } from '@tanstack/react-query'
import { useCallback, useMemo, useRef } from 'react'
import type { MetricPoint } from '../../../../main/contract/runs.ts'
import { api } from '../../../lib/client.ts'
import { addPoint, type Curve, curveOf } from './curve.ts'
import { usePoints } from './use-points.ts'

export type LiveCurve = {
  readonly curve: Curve
  /** Grows with every change of the curve, which keeps its identity. */
  readonly version: number
  readonly isLoading: boolean
  readonly error: unknown
  readonly retry: () => void
}

/** As many points of a series as the backend gives in one answer before it thins them. */
export const mostPoints = 100_000

/** The curves of a run: read once, then grown by the points that the event stream carries. */
export function useCurve(id: string | undefined, points = mostPoints): LiveCurve {
  const query = useQuery({
    ...api.training.curves.queryOptions({ input: { id: id ?? '', points } }),
    enabled: id !== undefined,
    // Nobody listens while no curve is shown, so what was kept would lack points.
    gcTime: 0,
    refetchOnMount: 'always',
    structuralSharing: false,
  })
  const { data, isFetching, refetch } = query
  // Points that were measured while the answer was under way are not in it.
  const meanwhile = useRef<MetricPoint[]>([])
  const isReading = useRef(isFetching)
  isReading.current = isFetching
  const curve = useMemo(() => {
    const made = curveOf(data)
    for (const point of data ? meanwhile.current : [])
      if (point.step > (made[point.series].step.at(-1) ?? -1)) addPoint(made, point)
    if (data) meanwhile.current = []
    return made
  }, [data])
  const version = usePoints(
    useCallback(
      (of: string, point: MetricPoint) => {
        if (of !== id) return false
        if (isReading.current) meanwhile.current.push(point)
        if (addPoint(curve, point) === 'replayed' && !isReading.current) void refetch()
        return true
      },
      [id, curve, refetch],
    ),
  )
  return { curve, version, isLoading: query.isPending, error: query.error, retry: () => void refetch() }
}
