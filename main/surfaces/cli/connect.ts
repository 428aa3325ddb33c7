import { fileURLToPath } from 'node:url'
import { AppError } from '../../contract/errors.ts'
import { answers } from '../../platform/http/socket-answers.ts'
import type { Paths } from '../../platform/paths.ts'
import { backendStartFailure, spawnBackend } from '../../platform/processes/backend-start.ts'
import { type Client, createClient } from '../rpc/client.ts'
import { takePlaceOf } from '../rpc/take-place.ts'

const backendFile = fileURLToPath(new URL('../../entry/backend.ts', import.meta.url))
// A backend that a command started goes away by itself; the next commands within this time are quick.
const idleExitMs = 60_000

/** The client of the backend of a data directory; one is started for the call when none runs. */
export async function connectOrStart(paths: Paths): Promise<Client> {
  if (process.env.SLIPWAY_OFFLINE === 'hard') await assertOffline(paths)
  if (!(await answers(paths.backendSocket))) await startBackend(paths)
  return createClient({ socketPath: paths.backendSocket })
}

/** The client of the backend that runs; undefined where none does. */
export const connectIfRunning = async (paths: Paths): Promise<Client | undefined> =>
  (await answers(paths.backendSocket)) ? createClient({ socketPath: paths.backendSocket }) : undefined

/** A backend that may use the network would do so for this command, too: another one takes its place, or it is refused. */
async function assertOffline({ backendSocket }: Paths): Promise<void> {
  await takePlaceOf(backendSocket, ({ offline }) => !offline)
  if (!(await answers(backendSocket))) return
  const { offline } = await createClient({ socketPath: backendSocket }).system.status({})
  if (offline) return
  throw new AppError('forbidden', 'The backend that runs here was started without SLIPWAY_OFFLINE=hard.', {
    hint: 'Stop it with slipway stop, and start it again with SLIPWAY_OFFLINE=hard set.',
  })
}

function startBackend(paths: Paths): Promise<void> {
  const child = spawnBackend({
    node: process.execPath,
    backendFile,
    paths,
    idleExitMs,
    env: process.env,
    isOnDemand: true,
  })
  return new Promise((resolve, reject) => {
    let isOver = false
    const settle = (act: () => void) => {
      isOver = true
      act()
    }
    child.once('error', error =>
      settle(() => reject(new AppError('internal', 'The backend could not be started.', { cause: error }))),
    )
    child.once('exit', async () => {
      // Another command may have started one at the same moment: then that one answers.
      const isServed = await answers(paths.backendSocket)
      settle(() => (isServed ? resolve() : reject(backendStartFailure(paths))))
    })
    const look = async () => {
      if (isOver) return
      if (await answers(paths.backendSocket)) settle(resolve)
      else setTimeout(look, 10)
    }
    void look()
  })
}
