import { type FileHandle, open, rm } from 'node:fs/promises'
import type { audit } from '../../contract/audit.ts'
import { AppError } from '../../contract/errors.ts'
import type { Handlers } from '../../contract/method.ts'
import { diskError } from '../../platform/blobs/store.ts'
import { type AuditRow, auditSlices, genesisHash, isLinked } from '../../platform/db/audit-chain.ts'
import type { ReadableDb, Store } from '../../platform/db/types.ts'
import { countAudit, distinctValues, listAudit, toRecord } from './repo.ts'

/** Actors are keys and sessions: over the years there are many. */
const maxValues = 500

type Anchor = { readonly seq?: number | undefined; readonly hash?: string | undefined }

const limit =
  'Somebody with this account, or root, can rewrite records that are newer than the last head noted elsewhere. Note the head (audit verify) in another place.'

/**
 * Walks the chain, while others are answered. A shorter log looks intact by itself: only an anchor noted elsewhere shows
 * that its end was cut off. Throws `cancelled`.
 */
export async function verifyChain(db: ReadableDb, anchor: Anchor = {}, signal?: AbortSignal) {
  let previousHash = genesisHash
  let seq = 0
  let anchorSeen = anchor.seq === undefined
  for await (const rows of auditSlices(db, signal)) {
    for (const row of rows) {
      seq += 1
      const found = { headSeq: seq, headHash: row.hash, firstBadSeq: seq, limit }
      if (!isLinked(row, seq, previousHash))
        return { ...found, verdict: 'mismatch' as const, records: seq - 1, headSeq: seq - 1, headHash: previousHash }
      previousHash = row.hash
      if (seq !== anchor.seq) continue
      anchorSeen = true
      if (anchor.hash !== undefined && anchor.hash !== row.hash)
        return { ...found, verdict: 'anchor_mismatch' as const, records: seq }
    }
  }
  return {
    verdict: anchorSeen ? ('intact' as const) : ('shorter' as const),
    records: seq,
    headSeq: seq,
    headHash: previousHash,
    limit,
  }
}

/** Reading and checking the audit log. Writing happens in platform/db, inside the transaction of each change. */
export function createAudit({ store }: { store: Store }): { handlers: Handlers<typeof audit> } {
  return {
    handlers: {
      list: async ({ limit: count, cursor, offset, since, until, ...chosen }) => {
        const beforeSeq = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor)
        if (!Number.isSafeInteger(beforeSeq))
          throw new AppError('invalid_input', 'This cursor does not come from audit list.')
        const filter = {
          ...chosen,
          ...(since !== undefined && { sinceMs: Date.parse(since) }),
          ...(until !== undefined && { untilMs: Date.parse(until) }),
        }
        const rows = listAudit(store.read, filter, { beforeSeq, offset, limit: count })
        const last = rows.at(-1)
        return {
          items: rows.map(toRecord),
          total: countAudit(store.read, filter),
          ...(rows.length === count && last && { nextCursor: String(last.seq) }),
        }
      },
      values: async () => ({
        actions: distinctValues(store.read, 'action', maxValues),
        actors: distinctValues(store.read, 'actor', maxValues),
      }),
      verify: async ({ anchorSeq, anchorHash }, { signal }) =>
        verifyChain(store.read, { seq: anchorSeq, hash: anchorHash }, signal),
      export: async ({ path }, call) => {
        const file = await openNew(path)
        let records = 0
        let headHash = genesisHash
        try {
          for await (const rows of auditSlices(store.read, call.signal)) {
            await file.writeFile(rows.map(lineOf).join(''))
            records += rows.length
            headHash = rows.at(-1)?.hash ?? headHash
          }
          await file.sync()
        } catch (error) {
          // Half an export must not be taken for the whole.
          await rm(path, { force: true })
          throw diskError(error)
        } finally {
          await file.close()
        }
        store.commit(call, path, () => undefined)
        return { path, records, headHash }
      },
    },
  }
}

const lineOf = (row: AuditRow): string =>
  `${JSON.stringify({ ...toRecord(row), bootId: row.bootId, previousHash: row.previousHash })}\n`

async function openNew(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'EEXIST')
      throw new AppError('conflict', `${path} exists already.`, {
        cause: error,
        hint: 'Choose a new file name: an export never overwrites.',
      })
    throw new AppError('invalid_input', `${path} cannot be written.`, {
      cause: error,
      hint: 'Give a path in a folder that exists and that you may write to.',
    })
  }
}
