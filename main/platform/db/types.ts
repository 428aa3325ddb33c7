import type { Database } from 'better-sqlite3'
import type { Call } from '../../contract/call.ts'
import type { ChangeEvent } from '../../contract/events.ts'

// Branded, so that code which only reads cannot be handed the means to write.
export type ReadableDb = Pick<Database, 'prepare'> & { readonly __readable: true }
export type WritableDb = ReadableDb & { readonly __writable: true }

/** What one user action may do while its transaction is open. */
export type Tx = WritableDb & {
  /** Tells subscribers what changed, once the transaction is durable. */
  readonly announce: (event: ChangeEvent) => void
}

export type Store = {
  readonly read: ReadableDb
  /**
   * One user action: its changes and its audit record (action from `call`, `object` named here) commit together, or
   * nothing does. Returns after the commit is on disk. Events reach subscribers afterwards.
   */
  readonly commit: <T>(call: Call, object: string, change: (tx: Tx) => T) => T
  /** Measurements and bookkeeping that no person caused (metrics, journal positions): durable, but not audited. */
  readonly record: <T>(change: (tx: Tx) => T) => T
}
