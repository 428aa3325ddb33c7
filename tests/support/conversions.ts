import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { isEnded, type Job } from '../../main/contract/jobs.ts'
import type { RunningBackend } from './backend.ts'

const fromRoot = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

export const sampleModel = fromRoot('resources/samples/model')

/** Runs Python of the tests' environment with the worker and the fixtures on its path; resolves with what it prints. */
export async function runPython(script: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.env.SLIPWAY_TEST_PYTHON ?? '', ['-c', script, ...args], {
    env: {
      ...process.env,
      PYTHONPATH: [fromRoot('native/worker'), fromRoot('tests/worker')].join(':'),
      PYTHONDONTWRITEBYTECODE: '1',
      HF_HUB_OFFLINE: '1',
      OMP_NUM_THREADS: '1',
    },
    maxBuffer: 64 * 2 ** 20,
  })
  return stdout
}

/** A prompt as transformers reads it, what it answers greedily, and how sure it is of each token; see gguf_families.py. */
export type Expected = {
  readonly prompt: string
  readonly ids: number[]
  readonly answer: number[]
  readonly logprobs: number[]
  /** By how much the best token's log-probability beats the second's. */
  readonly margins: number[]
}

/** What transformers makes of prompts with a model's folder, in float32. */
export const expectedOf = async (folder: string, prompts: readonly string[]): Promise<Expected[]> =>
  JSON.parse(
    await runPython(
      'import json, sys, gguf_families as g; from pathlib import Path; ' +
        'print(json.dumps(g.expect(Path(sys.argv[1]), json.loads(sys.argv[2]))))',
      folder,
      JSON.stringify(prompts),
    ),
  ) as Expected[]

/** The tokens of an answer that rounding cannot change: up to the first that was nearly a tie. */
export function decided({ answer, margins }: Expected, margin: number): number[] {
  const tie = margins.findIndex(each => each < margin)
  return tie < 0 ? answer : answer.slice(0, tie)
}

/** What lies among the models that Slipway keeps itself; nothing when there is no such folder yet. */
export function keptIn(dataDir: string): string[] {
  const folder = join(dataDir, 'models')
  return existsSync(folder) ? readdirSync(folder).sort() : []
}

/** Resolves with the job as it is when its progress says so. Throws when it ends before. */
export async function untilNote({ client }: RunningBackend, jobId: string, note: RegExp): Promise<Job> {
  const stop = new AbortController()
  const events = await client.events.subscribe({ topics: ['jobs'] }, { signal: stop.signal })
  try {
    const look = async () => {
      const job = await client.jobs.show({ id: jobId })
      if (note.test(job.progress?.note ?? '')) return job
      if (isEnded(job.state)) throw new Error(`the job ended before: ${JSON.stringify(job.failure)}`)
      return undefined
    }
    let seen = await look()
    if (seen) return seen
    for await (const event of events) {
      seen = event.id === jobId ? await look() : undefined
      if (seen) return seen
    }
    throw new Error('the events ended')
  } finally {
    stop.abort()
  }
}
