import { useEffect, useState } from 'react'
import type { TourStep, TourStepId } from './tour.ts'

type Run = { readonly mutate: (id: TourStepId) => void; readonly isPending: boolean }

/**
 * Begins one step after the other, each once the one before is done, until only the chat is left: that is a person's. Ends
 * at a step that fails, that something stands against, or that is no further than before it was begun.
 */
export function useChain(next: TourStep | undefined, { mutate, isPending }: Run) {
  const [isOn, setIsOn] = useState(false)
  const [begun, setBegun] = useState<TourStepId>()
  useEffect(() => {
    if (!isOn || !next || isPending || next.state === 'running') return
    const isOpen = next.state === 'ready' || next.state === 'failed'
    const isFirstTry = next.id !== begun
    if (isOpen && isFirstTry && next.id !== 'chat') {
      setBegun(next.id)
      mutate(next.id)
    } else setIsOn(false)
  }, [isOn, next, begun, isPending, mutate])
  return {
    isOn,
    toggle: () => {
      setBegun(undefined)
      setIsOn(!isOn)
    },
  }
}
