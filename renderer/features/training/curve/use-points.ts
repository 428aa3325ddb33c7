import { useEffect, useReducer } from 'react'
import type { MetricPoint } from '../../../../main/contract/runs.ts'
import { onChange } from '../../../lib/events.ts'

// Points may come a hundred times a second; a picture is drawn as often as it can be looked at.
const drawEveryMs = 200

/**
 * Hands on the points that the event stream carries, of every run. What is answered grows, a few times a second, with
 * those that were taken: a curve that grows keeps its identity.
 * @param take says whether it took a point; another function listens anew
 */
export function usePoints(take: (runId: string, point: MetricPoint) => boolean): number {
  const [version, changed] = useReducer((count: number) => count + 1, 0)
  useEffect(() => {
    let timer: number | undefined
    const stop = onChange(({ topic, id, data }) => {
      if (topic !== 'metrics' || id === undefined || !data || !take(id, data as MetricPoint)) return
      timer ??= window.setTimeout(() => {
        timer = undefined
        changed()
      }, drawEveryMs)
    })
    return () => {
      stop()
      window.clearTimeout(timer)
    }
  }, [take])
  return version
}
