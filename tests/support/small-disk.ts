import { execFileSync } from 'node:child_process'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { temporaryDir } from './backend.ts'

/** A file system of its own with an end that is soon reached: Linux, as root. */
export const canMount = process.platform === 'linux' && process.getuid?.() === 0

export type SmallDisk = {
  readonly folder: string
  /** Gives the disk another size while it is used. */
  readonly resize: (sizeMiB: number) => void
  readonly remove: () => void
}

/** Mounts a small disk in memory. */
export function mountSmallDisk(sizeMiB: number): SmallDisk {
  const folder = temporaryDir('disk')
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeMiB}m`, 'tmpfs', folder])
  return {
    folder,
    resize: to => void execFileSync('mount', ['-o', `remount,size=${to}m`, folder]),
    remove: () => {
      execFileSync('umount', ['-l', folder])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Takes every byte that is left on a disk, in one file. */
export function fill(path: string): void {
  const file = openSync(path, 'w')
  try {
    for (const size of [1 << 16, 1 << 10]) while (hasRoomFor(file, size));
  } finally {
    closeSync(file)
  }
}

function hasRoomFor(file: number, sizeBytes: number): boolean {
  try {
    return writeSync(file, Buffer.alloc(sizeBytes)) === sizeBytes
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false
    throw error
  }
}
