import { AppError } from '../contract/errors.ts'
import type { Clock } from './clock.ts'
import type { Log } from './log.ts'

const hourMs = 3_600_000

/** How long a person can take a removal back, in days. After that the bytes are deleted. */
const undoDays = 7
export const undoMs = undoDays * 24 * hourMs

const everyMs = 6 * hourMs

/** What a restore says that finds nothing: never removed (`isThere`), deleted by now, or not named by its id. */
export const nothingToRestore = (
  what: 'run' | 'evaluation' | 'deployment' | 'dataset version' | 'model version',
  id: string,
  isThere: boolean,
): AppError =>
  isThere
    ? new AppError('conflict', `The ${what} ${id} is not removed.`, { hint: 'There is nothing to take back.' })
    : new AppError('not_found', `There is no removed ${what} with the id ${id}.`, {
        hint: `A removal can be taken back for ${undoDays} days, by the id of the ${what}; later it is gone for good.`,
      })

/** Something of a domain that was removed and can be taken back. */
export type Removed = {
  readonly id: string
  readonly name: string
  readonly removedAtMs: number
  /** What it holds in the data directory. */
  readonly sizeBytes: number
}

export type Purging = {
  readonly start: () => void
  /** Deletes now what is old enough. */
  readonly purge: () => void
  readonly close: () => void
}

/**
 * Deletes for good what was removed more than `undoDays` ago: at the start and every six hours. A failure is logged and
 * tried again; it never stops the backend.
 */
export function createPurging({
  clock,
  log,
  what,
  purge,
}: {
  readonly clock: Clock
  readonly log: Log
  readonly what: string
  readonly purge: (removedBeforeMs: number) => void
}): Purging {
  let timer: NodeJS.Timeout | undefined
  const run = (): void => {
    try {
      purge(clock.nowMs() - undoMs)
    } catch (error) {
      log.error('what was removed could not be deleted', { what, error })
    }
  }
  return {
    purge: run,
    start: () => {
      timer = setInterval(run, everyMs)
      timer.unref()
      // After the backend says that it is ready: deleting many files takes its time.
      setTimeout(run, 1_000).unref()
    },
    close: () => clearInterval(timer),
  }
}

/** `name`, or the first of `name-restored`, `name-restored-2` … that is free (for the suffix `restored`). */
export function freeName(name: string, suffix: string, isTaken: (name: string) => boolean): string {
  for (let i = 0; ; i += 1) {
    const ending = i === 0 ? '' : i === 1 ? `-${suffix}` : `-${suffix}-${i}`
    const candidate = `${name.slice(0, 300 - ending.length)}${ending}`
    if (!isTaken(candidate)) return candidate
  }
}
