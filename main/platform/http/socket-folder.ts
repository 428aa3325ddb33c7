import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError } from '../../contract/errors.ts'

const writableByAll = 0o002

/**
 * Throws `forbidden` where somebody else could put a socket of theirs in the place of ours: in a folder such as /tmp,
 * where everybody may make new ones, the one that holds our sockets must be ours, and nobody else may write to it.
 */
export function assertOurFolder(socketPath: string): void {
  const us = process.getuid?.()
  if (us === undefined) return
  const folder = dirname(socketPath)
  for (const path of [folder, dirname(folder)]) {
    const facts = statSync(path, { throwIfNoEntry: false })
    const around = statSync(dirname(path), { throwIfNoEntry: false })
    if (!facts || !around || (around.mode & writableByAll) === 0) continue
    if (facts.uid === us && (facts.mode & writableByAll) === 0) continue
    throw new AppError('forbidden', `${path} is not yours alone: another user of this machine could answer there.`, {
      hint: 'Remove that folder if you can, or name a data directory with a shorter path: --data-dir DIR.',
      details: { path },
    })
  }
}
