import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useReducer, useRef } from 'react'
import type { MetricPoint } from '../../../../main/contract/runs.ts'
import { api } from '../../../lib/client.ts'
import { onChange } from '../../../lib/events.ts'
import { addPoint, type Curve, curveOf } from './curve.ts'

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
// Points may come a hundred times a second; a picture is drawn as often as it can be looked at.
const drawEveryMs = 200

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
  const [version, changed] = useReducer((count: number) => count + 1, 0)
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
  useEffect(() => {
    let timer: number | undefined
    const stop = onChange(({ topic, id: of, data: carried }) => {
      if (topic !== 'metrics' || of !== id || !carried) return
      const point = carried as MetricPoint
      if (isReading.current) meanwhile.current.push(point)
      if (addPoint(curve, point) === 'replayed' && !isReading.current) void refetch()
      timer ??= window.setTimeout(() => {
        timer = undefined
        changed()
      }, drawEveryMs)
    })
    return () => {
      stop()
      window.clearTimeout(timer)
    }
  }, [id, curve, refetch])
  return { curve, version, isLoading: query.isPending, error: query.error, retry: () => void refetch() }
}
