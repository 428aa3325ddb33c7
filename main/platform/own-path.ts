import { existsSync, realpathSync } from 'node:fs'
import { basename, join, sep } from 'node:path'
import type { Paths } from './paths.ts'

/** A folder of the data directory, and what it holds: names that are never given twice, as a regular expression. */
export type OwnPlace = { readonly folder: string; readonly name: string }

/** Where the data directory keeps what rows name by its path. */
export const ownPlaces = ({ dataDir, runs, blobs }: Pick<Paths, 'dataDir' | 'runs' | 'blobs'>): readonly OwnPlace[] => [
  { folder: join(dataDir, 'models'), name: 'mdv_[0-9a-f]{32}' },
  { folder: runs, name: 'run_[0-9a-f]{32}' },
  { folder: blobs, name: '[0-9a-f]{2}[\\\\/][0-9a-f]{2}[\\\\/][0-9a-f]{64}' },
]

/**
 * Where a recorded path lies now, when the data directory was moved, copied or restored elsewhere since: ids and digests
 * are never given twice, so what this data directory has by the same name is what was meant. Undefined when the path is
 * right, when it never lay in such a place, and when there is nothing of that name here.
 */
export function movedPath(path: string, places: readonly OwnPlace[]): string | undefined {
  for (const { folder, name } of places) {
    if (path.startsWith(`${folder}${sep}`)) return undefined
    const named = new RegExp(`[\\\\/]${basename(folder)}[\\\\/](${name})(?:[\\\\/](.*))?$`, 's').exec(path)
    if (!named) continue
    const here = join(folder, named[1] ?? '', named[2] ?? '')
    // By another name of the same folder it is right as it is.
    if (!existsSync(here) || (existsSync(path) && realpathSync(path) === realpathSync(here))) return undefined
    return here
  }
  return undefined
}

/** A JSON value with every such path in it as it is now; the same value when there is none. */
export function withMovedPaths<T>(value: T, places: readonly OwnPlace[]): T {
  const text = JSON.stringify(value)
  const moved = JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'string' ? (movedPath(part, places) ?? part) : part,
  )
  return moved === text ? value : (JSON.parse(moved) as T)
}
