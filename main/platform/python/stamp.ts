import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { Backend } from '../../contract/environments.ts'
import { ProbeReport } from './probe.ts'

const Stamp = z.object({
  format: z.literal(1),
  name: z.string(),
  backend: Backend,
  platform: z.string(),
  /** SHA-256 of the lock file that it was built from, byte for byte. */
  lockHash: z.string(),
  python: z.object({ version: z.string(), executable: z.string() }),
  /** Every installed package; with an extended environment, only its own layer. */
  versions: z.record(z.string(), z.string()),
  /** The environment beneath: its folder and lock. */
  base: z.object({ folder: z.string(), lockHash: z.string() }).optional(),
  probe: ProbeReport.omit({ versions: true }),
  uv: z.string(),
  sizeBytes: z.number(),
  builtAt: z.string(),
  seconds: z.number(),
})
/** What a finished capsule says about itself. A folder without one is not an environment. */
export type Stamp = z.output<typeof Stamp>

export const stampFile = 'slipway-capsule.json'
/** The lock it was built from, kept inside, so that drift can be told after the checkout moved on. */
export const lockCopy = 'slipway-lock.txt'

/** The Python of a virtual environment. */
export const pythonIn = (folder: string): string =>
  process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python')

/** Reads a capsule's stamp; undefined for a folder that is none, or whose interpreter is gone. */
export function readStamp(folder: string): Stamp | undefined {
  let text: string
  try {
    text = readFileSync(join(folder, stampFile), 'utf8')
  } catch {
    // No stamp: not a capsule. Every other trouble with the folder shows when it is built again.
    return undefined
  }
  const parsed = Stamp.safeParse(parse(text))
  return parsed.success ? parsed.data : undefined
}

/** Whether the interpreter behind the capsule is still there: a system update can take it away. */
export const hasInterpreter = (folder: string): boolean => existsSync(pythonIn(folder))

/** Writes the stamp durably. */
export function writeStamp(folder: string, stamp: Stamp): void {
  const file = openSync(join(folder, stampFile), 'wx', 0o644)
  try {
    writeSync(file, `${JSON.stringify(stamp, undefined, 2)}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
