import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useReducer } from 'react'
import type { MetricPoint } from '../../../../main/contract/runs.ts'
import { api } from '../../../lib/client.ts'
import { onChange } from '../../../lib/events.ts'

/** Figures of the method's own, under the trainer's names such as `rewards/margins`: x and values, by rising step. */
export type OtherFigures = {
  readonly names: readonly string[]
  readonly points: readonly MetricPoint[]
  readonly version: number
}

const pointCount = 2_000
const drawEveryMs = 250
// They say how fast it went, which other figures say better.
const dull = /runtime|per_second|flos/

/** What a trainer reports beside the common figures. They are read thinned: there may be a dozen of them. */
export function useOtherFigures(id: string): OtherFigures {
  const { data } = useQuery({
    ...api.training.metrics.queryOptions({ input: { id, points: pointCount } }),
    gcTime: 0,
    refetchOnMount: 'always',
    structuralSharing: false,
  })
  const [version, changed] = useReducer((count: number) => count + 1, 0)
  const points = useMemo(() => (data?.items ?? []).filter(({ series }) => series === 'train'), [data])
  useEffect(() => {
    let timer: number | undefined
    const stop = onChange(({ topic, id: of, data: carried }) => {
      if (topic !== 'metrics' || of !== id || carried?.series !== 'train') return
      const point = carried as MetricPoint
      if (point.step > (points.at(-1)?.step ?? -1)) points.push(point)
      timer ??= window.setTimeout(() => {
        timer = undefined
        changed()
      }, drawEveryMs)
    })
    return () => {
      stop()
      window.clearTimeout(timer)
    }
  }, [id, points])
  const latest = points.at(-1)?.more
  const names = useMemo(
    () =>
      [...new Set([...Object.keys(points[0]?.more ?? {}), ...Object.keys(latest ?? {})])].filter(
        name => !dull.test(name),
      ),
    [points, latest],
  )
  return { names, points, version }
}
