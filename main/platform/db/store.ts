import type { Database } from 'better-sqlite3'
import type { Call } from '../../contract/call.ts'
import type { ChangeEvent } from '../../contract/events.ts'
import type { Clock } from '../clock.ts'
import { createAuditChain } from './audit-chain.ts'
import { assertDurable, storageError } from './open.ts'
import type { ReadableDb, Store, Tx } from './types.ts'

type Deps = {
  readonly db: Database
  readonly clock: Clock
  readonly bootId: string
  /** Receives events once their transaction is on disk. */
  readonly publish: (event: ChangeEvent) => void
}

export type AuditedStore = Store & {
  /** Records an action that changed nothing here: it was refused, it failed, or its effect lies outside the database. */
  readonly audit: (call: Call, object: string, result: string) => void
}

/** The only way to write: see `Store`. better-sqlite3 is synchronous, so a transaction can never be left half open by an await. */
export function createStore({ db, clock, bootId, publish }: Deps): AuditedStore {
  const chain = createAuditChain(db)
  let checkedDurability = false
  let openTx: ChangeEvent[] | undefined

  const transact = <T>(change: (tx: Tx) => T): T => {
    // A change inside a change joins the outer transaction: one user action, one commit.
    if (openTx) return change(txOf(openTx))
    const events: ChangeEvent[] = []
    openTx = events
    let result: T
    try {
      result = db.transaction(() => change(txOf(events))).immediate()
    } catch (error) {
      throw storageError(error)
    } finally {
      openTx = undefined
    }
    if (!checkedDurability) {
      assertDurable(db)
      checkedDurability = true
    }
    for (const event of events) publish(event)
    return result
  }

  const txOf = (events: ChangeEvent[]): Tx =>
    ({
      prepare: (sql: string) => prepared(sql),
      announce: (event: ChangeEvent) => void events.push(event),
    }) as unknown as Tx // the brands exist only in the type

  const append = (call: Call, object: string, result: string) =>
    chain.append({
      atMs: clock.nowMs(),
      bootId,
      actor: `${call.caller.kind}:${call.caller.id}`,
      source: call.caller.source,
      action: call.action,
      object,
      result,
    })

  // Statements are compiled once per text: SQL lives in repo.ts files as constants, so the map stays small.
  const statements = new Map<string, ReturnType<Database['prepare']>>()
  const prepared = (sql: string) => {
    let statement = statements.get(sql)
    if (!statement) {
      statement = db.prepare(sql)
      statements.set(sql, statement)
    }
    return statement
  }

  return {
    read: { prepare: prepared } as unknown as ReadableDb, // the brands exist only in the type
    commit: (call, object, change) =>
      transact(tx => {
        const result = change(tx)
        append(call, object, 'ok')
        return result
      }),
    record: transact,
    audit: (call, object, result) => transact(() => append(call, object, result)),
  }
}
