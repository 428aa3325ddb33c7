import { useCallback, useMemo, useState } from 'react'
import type { MetricPoint } from '../../../../main/contract/runs.ts'
import { usePoints } from '../curve/use-points.ts'

export type LivePoint = Pick<MetricPoint, 'step' | 'loss'>

/** The newest point of each run that trains, while a list shows them: no run is read again at each step. */
export function useLivePoints(): ReadonlyMap<string, LivePoint> {
  const [newest] = useState(() => new Map<string, LivePoint>())
  const version = usePoints(
    useCallback(
      (id: string, point: MetricPoint) => {
        if (point.series === 'train') newest.set(id, point)
        return point.series === 'train'
      },
      [newest],
    ),
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version tells when what the map holds is another.
  return useMemo(() => new Map(newest), [newest, version])
}
