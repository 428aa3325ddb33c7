import type { Dirent } from 'node:fs'
import { access, lstat, opendir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileHint, FileProblem, FolderEntry } from '../../contract/files.ts'
import { isoOf } from '../../platform/clock.ts'
import { hintOfFile, signsOfModels } from './hints.ts'

type Found = { readonly name: string; readonly kind: FolderEntry['kind']; readonly isLink: boolean; broken: boolean }

export type Listing = {
  readonly entries: readonly FolderEntry[]
  readonly more: number
  readonly others: number
}

type Options = {
  readonly hidden: boolean
  readonly q: string | undefined
  /** The most entries that are kept. */
  readonly limit: number
  readonly isProtected: (realPath: string) => boolean
  readonly signal?: AbortSignal | undefined
}

/** Enough to keep the disk busy, few enough to leave it to others. */
const describedAtOnce = 32

const { compare } = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

/** Folders first, then by name as people sort names: `run-2` before `run-10`. */
const inOrder = (a: Found, b: Found): number =>
  a.kind === b.kind ? compare(a.name, b.name) || (a.name < b.name ? -1 : 1) : a.kind === 'folder' ? -1 : 1

/**
 * Reads the names in a folder and what each is; opens nothing in it, so a pipe cannot block. A folder of millions costs
 * time, never memory: only the first `limit` by order are kept, and described.
 */
export async function browseFolder(folder: string, options: Options): Promise<Listing> {
  const { hidden, q, limit, signal } = options
  const wanted = q?.toLowerCase()
  let kept: Found[] = []
  let matching = 0
  let others = 0
  for await (const dirent of await opendir(folder, { bufferSize: 512 })) {
    signal?.throwIfAborted()
    if (!hidden && dirent.name.startsWith('.')) continue
    if (wanted !== undefined && !dirent.name.toLowerCase().includes(wanted)) continue
    const found = await whatIs(folder, dirent)
    if (!found) {
      others += 1
      continue
    }
    matching += 1
    kept.push(found)
    if (kept.length >= 2 * limit) kept = kept.sort(inOrder).slice(0, limit)
  }
  kept = kept.sort(inOrder).slice(0, limit)
  const entries: FolderEntry[] = []
  for (let start = 0; start < kept.length; start += describedAtOnce) {
    signal?.throwIfAborted()
    const batch = kept.slice(start, start + describedAtOnce)
    entries.push(...(await Promise.all(batch.map(found => described(folder, found, options)))))
  }
  return { entries, more: matching - entries.length, others }
}

/** A folder, a file, a link to one of them (or to nothing), or undefined: a pipe, a socket, a device. */
async function whatIs(folder: string, dirent: Dirent): Promise<Found | undefined> {
  const { name } = dirent
  if (dirent.isDirectory()) return { name, kind: 'folder', isLink: false, broken: false }
  if (dirent.isFile()) return { name, kind: 'file', isLink: false, broken: false }
  const isLink = dirent.isSymbolicLink()
  // Some file systems do not say in the listing what an entry is.
  const isUnknown =
    !isLink && !dirent.isFIFO() && !dirent.isSocket() && !dirent.isBlockDevice() && !dirent.isCharacterDevice()
  if (!isLink && !isUnknown) return undefined
  try {
    const facts = await stat(join(folder, name))
    if (facts.isDirectory()) return { name, kind: 'folder', isLink, broken: false }
    return facts.isFile() ? { name, kind: 'file', isLink, broken: false } : undefined
  } catch {
    // Named to the reader as a broken link; why it is broken is not ours to find out.
    return { name, kind: 'file', isLink, broken: true }
  }
}

async function described(folder: string, found: Found, { isProtected }: Options): Promise<FolderEntry> {
  const { name, kind, isLink } = found
  const path = join(folder, name)
  const plain = { name, path, kind, isLink }
  const withProblem = (problem: FileProblem): FolderEntry => ({ ...plain, problem })
  if (found.broken) return withProblem('broken_link')
  try {
    if (isProtected(isLink ? await realpath(path) : path)) return withProblem('protected')
    const facts = await (isLink ? stat(path) : lstat(path))
    const hint = kind === 'folder' ? await hintOfFolder(path) : hintOfFile(name)
    return {
      ...plain,
      ...(kind === 'file' && { sizeBytes: facts.size }),
      modifiedAt: isoOf(facts.mtimeMs),
      ...(hint && { hint }),
    }
  } catch {
    // The folder may be listed but not entered, or the entry went away meanwhile: the reader is told that much.
    return withProblem('unreadable')
  }
}

/** What a folder as a whole probably is, by the files that it has. Opens none of them. */
export async function hintOfFolder(path: string): Promise<FileHint | undefined> {
  for (const [name, hint] of signsOfModels) {
    try {
      await access(join(path, name))
      return hint
    } catch {
      // Not there, or not for us: no hint then.
    }
  }
  return undefined
}
