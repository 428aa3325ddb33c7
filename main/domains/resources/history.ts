import type { ResourceSample } from '../../contract/resources.ts'

/** The samples of the last hour, in memory: losing them with the backend costs nobody anything. */
export function createHistory(capacity = 3600) {
  let samples: ResourceSample[] = []
  const listeners = new Set<(sample: ResourceSample) => void>()
  return {
    add: (sample: ResourceSample): void => {
      samples.push(sample)
      // Trimmed in pieces: shifting an array of thousands every second would copy it every second.
      if (samples.length > capacity * 1.1) samples = samples.slice(-capacity)
      for (const listener of listeners) listener(sample)
    },
    /** At most `points` samples of the last `seconds`, evenly thinned, the newest always among them. */
    last: (seconds: number, points: number): ResourceSample[] => {
      const wanted = samples.slice(-Math.min(seconds, capacity))
      const step = Math.max(1, Math.ceil(wanted.length / points))
      return wanted.filter((_, index) => (wanted.length - 1 - index) % step === 0)
    },
    /** New samples as they come; a reader that is slow gets the newest, not a growing backlog. */
    watch: async function* (signal?: AbortSignal): AsyncGenerator<ResourceSample> {
      let newest: ResourceSample | undefined = samples.at(-1)
      let wake: () => void = () => undefined
      const listener = (sample: ResourceSample) => {
        newest = sample
        wake()
      }
      const stop = () => wake()
      listeners.add(listener)
      signal?.addEventListener('abort', stop)
      try {
        while (!signal?.aborted) {
          const sample = newest
          newest = undefined
          if (sample) yield sample
          else await new Promise<void>(resolve => (wake = resolve))
        }
      } finally {
        listeners.delete(listener)
        signal?.removeEventListener('abort', stop)
      }
    },
  }
}
