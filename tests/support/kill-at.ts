/**
 * Preloaded into a program (`--import`), ends it as a power cut would: SIGKILL just before the N-th step by which it
 * changes something on the disk below one of some folders. Steps that succeed are counted on no one's clock, so every N is the same
 * moment in every run.
 *
 *   SLIPWAY_TEST_KILL_BELOW=/data/blobs SLIPWAY_TEST_KILL_AT=3 node --import tests/support/kill-at.ts program.ts
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { delimiter } from 'node:path'

const below = (process.env.SLIPWAY_TEST_KILL_BELOW ?? '').split(delimiter)
const at = Number(process.env.SLIPWAY_TEST_KILL_AT)
let steps = 0

type Operation = (...args: readonly unknown[]) => unknown
type Table = Record<string, Operation>

const concerns = (args: readonly unknown[]): boolean =>
  args.some(arg => typeof arg === 'string' && below.some(folder => arg.startsWith(folder)))

function step(): void {
  steps += 1
  if (steps === at) process.kill(process.pid, 'SIGKILL')
}

const names = 'mkdir rename rm rmdir unlink link symlink copyFile chmod open writeFile truncate'.split(' ')

for (const [table, suffix] of [
  [fs as unknown as Table, 'Sync'],
  [fs.promises as unknown as Table, ''],
] as const) {
  for (const name of names) {
    const real = table[`${name}${suffix}`]
    if (!real) continue
    table[`${name}${suffix}`] = (...args) => {
      if (concerns(args)) step()
      return real(...args)
    }
  }
}
syncBuiltinESMExports()
