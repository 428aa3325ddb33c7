import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { RenderedRow } from '../../contract/dataset-checks.ts'
import { AppError } from '../../contract/errors.ts'
import type { ModelVersion } from '../../contract/models.ts'
import { type CheckReport, WorkerEvent } from '../../contract/worker.ts'
import { inScratch } from '../../platform/scratch.ts'

/** What the tokenizer of a model makes of rows; made by the Python worker (slipway_worker.check). */
export type RenderRows = (
  request: {
    readonly model: string
    readonly method: string
    readonly files: readonly string[]
    readonly maxSequenceLength?: number | undefined
    readonly samples: number
    /** How many rows to render, from the first; all otherwise. */
    readonly first?: number | undefined
    /** Only these rows, token by token; otherwise all of them are rendered, and samples come in parts. */
    readonly only?: { readonly firstRow: number; readonly rows: number }
  },
  signal?: AbortSignal,
  /** Hears everything that the worker says, such as how far it is. */
  onEvent?: (event: WorkerEvent) => void,
) => Promise<{
  readonly report: CheckReport
  /** Rows count from 0. */
  readonly samples: readonly RenderedRow[]
  readonly problems: readonly { readonly row: number; readonly code: string; readonly message: string }[]
}>
export type Rendered = Awaited<ReturnType<RenderRows>>

type Deps = {
  readonly scratchDir: string
  readonly model: (ref: string) => ModelVersion
  readonly python: () => { readonly python: string; readonly env: Readonly<Record<string, string>> }
}

type Samples = { readonly samples: RenderedRow[]; readonly problems: { row: number; code: string; message: string }[] }

/** How many rows with problems are named; the worker counts the others too. */
const mostProblems = 100_000

/** Shows rows as a model will see them, through the Python worker that renders them for training too. */
export const createRenderRows =
  ({ scratchDir, model, python }: Deps): RenderRows =>
  async ({ model: ref, method, files, maxSequenceLength, samples, first, only }, signal, onEvent) => {
    const { path } = model(ref)
    const { python: interpreter, env } = python()
    const config = {
      method,
      modelDir: path,
      files,
      samples,
      problems: mostProblems,
      ...(maxSequenceLength !== undefined && { maxSequenceLength }),
      ...(first !== undefined && { maxRows: first }),
      ...(only && { firstRow: only.firstRow, maxRows: only.rows, pieces: true }),
    }
    return inScratch(scratchDir, 'check', folder => {
      writeFileSync(join(folder, 'config.json'), JSON.stringify(config), { mode: 0o600 })
      return follow(interpreter, folder, env, signal, onEvent)
    })
  }

function follow(
  interpreter: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
  onEvent: ((event: WorkerEvent) => void) | undefined,
): Promise<Rendered> {
  // Its standard input stays open: its end would tell the worker that nobody waits any more.
  const child = spawn(interpreter, ['-m', 'slipway_worker.check', 'config.json'], {
    cwd,
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(signal && { signal }),
  })
  return new Promise((resolve, reject) => {
    const found: Samples = { samples: [], problems: [] }
    let complaint = ''
    child.stderr.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(-2_000)
    })
    createInterface({ input: child.stdout }).on('line', line => {
      const event = WorkerEvent.safeParse(parseLine(line))
      if (!event.success) return
      const said = event.data
      onEvent?.(said)
      if (said.event === 'sample') {
        // The worker counts rows from 1.
        const { event: _, pieces, row, ...rendered } = said
        found.samples.push({ ...rendered, row: row - 1, ...(pieces && { pieces }) })
      } else if (said.event === 'problem')
        found.problems.push({ row: said.row - 1, code: said.code, message: said.message })
      else if (said.event === 'finished' && said.report) resolve({ report: said.report, ...found })
      else if (said.event === 'failed')
        reject(new AppError(said.code, said.message, { ...(said.hint !== undefined && { hint: said.hint }) }))
    })
    child.once('error', cause =>
      reject(
        signal?.aborted
          ? new AppError('cancelled', 'The check was stopped.', { cause })
          : new AppError('missing_requirement', 'The Python worker could not be started.', {
              cause,
              hint: 'slipway doctor checks the environment.',
            }),
      ),
    )
    child.once('close', code =>
      reject(
        new AppError('worker_lost', `The check ended with ${code} before it was done.`, { hint: lastLine(complaint) }),
      ),
    )
  })
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? ''

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined // not on the wire: a library printed it
  }
}
