import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Provenance } from '../../contract/runs.ts'

/** What a run remembers of the machine that trained it. */
export const machineFacts = (): Provenance['machine'] => ({
  platform: `${process.platform}-${process.arch}`,
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  memoryBytes: totalmem(),
  device: 'cpu',
})

/** What a run remembers of the code that trained it: one hash over the worker's files, by name. */
export function workerHash(folder: string): string {
  const hash = createHash('sha256')
  for (const name of readdirSync(folder)
    .filter(each => each.endsWith('.py'))
    .sort())
    hash.update(`${name}\0`).update(readFileSync(join(folder, name)))
  return hash.digest('hex')
}
