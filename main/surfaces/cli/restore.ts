import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { AppError } from '../../contract/errors.ts'
import type { JobProgress } from '../../contract/jobs.ts'
import type { Migration } from '../../platform/db/migrate.ts'
import { type RestoreProgress, restoreBackup } from '../../platform/db/restore.ts'
import type { Paths } from '../../platform/paths.ts'
import { type Output, progressText } from './follow.ts'
import { localCommands } from './help.ts'
import type { GlobalFlags } from './run.ts'

type Deps = {
  readonly paths: Paths
  readonly cwd: string
  readonly output: Output
  readonly migrations: () => Promise<readonly Migration[]>
}

/** What `slipway backup restore` answers. */
export type Restored = { readonly restored: string; readonly database: string; readonly previousFilesAreIn?: string }

/** Puts the backup that `words` name in the place of the database, and tells how far it is. Throws as `restoreBackup`. */
export async function restore(words: readonly string[], flags: GlobalFlags, deps: Deps): Promise<Restored> {
  const [name] = words
  if (name === undefined || words.length > 1)
    throw new AppError('invalid_input', 'Give exactly one backup.', { hint: localCommands['backup restore'].usage })
  const typed = resolve(deps.cwd, name)
  const backup = existsSync(typed) ? typed : join(deps.paths.backups, name)
  if (!existsSync(backup))
    throw new AppError('not_found', `There is no backup ${name}.`, { hint: 'slipway backup list shows them.' })
  const { database } = deps.paths
  const teller = createTeller(basename(backup), flags.watch, deps.output, () => performance.now())
  try {
    const { movedTo } = await restoreBackup({
      backup,
      database,
      migrations: await deps.migrations(),
      nowMs: Date.now(),
      onProgress: teller.tell,
    })
    return { restored: backup, database, ...(movedTo !== undefined && { previousFilesAreIn: movedTo }) }
  } finally {
    teller.close()
  }
}

const everyMs = 1_000

/**
 * Tells progress as commands that follow a job do: a line on standard error when it changed, once a second at most and
 * at the end of a phase; in watch mode a line of JSON on standard output instead.
 */
function createTeller(file: string, isWatched: boolean, { out, err }: Output, nowMs: () => number) {
  let latest: RestoreProgress | undefined
  let phaseAtMs = 0
  let toldAtMs = Number.NEGATIVE_INFINITY
  const say = (now: RestoreProgress): void => {
    toldAtMs = nowMs()
    const progress = progressOf(now, (toldAtMs - phaseAtMs) / 1000)
    if (isWatched) out(JSON.stringify({ event: 'progress', phase: now.phase, file, files: 1, ...progress }))
    else err(progressText(`restore ${file}: ${now.phase}`, progress))
  }
  // A check says nothing in between: that it goes on is told by its time.
  const ticking = setInterval(() => {
    if (latest && latest.doneBytes < latest.totalBytes && nowMs() - toldAtMs >= everyMs) say(latest)
  }, everyMs)
  return {
    tell: (now: RestoreProgress): void => {
      const isNewPhase = now.phase !== latest?.phase
      if (isNewPhase) phaseAtMs = nowMs()
      const isOver = now.doneBytes === now.totalBytes
      const wasOver = !isNewPhase && latest?.doneBytes === latest?.totalBytes
      latest = now
      if (isNewPhase || (isOver && !wasOver) || nowMs() - toldAtMs >= everyMs) say(now)
    },
    close: () => clearInterval(ticking),
  }
}

function progressOf({ doneBytes, totalBytes }: RestoreProgress, seconds: number): JobProgress {
  const ratePerSecond = seconds > 0 && doneBytes > 0 ? doneBytes / seconds : undefined
  return {
    done: doneBytes,
    total: totalBytes,
    unit: 'bytes',
    ...(ratePerSecond !== undefined && { ratePerSecond, secondsLeft: (totalBytes - doneBytes) / ratePerSecond }),
    ...(doneBytes === 0 && seconds >= 1 && { note: `for ${Math.round(seconds)} s` }),
  }
}
