import { rmSync } from 'node:fs'
import { type Call, systemCall } from '../../contract/call.ts'
import { AppError } from '../../contract/errors.ts'
import type { Evaluation } from '../../contract/evaluation.ts'
import { isEnded } from '../../contract/jobs.ts'
import { type Clock, isoOf } from '../../platform/clock.ts'
import type { Store } from '../../platform/db/types.ts'
import type { Log } from '../../platform/log.ts'
import { createPurging, freeName, nothingToRestore, type Purging, undoMs } from '../../platform/retention.ts'
import {
  deleteEvaluation,
  type EvaluationRecord,
  evaluationsRemovedBefore,
  findEvaluation,
  findRemovedEvaluation,
  setEvaluationRemoved,
  setEvaluationRestored,
} from './repo.ts'

export type Removal = Purging & {
  /** Hides an ended evaluation for as long as it can be restored; with `purge` deletes it at once, also one that is hidden already. */
  readonly remove: (
    call: Call,
    ref: string,
    purge: boolean,
  ) => { removed: Evaluation['id']; freedBytes: number; restorableUntil?: string }
  readonly restore: (call: Call, id: string) => EvaluationRecord
}

type Deps = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly folderOf: (id: string) => string
  readonly stateOf: (record: EvaluationRecord) => Evaluation['state']
  readonly existing: (ref: string) => EvaluationRecord
}

/** Removing evaluations, taking it back, and deleting their answers later. */
export function createRemoval({ store, clock, log, folderOf, stateOf, existing }: Deps): Removal {
  const deleteForGood = (call: Call, { id }: EvaluationRecord): void => {
    store.commit(call, id, tx => {
      deleteEvaluation(tx, id)
      tx.announce({ topic: 'evaluations', kind: 'removed', id })
    })
    rmSync(folderOf(id), { recursive: true, force: true })
  }

  const purging = createPurging({
    clock,
    log,
    what: 'evaluations',
    purge: beforeMs => {
      for (const record of evaluationsRemovedBefore(store.read, beforeMs))
        deleteForGood(systemCall('evaluation.purge'), record)
    },
  })

  return {
    ...purging,
    remove: (call, ref, purge) => {
      const record = (purge ? findRemovedEvaluation(store.read, ref) : undefined) ?? existing(ref)
      const id = record.id as Evaluation['id']
      if (!isEnded(stateOf(record)))
        throw new AppError('conflict', `${record.name} is still under way.`, { hint: 'Stop it first.' })
      if (purge) {
        deleteForGood(call, record)
        return { removed: id, freedBytes: record.sizeBytes }
      }
      const nowMs = clock.nowMs()
      store.commit(call, id, tx => {
        setEvaluationRemoved(tx, id, nowMs)
        tx.announce({ topic: 'evaluations', kind: 'removed', id })
      })
      return { removed: id, freedBytes: record.sizeBytes, restorableUntil: isoOf(nowMs + undoMs) }
    },
    restore: (call, id) => {
      const removed = findRemovedEvaluation(store.read, id)
      if (!removed) throw nothingToRestore('evaluation', id, findEvaluation(store.read, id) !== undefined)
      const name = freeName(removed.name, 'restored', other => findEvaluation(store.read, other) !== undefined)
      store.commit(call, id, tx => {
        setEvaluationRestored(tx, id, name, clock.nowMs())
        tx.announce({ topic: 'evaluations', kind: 'created', id })
      })
      return existing(id)
    },
  }
}
