import { AppError } from '../../contract/errors.ts'
import { isEnded, type JobId, type JobKind } from '../../contract/jobs.ts'
import type { Tx } from '../../platform/db/types.ts'
import { journalFile } from '../../platform/processes/job-folder.ts'
import { type JournalRead, readJournal } from '../../platform/processes/journal.ts'
import type { JobHandler } from '../../platform/processes/port.ts'
import type { Meter } from '../../platform/processes/progress.ts'
import { type ApplyContext, applyEntry, finish } from './apply-entry.ts'
import type { JobsDeps } from './deps.ts'
import type { Outcome } from './outcome.ts'
import { findJob, type JobRow, saveJob } from './repo.ts'

type Deps = Pick<Required<JobsDeps>, 'store' | 'clock' | 'log' | 'leases' | 'random'> & {
  readonly handlerOf: (kind: JobKind) => JobHandler
  readonly folderOf: (id: JobId) => string
}

/** The row after a piece was delivered (absent when there was nothing), and whether the journal holds no more now. */
type Delivered = { readonly after?: JobRow; readonly isLast: boolean }

export type Delivery = {
  /** Brings the next piece of an attempt's journal into the database. Throws what `isStorageTrouble` recognises; then nothing was taken. */
  readonly deliverPiece: (id: JobId, attempt: number) => Delivered
  /** Changes one row in a transaction of its own; undefined when the attempt is over already. */
  readonly change: (
    id: JobId,
    attempt: number,
    step: (context: ApplyContext, row: JobRow) => JobRow,
  ) => JobRow | undefined
  /** Ends a job inside a transaction of the caller. */
  readonly conclude: (tx: Tx, row: JobRow, outcome: Outcome) => JobRow
}

/** From the journals to the rows, exactly once: each piece commits together with the position after it. */
export function createDelivery({ store, clock, log, leases, random, handlerOf, folderOf }: Deps): Delivery {
  const meters = new Map<string, Meter>()

  const contextOf = (tx: Tx, row: JobRow): ApplyContext => ({
    tx,
    handler: handlerOf(row.kind),
    leases,
    nowMs: clock.nowMs(),
    random,
    meters,
  })

  const save = (tx: Tx, before: JobRow, after: JobRow): JobRow => {
    saveJob(tx, after)
    if (isVisibleChange(before, after)) tx.announce({ topic: 'jobs', kind: 'changed', id: after.id })
    return after
  }

  /** One piece of the journal in one transaction, with the new position. */
  const deliverPiece = (id: JobId, attempt: number): Delivered => {
    const row = findJob(store.read, id)
    if (!row || row.attempt !== attempt || isEnded(row.state)) return { isLast: true }
    const piece = readJournal(journalFile(folderOf(id), attempt), row.journalPosition)
    if (piece.damagedLines > 0) log.error('a journal has damaged lines', { jobId: id, lines: piece.damagedLines })
    if (piece.position === row.journalPosition) return { isLast: true }
    let after: JobRow
    try {
      after = deliverEntries(row, piece)
    } catch (error) {
      if (isStorageTrouble(error)) throw error
      after = deliverOneByOne(row, piece)
    }
    return { after, isLast: piece.isAtEnd || after.attempt !== attempt || isEnded(after.state) }
  }

  const deliverEntries = (row: JobRow, { entries, position }: Pick<JournalRead, 'entries' | 'position'>): JobRow =>
    store.record(tx => {
      // Read again inside: a stop may have been written since.
      let now = findJob(tx, row.id) ?? row
      const before = now
      for (const { entry } of entries) {
        now = applyEntry(contextOf(tx, now), now, entry)
        // A restart has a journal of its own.
        if (now.attempt !== row.attempt || isEnded(now.state)) return save(tx, before, now)
      }
      return save(tx, before, { ...now, journalPosition: position })
    })

  // A handler threw: every other entry of the piece still counts, and the bad one is passed over.
  const deliverOneByOne = (row: JobRow, { entries, position }: JournalRead): JobRow => {
    let now = row
    for (const { entry, end } of entries) {
      try {
        now = deliverEntries(now, { entries: [{ entry, end }], position: end })
      } catch (error) {
        if (isStorageTrouble(error)) throw error
        log.error('a job event could not be handled and was skipped', { jobId: row.id, n: entry.n, error })
        now = skip(now, entry, end)
      }
      if (now.attempt !== row.attempt || isEnded(now.state)) return now
    }
    return deliverEntries(now, { entries: [], position })
  }

  // The domain's part of an end may fail; the end itself still has to be true.
  const skip = (row: JobRow, entry: JournalRead['entries'][number]['entry'], end: number): JobRow =>
    store.record(tx => {
      const now = findJob(tx, row.id) ?? row
      const after = applyEntry(withoutDomain(contextOf(tx, now)), now, entry)
      return save(tx, now, after.attempt === now.attempt ? { ...after, journalPosition: end } : after)
    })

  return {
    deliverPiece,
    change: (id, attempt, step) => {
      const run = (quiet: boolean) =>
        store.record(tx => {
          const row = findJob(tx, id)
          if (!row || row.attempt !== attempt || isEnded(row.state)) return undefined
          const context = contextOf(tx, row)
          return save(tx, row, step(quiet ? withoutDomain(context) : context, row))
        })
      try {
        return run(false)
      } catch (error) {
        if (isStorageTrouble(error)) throw error
        log.error('a change of a job could not be handled by its domain', { jobId: id, error })
        return run(true)
      }
    },
    conclude: (tx, row, outcome) => save(tx, row, finish(contextOf(tx, row), row, outcome)),
  }
}

// A defect in a domain's handler must not keep a job from its true end.
const withoutDomain = (context: ApplyContext): ApplyContext => ({
  ...context,
  handler: { restart: context.handler.restart, onEvent: () => undefined, onEnd: () => undefined },
})

/** The disk or the database refuses for now: what was to be written is still where it came from. */
export const isStorageTrouble = (error: unknown): boolean =>
  error instanceof AppError && ['storage_full', 'storage_failed', 'storage_damaged', 'forbidden'].includes(error.code)

/** Positions and heartbeats change all the time; nobody outside needs to hear of that. */
function isVisibleChange(before: JobRow, after: JobRow): boolean {
  const { journalPosition: _position, lastEvent: _event, runner: _runner, spec: _spec, ...shown } = after
  const { journalPosition: _before, lastEvent: _earlier, runner: _then, spec: _same, ...known } = before
  return JSON.stringify(shown) !== JSON.stringify(known)
}
