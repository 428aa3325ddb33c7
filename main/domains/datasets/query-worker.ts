/** A thread in which DuckDB reads the rows of versions. */
import '../../platform/network/never.ts'

import { answerQuestions } from '../../platform/threads/answer.ts'
import type { Tell } from '../../platform/threads/protocol.ts'
import { openDuck } from './import/duckdb.ts'
import { checkRows } from './queries/check.ts'
import { exportRows } from './queries/export.ts'
import { preview } from './queries/preview.ts'
import { repairRows } from './queries/repair.ts'
import { splitRows } from './queries/split.ts'
import { stats } from './queries/stats.ts'
import type { Queries } from './query-threads.ts'

type Connection = Awaited<ReturnType<typeof openDuck>>

type Ask<Input, Output> = (connection: Connection, input: Input, signal: AbortSignal, tell: Tell) => Promise<Output>

/** One small database per query: they share nothing, and what one allocated is gone with it. */
const inDuck =
  <Input, Output>(ask: Ask<Input, Output>) =>
  async (input: Input, signal: AbortSignal, tell: Tell): Promise<Output> => {
    const connection = await openDuck({ memoryLimitMiB: 512, threads: 2 })
    const interrupt = () => connection.interrupt()
    signal.addEventListener('abort', interrupt)
    try {
      signal.throwIfAborted()
      return await ask(connection, input, signal, tell)
    } finally {
      connection.closeSync()
    }
  }

/** The same for what is of no use to somebody who has cancelled, also when that was too late for DuckDB to stop. */
const inDuckOrCancelled = <Input, Output>(ask: Ask<Input, Output>) =>
  inDuck<Input, Output>(async (connection, input, signal, tell) => {
    const output = await ask(connection, input, signal, tell)
    signal.throwIfAborted()
    return output
  })

answerQuestions<Queries>({
  preview: inDuckOrCancelled(preview),
  stats: inDuckOrCancelled(stats),
  check: inDuckOrCancelled((connection, input, signal, onRows) => checkRows(connection, input, { signal, onRows })),
  // Complete before the cancellation came, an export is complete: its file is there.
  export: inDuck((connection, input, signal) => exportRows(connection, input, () => signal.aborted)),
  repair: inDuckOrCancelled(repairRows),
  split: inDuckOrCancelled(splitRows),
})
