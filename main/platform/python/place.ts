import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { AppError } from '../../contract/errors.ts'
import { flushFolder } from '../flush.ts'
import { sitePackages } from './installed.ts'
import type { Run } from './run.ts'

/** The folder that a build works in, beside the place it will have: one file system, so that the rename is atomic. */
export const asideOf = (folder: string): string => `${folder}${asideSuffix(process.pid)}`

/** What the names of the folders that a process builds in end with. */
export const asideSuffix = (builderPid: number): string => `.building-${builderPid}`

/**
 * Clears up after a killed build. To be called with the capsule's lock held: whatever lies beside it then belongs to no
 * living process. A build killed between the two renames of a replacement gets the old capsule back.
 */
export function recover(folder: string): void {
  const parent = dirname(folder)
  const leftovers = readdirSync(parent).filter(name => name.startsWith(`${basename(folder)}.`))
  const replaced = leftovers.find(name => /\.replaced-\d+$/.test(name))
  if (replaced && !existsSync(folder)) renameSync(join(parent, replaced), folder)
  for (const name of leftovers) {
    if (/\.(building|replaced)-\d+$/.test(name)) rmSync(join(parent, name), { recursive: true, force: true })
  }
}

/** Puts a finished environment into its place, durably. What was there is removed afterwards. */
export function moveIntoPlace(aside: string, folder: string): void {
  const replaced = `${folder}.replaced-${process.pid}`
  if (existsSync(folder)) renameSync(folder, replaced)
  renameSync(aside, folder)
  flushFolder(dirname(folder))
  rmSync(replaced, { recursive: true, force: true })
}

/** Makes an environment see the packages of another: its own come first. */
export function layerOver(folder: string, base: string): void {
  const [own, beneath] = [sitePackages(folder), sitePackages(base)]
  if (!own || !beneath) throw new AppError('internal', 'An environment has no folder for packages.')
  writeFileSync(join(own, 'slipway-base.pth'), `${beneath}\n`)
}

/**
 * Brings every file of a new environment to the disk before it is stamped: 30,000 files are flushed by one sync(2), not
 * by 30,000 fsync calls. A stamp must never survive a power cut that its files did not.
 */
export async function flushToDisk(python: string, run: Run, env: Readonly<Record<string, string>>): Promise<void> {
  // Windows writes back on its own and has no call for it; the deep check finds a torn file there.
  if (process.platform === 'win32') return
  const { code, stderr } = await run([python, '-I', '-c', 'import os; os.sync()'], { env })
  if (code !== 0)
    throw new AppError('worker_failed', 'The new environment could not be flushed to disk.', {
      details: { output: stderr },
    })
}
