import { homedir } from 'node:os'
import { AppError } from '../../../contract/errors.ts'
import { createThreads } from '../../../platform/threads/threads.ts'
import type { Found } from '../find.ts'
import type { Tensor } from '../formats/facts.ts'
import type { Inspection } from '../inspection.ts'
import { knownStores } from '../scan/known-stores.ts'
import type { ReadingQuestions } from './questions.ts'

export type ModelReaders = {
  /** Reads a model's headers, loading nothing. Throws as `inspectModel`; `too_large` for headers that need too much memory. */
  readonly inspect: (path: string, signal?: AbortSignal) => Promise<Inspection>
  /** Every tensor of a model, as `tensorsOf` gives them. */
  readonly tensorsOf: (path: string) => Promise<readonly Tensor[]>
  /** Looks for models in the given folders, or in the known stores of this user when none is given. */
  readonly find: (dirs: readonly string[], signal?: AbortSignal) => Promise<Found>
  readonly close: () => Promise<void>
}

type Options = {
  readonly env: Readonly<Record<string, string | undefined>>
  /** JavaScript's memory of one thread. The largest headers within the limits of `formats/limits.ts` take about 150 MiB. */
  readonly heapMiB?: number
}

/**
 * Reads models in threads: the headers of a large model take seconds of a processor, and a hostile one as much as its
 * limits allow, while the backend answers others within milliseconds.
 */
export function createModelReaders({ env, heapMiB = 512 }: Options): ModelReaders {
  const threads = createThreads<ReadingQuestions>({
    file: new URL('./reading-worker.ts', import.meta.url),
    heapMiB,
    // A search of all disks holds one for long; imports and plans go on beside it.
    most: 3,
    lost: isOutOfMemory =>
      isOutOfMemory
        ? new AppError('too_large', `The model's headers need more than ${heapMiB} MiB of memory to be read.`, {
            hint: 'No known model comes near that: the file is damaged, or made to exhaust what reads it.',
          })
        : new AppError('worker_lost', 'The reading of the model ended without an answer.', {
            hint: 'Try again; the log of the backend may say more.',
          }),
  })
  return {
    inspect: (path, signal) => threads.ask('inspect', path, signal),
    tensorsOf: path => threads.ask('tensors', path),
    find: (dirs, signal) =>
      threads.ask('find', dirs.length > 0 ? dirs : knownStores(env, homedir(), process.platform), signal),
    close: threads.close,
  }
}
