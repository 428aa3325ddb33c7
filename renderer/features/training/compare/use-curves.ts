import { useQueries } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import type { MetricPoint } from '../../../../main/contract/runs.ts'
import { api } from '../../../lib/client.ts'
import { addPoint, type Curve, curveOf } from '../curve/curve.ts'
import { usePoints } from '../curve/use-points.ts'

// Beside each other, curves are looked at for their shape: the thinned answer keeps its extremes.
const pointsEach = 5_000

type Curves = {
  readonly curves: readonly Curve[]
  readonly version: number
  readonly isLoading: boolean
  readonly errors: readonly (Error | null)[]
  readonly retry: (index: number) => void
}

/** The curves of several runs, those that still train growing. */
export function useCurves(ids: readonly string[]): Curves {
  const results = useQueries({
    queries: ids.map(id => ({
      ...api.training.curves.queryOptions({ input: { id, points: pointsEach } }),
      gcTime: 0,
      refetchOnMount: 'always' as const,
      structuralSharing: false,
    })),
  })
  const answers = results.map(result => result.data)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list is new at each drawing, what it holds is not.
  const curves = useMemo(() => answers.map(answer => curveOf(answer)), answers)
  const version = usePoints(
    useCallback(
      (id: string, point: MetricPoint) => {
        const curve = curves[ids.indexOf(id)]
        if (curve) addPoint(curve, point)
        return curve !== undefined
      },
      [curves, ids],
    ),
  )
  return {
    curves,
    version,
    isLoading: results.some(result => result.isPending),
    errors: results.map(result => result.error),
    retry: index => void results[index]?.refetch(),
  }
}
