import { useQuery } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import type { MetricPoint } from '../../../../main/contract/runs.ts'
import { api } from '../../../lib/client.ts'
import { usePoints } from './use-points.ts'

/** Figures of the method's own, under the trainer's names such as `rewards/margins`: x and values, by rising step. */
export type OtherFigures = {
  readonly names: readonly string[]
  readonly points: readonly MetricPoint[]
  readonly version: number
}

const pointCount = 2_000
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
  const points = useMemo(() => (data?.items ?? []).filter(({ series }) => series === 'train'), [data])
  const version = usePoints(
    useCallback(
      (of: string, point: MetricPoint) => {
        const isTaken = of === id && point.series === 'train'
        if (isTaken && point.step > (points.at(-1)?.step ?? -1)) points.push(point)
        return isTaken
      },
      [id, points],
    ),
  )
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
