import { randomBytes } from 'node:crypto'
import { CheckProgress } from '../../contract/dataset-checks.ts'
import type { Client } from '../rpc/client.ts'
import { type Output, progressText } from './follow.ts'

/** What is over sooner needs no words about how far it is. */
const quietMs = 2_000

/**
 * Makes a call that says how far it is under the id that it is given, and shows that on standard error: whoever waits for
 * minutes sees that something happens, and how long it takes still.
 */
export async function followCall(
  client: Client,
  call: (progressId: string) => Promise<unknown>,
  { err }: Output,
): Promise<unknown> {
  const id = randomBytes(12).toString('hex')
  const stop = new AbortController()
  const events = await client.events.subscribe({ topics: ['metrics'] }, { signal: stop.signal })
  const startedAtMs = performance.now()
  let shown = ''
  const show = async () => {
    for await (const event of events) {
      const told = event.id === id ? CheckProgress.safeParse(event.data) : undefined
      if (!told?.success || performance.now() - startedAtMs < quietMs) continue
      const { step, ...progress } = told.data
      const line = progressText(step, progress)
      if (line !== shown) err(line)
      shown = line
    }
  }
  // The answer is what counts; that its progress cannot be shown any more shows in the answer too, if it matters.
  const showing = show().catch(() => undefined)
  try {
    return await call(id)
  } finally {
    stop.abort()
    await showing
  }
}
