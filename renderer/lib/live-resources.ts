import { create } from 'zustand'
import type { Outputs } from '../../main/contract/index.ts'
import type { ResourceSample } from '../../main/contract/resources.ts'
import { client } from './client.ts'
import { useConnection } from './connection.ts'
import { noteHeard } from './pulse.ts'

export type Machine = Outputs['resources']['show']

/** The machine as it was last described, and its figures of the last second. */
type Live = { readonly sample: ResourceSample | undefined }
export const useLiveSample = create<Live>(() => ({ sample: undefined }))

const retryMs = 1_000

/** Follows the machine's figures while the backend answers: figures of one that is silent would pass for today's. */
export async function followResources(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (useConnection.getState().state === 'live') {
      const watching = new AbortController()
      const unsubscribe = useConnection.subscribe(({ state }) => state !== 'live' && watching.abort())
      try {
        for await (const sample of await client.resources.watch({}, { signal: watching.signal })) {
          noteHeard()
          useLiveSample.setState({ sample })
        }
      } catch {
        // The event stream notices the same loss and says it; the figures go on when it is back.
        useLiveSample.setState({ sample: undefined })
      } finally {
        unsubscribe()
      }
    }
    await new Promise(resolve => window.setTimeout(resolve, retryMs))
  }
}
