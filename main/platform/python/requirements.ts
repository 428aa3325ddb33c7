import { createHash } from 'node:crypto'
import { AppError } from '../../contract/errors.ts'

/** One line of a lock file. A package can stand there several times, with markers that exclude each other. */
export type LockedPackage = {
  /** Normalised as PEP 503 says: lower case, runs of `-_.` are one dash. */
  readonly name: string
  readonly version: string
  readonly marker: string | undefined
  readonly hashes: readonly string[]
}

export type Lock = {
  /** SHA-256 of the file's bytes. */
  readonly hash: string
  readonly packages: readonly LockedPackage[]
  /** What is downloaded at most per platform, such as `linux-x64`; written into the header when the lock is made. */
  readonly downloadBytes: ReadonlyMap<string, number>
}

/** A project's name as indexes and lock files compare it (PEP 503). */
export const normalName = (name: string): string => name.toLowerCase().replace(/[-_.]+/g, '-')

const requirement = /^([A-Za-z0-9][\w.-]*)(?:\[[\w,. -]*\])?==([^\s;]+)(?:\s*;\s*(.+?))?$/
const header = /^#\s*download-bytes:\s*(.+)$/m

/**
 * Reads a requirement file in which every line is `name==version ; marker --hash=sha256:…`. Anything else – an address,
 * a path, an option, a line without a hash – is `invalid_input`: such a file could install what nobody locked.
 */
export function parseLock(text: string, fileName: string): Lock {
  const packages = logicalLines(text).map(({ line, number }): LockedPackage => {
    const [spec = '', ...options] = line.split(/\s+(?=--)/)
    const match = requirement.exec(spec.trim())
    const hashes = options.map(option => /^--hash=(sha256:[0-9a-f]{64})$/.exec(option.trim())?.[1])
    if (!match?.[1] || !match[2] || hashes.length === 0 || !hashes.every(hash => hash !== undefined)) {
      throw new AppError(
        'invalid_input',
        `${fileName}, line ${number}: not a pinned requirement with SHA-256 hashes.`,
        {
          hint: 'Make the lock again with: node main/entry/lock-environments.ts',
          details: { line: number, text: line.slice(0, 120) },
        },
      )
    }
    return { name: normalName(match[1]), version: match[2], marker: match[3], hashes }
  })
  return { hash: createHash('sha256').update(text).digest('hex'), packages, downloadBytes: sizes(text) }
}

/** Lines with their continuations joined, without comments; numbers count from 1. */
function logicalLines(text: string): { line: string; number: number }[] {
  const lines: { line: string; number: number }[] = []
  let open: { line: string; number: number } | undefined
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const part = raw.replace(/(^|\s)#.*$/, '').trimEnd()
    const continues = part.endsWith('\\')
    const body = (continues ? part.slice(0, -1) : part).trim()
    if (open) open.line += ` ${body}`
    else if (body) open = { line: body, number: index + 1 }
    if (open && !continues) {
      lines.push(open)
      open = undefined
    }
  }
  if (open) lines.push(open)
  return lines
}

function sizes(text: string): Map<string, number> {
  const entries = (header.exec(text)?.[1] ?? '').split(/\s+/).flatMap(pair => {
    const [platform, bytes] = pair.split('=')
    return platform && Number.isSafeInteger(Number(bytes)) ? [[platform, Number(bytes)] as const] : []
  })
  return new Map(entries)
}
