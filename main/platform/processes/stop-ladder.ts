import type { EndFacts } from './journal.ts'

type Deps = {
  readonly politeStopMs: number
  readonly termGraceMs: number
  /** Tells the child on its standard input. */
  readonly ask: (save: boolean) => void
  /** Sends SIGTERM to the child's process group. */
  readonly terminate: () => void
  /** Kills the whole tree. */
  readonly kill: () => void
  readonly note: (text: string) => void
}

export type StopLadder = {
  /** Begins a stop at its lowest rung. Asked again without `save`, the wait for a checkpoint is over. */
  readonly stop: (reason: NonNullable<EndFacts['stop']>, save: boolean) => void
  /** Straight to the last rung, whatever went before. */
  readonly killFor: (reason: NonNullable<EndFacts['stop']>) => void
  /** Why and how far it has come. */
  readonly facts: () => Pick<EndFacts, 'stop' | 'rung'>
  /** The child has ended: no further rung. */
  readonly clear: () => void
}

/** How a child is ended: a message, then SIGTERM to its group, then SIGKILL to everything; each rung has its time. */
export function createStopLadder({ politeStopMs, termGraceMs, ask, terminate, kill, note }: Deps): StopLadder {
  let reason: EndFacts['stop']
  let rung: EndFacts['rung']
  let wantsSave = false
  let next: NodeJS.Timeout | undefined

  const climbToKill = (): void => {
    rung = 'SIGKILL'
    note('killing its whole process tree')
    kill()
  }

  const climbToTerm = (): void => {
    rung = 'SIGTERM'
    note('it did not end when it was asked to: sending SIGTERM')
    terminate()
    next = setTimeout(climbToKill, termGraceMs)
  }

  return {
    stop: (why, save) => {
      if (reason === undefined) {
        reason = why
        rung = 'polite'
        wantsSave = save
        ask(save)
        next = setTimeout(climbToTerm, politeStopMs)
      } else if (rung === 'polite' && wantsSave && !save) {
        wantsSave = false
        clearTimeout(next)
        climbToTerm()
      }
    },
    killFor: why => {
      if (reason === why) return
      reason = why
      clearTimeout(next)
      climbToKill()
    },
    facts: () => ({ ...(reason !== undefined && { stop: reason }), ...(rung !== undefined && { rung }) }),
    clear: () => clearTimeout(next),
  }
}
