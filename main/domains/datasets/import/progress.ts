import { setImmediate as nextTurn } from 'node:timers/promises'
import type { InputFile } from './inputs.ts'
import type { Tick } from './row-source.ts'

const progressEveryMs = 250
/** How long reading may keep signals and timers waiting. */
const turnEveryMs = 10

export type ImportProgress = {
  readonly bytesDone: number
  readonly bytesTotal: number
  readonly rows: number
  readonly badRows: number
  readonly phase: 'reading' | 'writing'
}
export type ImportHooks = {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined
  readonly monotonicMs?: () => number
}

export type Report = {
  /** Called all along while a file is read: tells how far it is, lets others have their turn, and hears a cancellation. */
  readonly tick: Tick
  readonly fileDone: (file: InputFile) => void
  readonly phase: (phase: 'writing') => void
}

/** Tells a few times a second how far the reading of these files is. `out` and `log` count rows as they come. */
export function progressOf(
  files: readonly InputFile[],
  out: { readonly rows: number },
  log: { readonly total: number },
  hooks: ImportHooks,
): Report {
  const { signal, onProgress, monotonicMs = () => performance.now() } = hooks
  const bytesTotal = files.reduce((sum, file) => sum + file.sizeBytes, 0)
  let before = 0
  let saidMs = Number.NEGATIVE_INFINITY
  let turnMs = monotonicMs()
  const say = (bytesDone: number, phase: ImportProgress['phase']) =>
    onProgress?.({ bytesDone, bytesTotal, rows: out.rows, badRows: log.total, phase })
  return {
    tick: async done => {
      const nowMs = monotonicMs()
      if (nowMs - saidMs >= progressEveryMs) {
        saidMs = nowMs
        say(Math.min(before + done, bytesTotal), 'reading')
      }
      if (nowMs - turnMs >= turnEveryMs) {
        await nextTurn()
        turnMs = monotonicMs()
      }
      signal?.throwIfAborted()
    },
    fileDone: file => {
      before += file.sizeBytes
    },
    phase: phase => say(bytesTotal, phase),
  }
}
