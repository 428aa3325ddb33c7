import type { Dir } from 'node:fs'
import { lstat, opendir, realpath, stat } from 'node:fs/promises'
import { basename, join, relative, sep } from 'node:path'
import { AppError } from '../../../contract/errors.ts'
import type { Reading } from './limits.ts'
import { refuse } from './refuse.ts'
import { fileError, isPlaceholder, printable } from './regular-file.ts'

/** A file of a model folder. */
export type Member = {
  /** Relative to the folder, with forward slashes. */
  readonly path: string
  /** Where its bytes are: absolute, without symbolic links. */
  readonly location: string
  readonly sizeBytes: number
}

/** A model's folder as it lies on the disk. Nothing outside it is ever opened. */
export type Folder = {
  /** Absolute, without symbolic links. */
  readonly root: string
  readonly members: readonly Member[]
  /** Why a name in the folder cannot be used, by relative path: a FIFO, a link that leads away, an unreadable subfolder … */
  readonly unusable: ReadonlyMap<string, string>
}

/** Version control and download bookkeeping: never a part of the model. */
const skippedFolders: ReadonlySet<string> = new Set([
  '.git',
  '.cache',
  '.huggingface',
  '__MACOSX',
  '.ipynb_checkpoints',
])

/** A trainer's checkpoints lie in the folder of its result; each is a model of its own. */
const checkpointFolder = /^checkpoint-\d+$/

/** Lists a model's folder. Links are resolved and must stay inside; the folder itself may be named by a link. */
export async function listFolder(path: string, reading: Reading): Promise<Folder> {
  const root = await realPathOf(path)
  const { folderEntries, folderDepth } = reading.limits
  const members: Member[] = []
  const unusable = new Map<string, string>()
  let seen = 0

  const visit = async (folder: string, depth: number, opened: Dir): Promise<void> => {
    for await (const entry of opened) {
      reading.signal?.throwIfAborted()
      if (++seen > folderEntries) {
        throw new AppError(
          'too_large',
          `${printable(basename(root))}: the folder has more than ${folderEntries} entries.`,
          {
            hint: 'Name the folder of one model; `slipway models find` looks through larger ones.',
          },
        )
      }
      const full = join(folder, entry.name)
      const name = relative(root, full).split(sep).join('/')
      if (entry.isDirectory()) {
        if (skippedFolders.has(entry.name) || checkpointFolder.test(entry.name)) continue
        const below =
          depth < folderDepth ? await openFolder(full).catch(reasonOf) : `it lies deeper than ${folderDepth} folders`
        // Some folders open and still do not list (below /proc, on a drive that was pulled out).
        const reason = typeof below === 'string' ? below : await visit(full, depth + 1, below).catch(whyUnlisted)
        if (typeof reason === 'string') unusable.set(name, reason)
        continue
      }
      const found = await memberOf(root, name)
      if (typeof found === 'string') unusable.set(name, found)
      else members.push(found)
    }
  }
  try {
    await visit(root, 0, await openFolder(root))
  } catch (error) {
    throw fileError(error, basename(root))
  }
  // The order of a folder's entries is the file system's whim; the facts must not depend on it.
  members.sort((a, b) => (a.path < b.path ? -1 : 1))
  return { root, members, unusable }
}

/** The member `name` of `root`, or why it cannot be used. `name` must already be one that `isPlainName` accepts or that was listed. */
export async function memberOf(root: string, name: string): Promise<Member | string> {
  try {
    const location = await realpath(join(root, name))
    if (!isInside(root, location) && !isInside(ownBlobs(root), location)) {
      return 'it is a link that leads out of the folder'
    }
    const stats = await stat(location)
    if (!stats.isFile()) return 'it is not a regular file'
    if (isPlaceholder(stats)) return 'only a placeholder of it is on this disk'
    return { path: name, location, sizeBytes: stats.size }
  } catch (error) {
    return reasonOf(error)
  }
}

/**
 * True for a relative path that names something below a folder on every system: no `..`, no drive, no backslash, no
 * absolute path, no control characters. To be asked of every name that comes from inside a file.
 */
export const isPlainName = (name: string): boolean =>
  name.length > 0 &&
  name.length <= 1_000 &&
  !/[\p{Cc}\\:]/u.test(name) &&
  name.split('/').every(part => part !== '' && part !== '.' && part !== '..')

export async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    throw fileError(error, basename(path))
  }
}

/** What `path` is, without following a link at its end. */
export async function kindOfPath(path: string): Promise<'file' | 'folder' | 'link' | 'other'> {
  try {
    const stats = await lstat(path)
    return stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : stats.isSymbolicLink() ? 'link' : 'other'
  } catch (error) {
    throw fileError(error, basename(path))
  }
}

/**
 * The blobs that the files of `root` are links into by design: those of the Hugging Face cache entry that it is a
 * snapshot of, or our own store's for a model that was copied into the data directory.
 */
export function ownBlobs(root: string): string | undefined {
  const parts = root.split(sep)
  const [kept, name] = parts.slice(-2)
  if (kept === 'models' && /^mdv_[0-9a-f]{32}$/.test(name ?? '')) return join(parts.slice(0, -2).join(sep), 'blobs')
  const snapshots = parts.lastIndexOf('snapshots')
  const repository = parts[snapshots - 1]
  if (snapshots < 1 || repository === undefined || !/^(models|datasets|spaces)--/.test(repository)) return undefined
  return join(parts.slice(0, snapshots).join(sep), 'blobs')
}

export const isInside = (folder: string | undefined, path: string): boolean =>
  folder !== undefined && path.startsWith(folder.endsWith(sep) ? folder : folder + sep)

async function openFolder(path: string): Promise<Dir> {
  try {
    return await opendir(path)
  } catch (error) {
    throw fileError(error, basename(path))
  }
}

// What the limits refuse, they refuse for the whole folder.
function whyUnlisted(error: unknown): string {
  if (error instanceof AppError) throw error
  return reasonOf(error)
}

function reasonOf(error: unknown): string {
  const said = fileError(error, '')
  if (!(said instanceof AppError)) throw error
  return said.message.replace(/^.*?: /, '').replace(/\.$/, '')
}

/** Throws when a file that decides what the model is exists but cannot be used: to go on would describe another model. */
export function assertUsable(folder: Folder, pattern: RegExp): void {
  for (const [name, reason] of folder.unusable) {
    if (!pattern.test(name)) continue
    throw refuse(
      printable(name),
      `${reason}.`,
      'Name the folder where the files really are; in a copied cache, copy the files and not their links.',
    )
  }
}
