import { basename } from 'node:path'
import * as z from 'zod'
import { Detection, RowIssue, SamplePreview } from '../../contract/dataset-rows.ts'
import { AppError } from '../../contract/errors.ts'
import { compileCacheFolder } from '../../platform/compile-cache.ts'
import { createProcesses, type Loss } from '../../platform/processes/asked-processes.ts'
import { childEnvironment } from '../../platform/processes/child-environment.ts'
import type { Asking } from '../../platform/threads/pool.ts'
import type { Detected, DetectInput } from './import/detect-rows.ts'

export type FileQuestions = { readonly detect: (input: DetectInput) => Detected }

export type FileReader = {
  /** What an import of a path would do, as `detectRows` says it. */
  readonly detect: (input: DetectInput, signal?: AbortSignal) => Promise<Detected>
  readonly close: () => Promise<void>
}

type Options = {
  readonly env: Readonly<Record<string, string | undefined>>
  /** How long one look may take; an archive is unpacked on the way, which at 100 MB/s makes 30 GB. */
  readonly timeoutMs?: number
}

const program = new URL('../../entry/detect-rows.ts', import.meta.url)
const heapMiB = 512
/** The heap, DuckDB's buffers, Node itself: a sample takes a tenth of it. */
const memoryLimitBytes = 1024 ** 3

const Answer = z.object({
  detection: Detection,
  files: z.array(z.object({ path: z.string(), sizeBytes: z.number(), format: z.string() })),
  issues: z.array(RowIssue),
  preview: SamplePreview,
}) satisfies z.ZodType<Detected>

/** Looks into files that no import has read yet: they may be made to break what reads them, so a child process does it. */
export function createFileReader({ env, timeoutMs = 300_000 }: Options): FileReader {
  const compiled = compileCacheFolder(env)
  const processes: Asking<FileQuestions> = createProcesses<FileQuestions>({
    program,
    env: childEnvironment(env, compiled === undefined ? {} : { NODE_COMPILE_CACHE: compiled }),
    heapMiB,
    memoryLimitBytes,
    timeoutMs,
    // One that is slow should not keep a second window waiting.
    most: 2,
    lost: loss => lostBy(loss, timeoutMs),
  })
  return {
    detect: async (input, signal) => {
      const answer = Answer.safeParse(await processes.ask('detect', input, signal))
      if (answer.success) return answer.data
      throw new AppError('worker_failed', `What the reader says of ${basename(input.path)} cannot be understood.`, {
        cause: answer.error,
        hint: brokenHint,
      })
    },
    close: processes.close,
  }
}

const brokenHint =
  'The file may be damaged, or made to break what reads it: get it again from its source. Slipway itself goes on.'

function lostBy(loss: Loss, timeoutMs: number): AppError {
  switch (loss.why) {
    case 'crash':
      return new AppError('worker_lost', `The file broke what reads it (${loss.how}).`, { hint: brokenHint })
    case 'memory':
      return new AppError(
        'too_large',
        `A look into the file needs more than ${memoryLimitBytes / 1024 ** 2} MiB of memory.`,
        { hint: 'A few of its rows are very long, or it is made to exhaust what reads it: leave those rows out.' },
      )
    case 'time':
      return new AppError('too_large', `A look into the file takes longer than ${timeoutMs / 1000} seconds.`, {
        hint: 'Give a smaller file or one part of the archive; an import itself may take as long as it needs.',
      })
    case 'babble':
      return new AppError('worker_failed', 'What the reader says of the file is too long.', { hint: brokenHint })
    case 'start':
      return new AppError('worker_lost', 'The program that reads files could not be started.', {
        hint: 'The machine may be out of memory or of processes: close other programs, then try again.',
      })
    default:
      return loss satisfies never
  }
}
