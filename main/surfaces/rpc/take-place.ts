import { answers } from '../../platform/http/socket-answers.ts'
import { untilGone } from '../../platform/processes/until-gone.ts'
import { createClient } from './client.ts'

/**
 * Ends the backend that a command started for itself, so that one which is to stay can have its data directory. Jobs go on
 * and are adopted. Any other backend is left alone: the lock of its database then says that it is there.
 */
export async function takePlaceOf(
  socketPath: string,
  mayGo: (status: { readonly offline: boolean }) => boolean = () => true,
): Promise<void> {
  if (!(await answers(socketPath))) return
  const client = createClient({ socketPath })
  const status = await client.system.status({})
  if (!status.isOnDemand || !mayGo(status)) return
  await client.system.stop({})
  await untilGone(status.pid)
}
