import { useEffect, useState } from 'react'
import type { CheckProgress } from '../../../../main/contract/dataset-checks.ts'
import { onChange } from '../../../lib/events.ts'

/** Under this id the backend tells this page how far its check is. */
export const progressId = [...crypto.getRandomValues(new Uint32Array(3))].map(part => part.toString(36)).join('-')

/** What takes no longer needs no progress: it would only flicker. */
const patienceMs = 1_000

/** How far a check is that takes longer than a moment; undefined before, and once it has ended. */
export function useCheckProgress(isChecking: boolean): CheckProgress | undefined {
  const [progress, setProgress] = useState<CheckProgress>()
  const [isLong, setIsLong] = useState(false)
  useEffect(() => {
    if (!isChecking) return
    const timer = window.setTimeout(() => setIsLong(true), patienceMs)
    const stop = onChange(({ topic, id, data }) => {
      // What is told under this id is the progress of a check, and nothing else.
      if (topic === 'metrics' && id === progressId) setProgress(data as CheckProgress | undefined)
    })
    return () => {
      window.clearTimeout(timer)
      stop()
      setIsLong(false)
      setProgress(undefined)
    }
  }, [isChecking])
  return isLong ? progress : undefined
}
