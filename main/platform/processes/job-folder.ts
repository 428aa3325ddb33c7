import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, isAbsolute, join, normalize, sep } from 'node:path'
import { AppError } from '../../contract/errors.ts'

/** What a runner is told, as `runner/spec.json` of the job's folder. Written by the backend, trusted by the runner. */
export type RunnerSpec = {
  readonly jobId: string
  /** 1 for the first start; each restart of a service has its own journal. */
  readonly attempt: number
  readonly command: readonly [file: string, ...args: string[]]
  /** The child's whole environment. */
  readonly env: Readonly<Record<string, string>>
  readonly socketPath: string
  readonly politeStopMs: number
  /** Between the signal and the kill, in milliseconds. */
  readonly termGraceMs: number
  /** How often the child means to be heard, in milliseconds; silence counts from its first heartbeat. */
  readonly heartbeatMs: number
  readonly memoryLimitBytes?: number
  /** A child that says more than this is stopped: its journal would fill the disk. */
  readonly journalLimitBytes: number
}

// A folder of our own in the child's working directory, so that no file of a domain can collide with ours.
const ours = 'runner'
const specFile = (folder: string): string => join(folder, ours, 'spec.json')
export const journalFile = (folder: string, attempt: number): string => join(folder, ours, `journal-${attempt}.jsonl`)
export const logFolder = (folder: string): string => join(folder, ours)
/** What the runner itself complains about: the only thing that explains a runner which cannot start. */
export const complaintsFile = (folder: string): string => join(folder, ours, 'complaints.txt')

/** Makes a job's folder with the domain's files and the runner's orders in it; directories 0700, files 0600. */
export function prepareJobFolder(folder: string, spec: RunnerSpec, files: Readonly<Record<string, string>>): void {
  mkdirSync(join(folder, ours), { recursive: true, mode: 0o700 })
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, safeName(name))
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeFileSync(path, text, { mode: 0o600 })
  }
  writeFileSync(specFile(folder), JSON.stringify(spec), { mode: 0o600 })
}

/** The orders of a job. Throws when the file is missing or was not written by `prepareJobFolder`. */
export const readRunnerSpec = (folder: string): RunnerSpec =>
  JSON.parse(readFileSync(specFile(folder), 'utf8')) as RunnerSpec // our own file, typed where it is written

/** A file name inside the job's folder. Throws `invalid_input` for one that would lead out of it or into our part. */
export function safeName(name: string): string {
  const path = normalize(name)
  const first = path.split(sep)[0]
  if (isAbsolute(path) || first === '..' || first === '.' || first === ours || path.includes('\0')) {
    throw new AppError('invalid_input', `A job's file cannot be called ${JSON.stringify(name)}.`, {
      hint: `Use a relative path inside the job's folder that does not begin with ${ours}/.`,
    })
  }
  return path
}
