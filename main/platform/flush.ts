import { closeSync, fsyncSync, openSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Brings every file and folder below `folder`, and itself, to the disk: what is then renamed into place survives a power
 * cut whole. Throws what the file system says.
 */
export function flushTree(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) flushTree(path)
    else if (entry.isFile()) flushFile(path)
  }
  flushFolder(folder)
}

/** Brings a folder's own entries to the disk, such as a name that was just given. */
export function flushFolder(folder: string): void {
  // A folder cannot be opened for this on Windows.
  if (process.platform !== 'win32') flushFile(folder)
}

/** Brings the bytes of a file that is complete to the disk. */
export function flushFile(path: string): void {
  const handle = openSync(path, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
