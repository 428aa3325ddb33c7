import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { workerWireSchema } from '../contract/worker.ts'

/** Where the Python worker finds the schema of its wire. */
export const wireSchemaPath = fileURLToPath(
  new URL('../../native/worker/slipway_worker/wire.schema.json', import.meta.url),
)

/** The file's exact text. */
export const wireSchemaText = (): string => `${JSON.stringify(workerWireSchema(), null, 1)}\n`

if (import.meta.main) writeFileSync(wireSchemaPath, wireSchemaText())
