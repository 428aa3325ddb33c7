import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import type { ResourceSample } from '../../../main/contract/resources.ts'
import { api } from '../../lib/client.ts'
import { useLiveSample } from '../../lib/live-resources.ts'
import { type Curves, curvesOf, withSample } from './history.ts'

// More points than the widest chart has pixels say nothing more.
const mostPoints = 900

/** The machine's figures of the last `seconds` (at most an hour): read once, then continued by what comes live. */
export function useHistory(seconds: number): Curves {
  const [samples, setSamples] = useState<readonly ResourceSample[]>([])
  const read = useQuery({
    ...api.resources.history.queryOptions({ input: { seconds, points: mostPoints } }),
    // Its own key: granted memory is no reason to read an hour of figures again.
    queryKey: ['resource-history', seconds],
    gcTime: 0,
  }).data
  useEffect(() => {
    if (read) setSamples(read.items)
  }, [read])
  useEffect(
    () =>
      useLiveSample.subscribe(({ sample }) => {
        if (sample) setSamples(before => withSample(before, sample, seconds))
      }),
    [seconds],
  )
  return useMemo(() => curvesOf(samples, seconds), [samples, seconds])
}
