import { useEffect } from 'react'
import { create } from 'zustand'
import { onChange } from '../../../lib/events.ts'

export type LivePoint = { readonly step: number; readonly loss: number | null }
type LivePoints = { readonly byRun: ReadonlyMap<string, LivePoint> }

/** The newest point of each run that trains: the list shows it without reading the run again at each step. */
const usePoints = create<LivePoints>(() => ({ byRun: new Map() }))
const drawEveryMs = 250

/** Follows the points of all runs while a list of them is shown. */
export function useLivePoints(): ReadonlyMap<string, LivePoint> {
  useEffect(() => {
    let timer: number | undefined
    const next = new Map(usePoints.getState().byRun)
    const stop = onChange(({ topic, id, data }) => {
      if (topic !== 'metrics' || id === undefined || data?.series !== 'train') return
      next.set(id, { step: Number(data.step), loss: typeof data.loss === 'number' ? data.loss : null })
      timer ??= window.setTimeout(() => {
        timer = undefined
        usePoints.setState({ byRun: new Map(next) })
      }, drawEveryMs)
    })
    return () => {
      stop()
      window.clearTimeout(timer)
      // What is not followed any more would grow old.
      usePoints.setState({ byRun: new Map() })
    }
  }, [])
  return usePoints(state => state.byRun)
}
