import { existsSync, lstatSync, readdirSync, statfsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Bytes free for this user on the file system that a path is on, or would be on. */
export function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(existing(path))
  return bavail * bsize
}

/** Whether two paths, existing or not, are on one file system: only then can files be linked instead of copied. */
export const sameFileSystem = (a: string, b: string): boolean => statSync(existing(a)).dev === statSync(existing(b)).dev

function existing(path: string): string {
  let folder = path
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder)
  return folder
}

/** What a folder's files add up to. Links are counted as themselves, never followed. */
export function folderBytes(folder: string): number {
  let sum = 0
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    sum += entry.isDirectory() ? folderBytes(path) : lstatSync(path).size
  }
  return sum
}

/** `3.2 GB`: decimal units, as disks are sold. */
export function readableBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}
