import { isEnded, type Job } from '../../main/contract/jobs.ts'
import type { RunningBackend } from './backend.ts'

type Client = RunningBackend['client']

/** A job once it has ended, however long that takes: the limit is the test's own. */
export async function ended(client: Client, id: string): Promise<Job> {
  for (;;) {
    const job = await client.jobs.wait({ id, timeoutMs: 60_000 })
    if (isEnded(job.state)) return job
  }
}

/** Ends every job that still runs or waits: they outlive their backend. */
export async function endAll(client: Client): Promise<void> {
  const { items } = await client.jobs.list({})
  for (const { id } of items.filter(job => !isEnded(job.state))) {
    await client.jobs.stop({ id })
    await ended(client, id)
  }
}
