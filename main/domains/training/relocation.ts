import { systemCall } from '../../contract/call.ts'
import type { Store } from '../../platform/db/types.ts'
import type { Log } from '../../platform/log.ts'
import { movedPath, type OwnPlace, withMovedPaths } from '../../platform/own-path.ts'
import { checkpointPaths, setCheckpointPath } from './checkpoint-repo.ts'
import { pathsOfRuns, setRunPaths } from './repo.ts'

type Deps = {
  readonly store: Store
  readonly log: Log
  readonly runsDir: string
  readonly places: readonly OwnPlace[]
}

/** Finds the results, checkpoints and inputs of runs again in a data directory that was moved or restored elsewhere. */
export function relocateRuns({ store, log, runsDir, places }: Deps): void {
  const runs = pathsOfRuns(store.read).flatMap(({ id, artifactPath, config }) => {
    const here = {
      artifactPath: artifactPath === null ? null : (movedPath(artifactPath, places) ?? artifactPath),
      config: withMovedPaths(config, places),
    }
    return here.artifactPath === artifactPath && here.config === config ? [] : [{ id, ...here }]
  })
  const checkpoints = checkpointPaths(store.read).flatMap(({ runId, step, path }) => {
    const here = movedPath(path, places)
    return here === undefined ? [] : [{ runId, step, here }]
  })
  if (runs.length + checkpoints.length === 0) return
  store.commit(systemCall('training.relocate'), runsDir, tx => {
    for (const { id, ...paths } of runs) setRunPaths(tx, id, paths)
    for (const { runId, step, here } of checkpoints) setCheckpointPath(tx, runId, step, here)
  })
  log.info('runs were found where the data directory lies now', { runs: runs.length, checkpoints: checkpoints.length })
}
