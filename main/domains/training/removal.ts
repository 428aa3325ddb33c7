import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type Call, systemCall } from '../../contract/call.ts'
import { AppError } from '../../contract/errors.ts'
import { isEnded } from '../../contract/jobs.ts'
import type { Run } from '../../contract/runs.ts'
import { isoOf } from '../../platform/clock.ts'
import { createPurging, freeName, nothingToRestore, type Purging, undoMs } from '../../platform/retention.ts'
import { checkpointsOf } from './checkpoint-repo.ts'
import type { TrainingDeps } from './deps.ts'
import { sum } from './prepare-run.ts'
import {
  deleteRun,
  findRemovedRun,
  findRun,
  type RunRecord,
  runsRemovedBefore,
  setRunRemoved,
  setRunRestored,
} from './repo.ts'

type Removed = { removed: Run['id']; freedBytes: number; restorableUntil?: string }

export type Removal = Purging & {
  /** Hides an ended run for as long as it can be restored; with `purge` deletes it at once, also one that is hidden already. */
  readonly remove: (call: Call, ref: string, purge: boolean) => Removed
  readonly restore: (call: Call, id: string) => RunRecord
}

type Deps = Pick<TrainingDeps, 'store' | 'clock' | 'log'> & {
  readonly folderOf: (runId: string) => string
  readonly stateOf: (run: RunRecord) => Run['state']
  readonly existing: (ref: string) => RunRecord
}

/** Removing runs, taking it back, and deleting their bytes later. */
export function createRemoval({ store, clock, log, folderOf, stateOf, existing }: Deps): Removal {
  /** Everything of a run that goes with it. Results stay: they are models of their own. */
  const doomedOf = (run: RunRecord): string[] => {
    const folder = folderOf(run.id)
    const published = checkpointsOf(store.read, run.id).filter(each => each.publishedAs !== null)
    const kept = [run.artifactPath, ...published.map(each => join(folder, `published-${each.step}`))].filter(
      path => path !== null,
    )
    return existsSync(folder)
      ? readdirSync(folder)
          .map(name => join(folder, name))
          .filter(path => !kept.some(keep => keep === path || !relative(path, keep).startsWith('..')))
      : []
  }

  const deleteForGood = (call: Call, run: RunRecord): number => {
    const doomed = doomedOf(run)
    const freedBytes = sum(doomed.map(treeBytes))
    store.commit(call, run.id, tx => {
      deleteRun(tx, run.id)
      tx.announce({ topic: 'runs', kind: 'removed', id: run.id })
    })
    for (const path of doomed) rmSync(path, { recursive: true, force: true })
    return freedBytes
  }

  const purging = createPurging({
    clock,
    log,
    what: 'runs',
    purge: beforeMs => {
      for (const run of runsRemovedBefore(store.read, beforeMs)) deleteForGood(systemCall('training.purge'), run)
    },
  })

  return {
    ...purging,
    remove: (call, ref, purge) => {
      const hidden = purge ? findRemovedRun(store.read, ref) : undefined
      const run = hidden?.run ?? existing(ref)
      const id = run.id as Run['id']
      if (!isEnded(stateOf(run)))
        throw new AppError('conflict', `${run.name} is still under way.`, { hint: 'Stop it first.' })
      if (purge) return { removed: id, freedBytes: deleteForGood(call, run) }
      const nowMs = clock.nowMs()
      store.commit(call, run.id, tx => {
        setRunRemoved(tx, run.id, nowMs)
        tx.announce({ topic: 'runs', kind: 'removed', id: run.id })
      })
      return { removed: id, freedBytes: sum(doomedOf(run).map(treeBytes)), restorableUntil: isoOf(nowMs + undoMs) }
    },
    restore: (call, id) => {
      const removed = findRemovedRun(store.read, id)
      if (!removed) throw nothingToRestore('run', id, findRun(store.read, id) !== undefined)
      const name = freeName(removed.name, 'restored', other => findRun(store.read, other) !== undefined)
      store.commit(call, id, tx => {
        setRunRestored(tx, id, name, clock.nowMs())
        tx.announce({ topic: 'runs', kind: 'created', id })
      })
      return existing(id)
    },
  }
}

const treeBytes = (path: string): number => {
  const facts = statSync(path)
  return facts.isDirectory() ? sum(readdirSync(path).map(name => treeBytes(join(path, name)))) : facts.size
}
