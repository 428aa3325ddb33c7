/**
 * The child process of a dataset import, which speaks JSON lines on stdout. A parser that crashes takes only this process
 * with it.
 *
 *   node main/entry/import-dataset.ts CONFIG.json
 */
import '../platform/network/never.ts'

import { writeSync } from 'node:fs'
import { AppError, toAppError } from '../contract/errors.ts'
import { runImport } from '../domains/datasets/import/run-import.ts'
import { diskError } from '../platform/blobs/store.ts'

const emit = (event: string, fields: Readonly<Record<string, unknown>>): void => {
  const line = Buffer.from(`${JSON.stringify({ event, ...fields })}\n`)
  for (let from = 0; from < line.length; ) from += writeSync(1, line, from)
}

const abort = new AbortController()
const stop = () => abort.abort()
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
// The runner's commands come on stdin; its end means that nobody is left to read the result.
process.stdin.on('data', chunk => {
  if (String(chunk).includes('"stop"')) stop()
})
process.stdin.on('end', stop)
process.stdin.unref()

/** Out of memory and the like end here too, as far as Node lets us say anything. */
async function run(): Promise<number> {
  const [configPath] = process.argv.slice(2)
  try {
    if (configPath === undefined) throw new AppError('invalid_input', 'No configuration was given.')
    await runImport(configPath, { emit, signal: abort.signal })
    return 0
  } catch (error) {
    const known = toAppError(diskError(error))
    if (known.code === 'internal') console.error(error)
    emit('failed', { ...known.toBody() })
    return known.code === 'cancelled' ? 130 : 1
  }
}

// An exit of Node's own accord gives signals back their default while it still tears down: a late SIGTERM would then be
// the end, and the exit code lost.
process.exit(await run())
