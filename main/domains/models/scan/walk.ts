import { opendir, realpath, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileError, isPlaceholder, printable } from '../formats/regular-file.ts'

/** A file that the walk met; links are resolved. */
export type FoundFile = {
  /** Where it was met: absolute, perhaps through a link. */
  readonly path: string
  readonly location: string
  /** Device and inode: the same for every name of the same bytes. */
  readonly identity: string
  readonly sizeBytes: number
  readonly isPlaceholder: boolean
}

export type FoundFolder = {
  readonly path: string
  readonly files: readonly FoundFile[]
  readonly folders: readonly string[]
}

export type WalkLimits = {
  /** Folders below a start. */
  readonly depth: number
  /** Names of all folders together. */
  readonly entries: number
}

export const defaultWalkLimits: WalkLimits = { depth: 12, entries: 2_000_000 }

export type WalkContext = {
  readonly limits: WalkLimits
  readonly signal?: AbortSignal | undefined
  readonly warn: (message: string) => void
  readonly onFolder: (entries: number) => void
}

/** Where models are never kept, and where a walk only loses time or meets files that are no files. */
const skipped: ReadonlySet<string> = new Set([
  '.git',
  'node_modules',
  '__pycache__',
  'site-packages',
  '.Trash',
  '$RECYCLE.BIN',
  'System Volume Information',
])
const systemRoots: ReadonlySet<string> = new Set(['/proc', '/sys', '/dev', '/run'])

/**
 * Visits folders from `start` downwards, each of them once: a link to a folder is followed, a circle of links is not.
 * `visit` says whether the folders below are to be visited too. What cannot be read is told through `warn`.
 */
export async function walkFolders(
  start: string,
  context: WalkContext & { readonly seen: Set<string> },
  visit: (folder: FoundFolder) => Promise<boolean>,
): Promise<void> {
  const { limits, signal, warn, seen } = context
  let entries = 0
  const pending: { readonly path: string; readonly depth: number }[] = [{ path: start, depth: 0 }]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    signal?.throwIfAborted()
    const folder = await readFolder(next.path, context)
    if (folder === undefined) continue
    entries += folder.files.length + folder.folders.length
    context.onFolder(folder.files.length + folder.folders.length)
    if (entries > limits.entries) {
      warn(`${printable(start)}: only the first ${limits.entries} entries were looked at.`)
      return
    }
    if (!(await visit(folder))) continue
    if (next.depth >= limits.depth) {
      if (folder.folders.length > 0)
        warn(`${printable(next.path)}: folders below are deeper than ${limits.depth} levels.`)
      continue
    }
    // Reversed, because the last of the list is taken first: the order is then the alphabet's.
    for (const path of folder.folders.toReversed()) pending.push({ path, depth: next.depth + 1 })
  }

  async function readFolder(
    path: string,
    { limits: { entries: maxEntries } }: WalkContext,
  ): Promise<FoundFolder | undefined> {
    try {
      const location = await realpath(path)
      if (systemRoots.has(location)) return undefined
      const stats = await stat(location)
      const identity = `${stats.dev}:${stats.ino}`
      if (!stats.isDirectory() || seen.has(identity)) return undefined
      seen.add(identity)
      const names: string[] = []
      for await (const entry of await opendir(location)) {
        signal?.throwIfAborted()
        if (!skipped.has(entry.name)) names.push(entry.name)
        if (names.length > maxEntries) break
      }
      return await sorted(path, names.sort())
    } catch (error) {
      signal?.throwIfAborted()
      warn(reasonOf(error, path))
      return undefined
    }
  }

  async function sorted(path: string, names: readonly string[]): Promise<FoundFolder> {
    const files: FoundFile[] = []
    const folders: string[] = []
    for (const name of names) {
      const full = join(path, name)
      try {
        const stats = await stat(full)
        if (stats.isDirectory()) folders.push(full)
        // FIFOs, sockets and devices are left alone: only to look at their kind is safe.
        else if (stats.isFile()) {
          const location = await realpath(full)
          files.push({
            path: full,
            location,
            identity: `${stats.dev}:${stats.ino}`,
            sizeBytes: stats.size,
            isPlaceholder: isPlaceholder(stats),
          })
        }
      } catch (error) {
        // A link whose target is gone is every second file of some folders: only names of models are worth a word.
        if (/\.(safetensors|gguf|onnx)$/i.test(name)) warn(reasonOf(error, full))
      }
    }
    return { path, files, folders }
  }
}

function reasonOf(error: unknown, path: string): string {
  const said = fileError(error, basename(path))
  if (said === error || !(said instanceof Error)) throw error
  return `${printable(path)} is left out: ${said.message.replace(/^.*?: /, '')}`
}
