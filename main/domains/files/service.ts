import { realpathSync } from 'node:fs'
import { access, realpath, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative } from 'node:path'
import { AppError } from '../../contract/errors.ts'
import { type files, maxFolderEntries, type Shortcut } from '../../contract/files.ts'
import type { Handlers } from '../../contract/method.ts'
import { browseFolder, hintOfFolder } from './browse-folder.ts'

type Deps = {
  readonly home: string
  /** Slipway's own folders: nothing in them is ever listed, whatever name or link leads there. */
  readonly ownFolders: readonly string[]
  /** Places worth offering; those that do not exist are left out. */
  readonly shortcuts: readonly Shortcut[]
  readonly limit?: number
}

/** This machine's folders, for a page that cannot open a native dialog. */
export function createFiles({ home, ownFolders, shortcuts, limit = maxFolderEntries }: Deps): {
  readonly handlers: Handlers<typeof files>
} {
  // Resolved at each call: a folder that did not exist at the start may since be reached through a link.
  const isProtected = (path: string): boolean => {
    const own = ownFolders.map(realPathIfAny)
    return own.some(folder => isWithin(folder, path))
  }

  const browse: Handlers<typeof files>['browse'] = async ({ path = home, hidden, q }, { signal }) => {
    const asked = expanded(path, home)
    try {
      const real = await realpath(asked)
      if (isProtected(real))
        throw new AppError('forbidden', 'This folder belongs to Slipway itself and is not listed.', {
          hint: 'What Slipway keeps is shown by its own screens: models, datasets, runs.',
        })
      if (!(await stat(real)).isDirectory())
        throw new AppError('invalid_input', `${asked} is not a folder.`, { hint: 'Open the folder that holds it.' })
      const listing = await browseFolder(real, { hidden, q, limit, isProtected, signal })
      const parent = dirname(real)
      const hint = await hintOfFolder(real)
      return {
        path: real,
        ...(parent !== real && { parent }),
        home,
        ...(hint && { hint }),
        entries: [...listing.entries],
        more: listing.more,
        others: listing.others,
        shortcuts: await existing(shortcuts),
      }
    } catch (error) {
      throw browseError(error, asked)
    }
  }
  return { handlers: { browse } }
}

function expanded(path: string, home: string): string {
  if (path.includes('\0'))
    throw new AppError('invalid_input', 'A path has no NUL character.', { hint: 'Give the path as it is shown.' })
  const full = path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path
  if (!isAbsolute(full))
    throw new AppError('invalid_input', `${path} is not an absolute path.`, {
      hint: 'Begin with / or ~: a relative path has no meaning here.',
    })
  return full
}

const isWithin = (folder: string, path: string): boolean => {
  const way = relative(folder, path)
  return way === '' || !(way === '..' || way.startsWith('../') || way.startsWith('..\\') || isAbsolute(way))
}

const realPathIfAny = (path: string): string => {
  try {
    return realpathSync.native(path)
  } catch {
    return path // it does not exist yet: then nothing can lead into it either
  }
}

const existing = async (places: readonly Shortcut[]): Promise<Shortcut[]> => {
  const there = await Promise.all(
    places.map(({ path }) =>
      access(path).then(
        () => true,
        () => false,
      ),
    ),
  )
  return places.filter((_, index) => there[index])
}

type Reason = readonly [
  code: 'invalid_input' | 'not_found' | 'forbidden',
  message: (path: string) => string,
  hint: string,
]
const absent = (path: string): string => `${path} is not there.`
const unreadable = (path: string): string => `${path} may not be read.`
const mayRead = 'Give the account that runs Slipway the right to read it.'

const reasons = new Map<unknown, Reason>([
  ['ENOENT', ['not_found', absent, 'Check the path; it may have been moved or unmounted.']],
  ['ENOTDIR', ['not_found', absent, 'A part of the path is a file, not a folder.']],
  ['EACCES', ['forbidden', unreadable, mayRead]],
  ['EPERM', ['forbidden', unreadable, mayRead]],
  ['ELOOP', ['invalid_input', path => `${path} is a circle of symbolic links.`, 'Open the real folder.']],
  ['ENAMETOOLONG', ['invalid_input', path => `${path} is longer than a path can be.`, 'Give a shorter path.']],
  ['EIO', ['invalid_input', path => `${path} could not be read by the disk.`, 'Check the disk or the network share.']],
])

function browseError(error: unknown, path: string): unknown {
  const known = error instanceof Error && 'code' in error ? reasons.get(error.code) : undefined
  if (!known || error instanceof AppError) return error
  const [code, message, hint] = known
  return new AppError(code, message(path), { hint, cause: error })
}
