import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Problem } from '../../contract/environments.ts'
import { AppError } from '../../contract/errors.ts'
import { installedIn, sitePackages } from './installed.ts'
import { hasInterpreter, readStamp } from './stamp.ts'

export type Verification = {
  readonly checkedPackages: number
  readonly checkedFiles: number
  readonly checkedBytes: number
  readonly problems: readonly Problem[]
}

const rebuildOf = (name: string): string => `Build it again: slipway environments build ${name} --rebuild.`
const named = 20

/**
 * Whether the environment of this name still is what was built: its interpreter, and every package in the recorded version. With
 * `deep`, every file that the packages' RECORD files list is read and its SHA-256 compared (gigabytes: seconds).
 * Compiled modules are not listed there, and are not code that anybody wrote.
 */
export async function verifyCapsule(
  folder: string,
  name: string,
  { deep = false, signal }: { deep?: boolean; signal?: AbortSignal | undefined } = {},
): Promise<Verification> {
  const rebuild = rebuildOf(name)
  const stamp = readStamp(folder)
  if (!stamp) {
    const problem: Problem = {
      severity: 'fail',
      cause: `${folder} has no stamp: it was never finished.`,
      remedy: rebuild,
    }
    return { checkedPackages: 0, checkedFiles: 0, checkedBytes: 0, problems: [problem] }
  }
  const problems: Problem[] = []
  const fail = (cause: string, remedy = rebuild) => problems.push({ severity: 'fail', cause, remedy })
  if (!hasInterpreter(folder)) {
    fail(
      `Its interpreter is gone: ${stamp.python.executable} (Python ${stamp.python.version}).`,
      `Install that Python again, or build anew: ${rebuild}`,
    )
  }
  const installed = installedIn(folder)
  for (const [part, version] of Object.entries(stamp.versions)) {
    const found = installed.get(part)
    if (found === undefined) fail(`${part} ${version} was removed.`)
    else if (found !== version) fail(`${part} is ${found}; ${version} was built.`)
  }
  for (const [part, version] of installed) {
    if (!Object.hasOwn(stamp.versions, part)) fail(`${part} ${version} was added by someone.`)
  }
  const files = deep ? await verifyFiles(folder, rebuild, signal) : { count: 0, bytes: 0, damaged: [] }
  for (const damaged of files.damaged.slice(0, named)) fail(damaged)
  if (files.damaged.length > named) fail(`${files.damaged.length - named} more files differ.`)
  return {
    checkedPackages: Object.keys(stamp.versions).length,
    checkedFiles: files.count,
    checkedBytes: files.bytes,
    problems,
  }
}

async function verifyFiles(folder: string, rebuild: string, signal: AbortSignal | undefined) {
  const packages = sitePackages(folder)
  const records = (packages ? readdirSync(packages) : []).filter(name => name.endsWith('.dist-info'))
  const damaged: string[] = []
  let count = 0
  let bytes = 0
  for (const record of packages ? records : []) {
    const file = join(packages ?? '', record, 'RECORD')
    if (!existsSync(file)) {
      damaged.push(`${record} has no RECORD.`)
      continue
    }
    for (const { path, sha256 } of parseRecord(readFileSync(file, 'utf8'))) {
      if (signal?.aborted) throw new AppError('cancelled', 'The check was stopped.')
      const actual = await hashOf(join(packages ?? '', path), rebuild)
      count++
      if (!actual) damaged.push(`${path} (${record}) is missing.`)
      else if (actual.sha256 !== sha256) damaged.push(`${path} (${record}) was changed.`)
      bytes += actual?.bytes ?? 0
    }
  }
  return { count, bytes, damaged }
}

/** The files with a SHA-256 in a wheel's RECORD (PyPA, "Recording installed projects"): path, base64url hash, size. */
function parseRecord(text: string): { path: string; sha256: string }[] {
  return text.split(/\r?\n/).flatMap(line => {
    const match = /^(?:"((?:[^"]|"")*)"|([^",]*)),sha256=([\w-]{43})=*,/.exec(line)
    if (!match?.[3]) return []
    return [{ path: match[2] ?? (match[1] ?? '').replaceAll('""', '"'), sha256: match[3] }]
  })
}

async function hashOf(path: string, rebuild: string): Promise<{ sha256: string; bytes: number } | undefined> {
  const hash = createHash('sha256')
  let bytes = 0
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
      hash.update(chunk)
      bytes += chunk.length
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new AppError('storage_damaged', `${path} cannot be read.`, { cause: error, hint: rebuild })
  }
  return { sha256: hash.digest('base64url'), bytes }
}
