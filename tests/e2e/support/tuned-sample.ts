import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isEnded } from '../../../main/contract/jobs.ts'
import type { Client } from '../../../main/surfaces/rpc/client.ts'
import { temporaryDir } from '../../support/backend.ts'
import { sample } from './workstation.ts'

/** How many of the held-out rows are there: what takes minutes with all of them takes seconds. */
export const heldOutRows = 4

async function untilDone(client: Client, jobId: string): Promise<void> {
  for (;;) {
    const { state, failure } = await client.jobs.wait({ id: jobId, timeoutMs: 30_000 })
    if (state === 'done') return
    if (isEnded(state)) throw new Error(`the job ended as ${state}: ${JSON.stringify(failure)}`)
  }
}

/** Imports the sample model, or a copy of it, under the tour's name. */
export async function importBase(client: Client, path: string = sample('model')): Promise<void> {
  const { jobId } = await client.models.import({ path, name: 'sample-base' })
  await untilDone(client, jobId)
}

/**
 * Takes the first three steps of the tour without a page, with few rows and few steps of training: what comes of it has
 * learned nothing, and everything after it is the same.
 */
export async function tuneSample(client: Client): Promise<void> {
  const folder = temporaryDir('first rows')
  const firstRows = async (name: string, file: string, count: number): Promise<string> => {
    const path = join(folder, `${name}.jsonl`)
    const lines = readFileSync(sample(`datasets/${file}`), 'utf8').split('\n')
    writeFileSync(path, lines.slice(0, count).join('\n'))
    const { id, jobId } = await client.datasets.import({ path, name })
    await untilDone(client, jobId)
    await client.datasets.freeze({ id })
    return id
  }
  try {
    await importBase(client)
    const train = await firstRows('lab-notes', 'lab-notes-train.jsonl', 16)
    await firstRows('lab-notes-heldout', 'lab-notes-heldout.jsonl', heldOutRows)
    const { parameters } = await client.system.samples({})
    const run = await client.training.start({
      ...{ method: 'sft', model: 'sample-base', dataset: [train], name: 'sample-tuned' },
      set: parameters,
    })
    await untilDone(client, run.jobId ?? '')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
