/** The thread in which DuckDB reads dataset versions, so that no scan ever keeps the backend's event loop waiting. */
import '../../platform/network/never.ts'

import { parentPort } from 'node:worker_threads'
import { AppError } from '../../contract/errors.ts'
import { errorToCross } from '../../platform/threads/crossing.ts'
import { detectRows } from './import/detect-rows.ts'
import { openDuck } from './import/duckdb.ts'
import { checkRows } from './queries/check.ts'
import { exportRows } from './queries/export.ts'
import { preview } from './queries/preview.ts'
import { repairRows } from './queries/repair.ts'
import { splitRows } from './queries/split.ts'
import { stats } from './queries/stats.ts'
import type { QueryInput, QueryName, QueryOutput, QueryReply, QueryRequest } from './query-protocol.ts'

type Connection = Awaited<ReturnType<typeof openDuck>>
type Implementation = {
  readonly [N in QueryName]: (
    input: QueryInput<N>,
    connection: Connection,
    signal: AbortSignal,
  ) => Promise<QueryOutput<N>>
}

const implementation: Implementation = {
  preview: (input, connection) => preview(connection, input),
  stats: (input, connection) => stats(connection, input),
  check: (input, connection) => checkRows(connection, input),
  export: (input, connection, signal) => exportRows(connection, input, () => signal.aborted),
  repair: (input, connection) => repairRows(connection, input),
  split: (input, connection) => splitRows(connection, input),
  detect: (input, _connection, signal) => detectRows(input, signal),
}

const port = parentPort
if (!port) throw new Error('query-worker.ts runs in a worker thread')
const running = new Map<number, AbortController>()

const answer = async (id: number, name: QueryName, input: unknown): Promise<QueryReply> => {
  const abort = new AbortController()
  running.set(id, abort)
  // One small database per query: they share nothing, and what one allocated is gone with it.
  const connection = await openDuck({ memoryLimitMiB: 512, threads: 2 })
  const interrupt = () => connection.interrupt()
  abort.signal.addEventListener('abort', interrupt)
  try {
    abort.signal.throwIfAborted()
    // The caller's types tie name and input together; they cross a thread as plain data.
    const run = implementation[name] as (
      input: unknown,
      connection: Connection,
      signal: AbortSignal,
    ) => Promise<unknown>
    const output = await run(input, connection, abort.signal)
    // An export that was complete before the cancellation came is complete; its file is there.
    if (name !== 'export') abort.signal.throwIfAborted()
    return { id, output }
  } catch (error) {
    if (abort.signal.aborted) return { id, error: new AppError('cancelled', 'Cancelled.').toBody() }
    return { id, error: errorToCross(error) }
  } finally {
    running.delete(id)
    connection.closeSync()
  }
}

port.on('message', (request: QueryRequest) => {
  if ('cancel' in request) running.get(request.id)?.abort()
  else
    void answer(request.id, request.name, request.input).then(
      reply => port.postMessage(reply),
      error => port.postMessage({ id: request.id, error: errorToCross(error) } satisfies QueryReply),
    )
})
