import type { NetworkState } from '../../contract/system.ts'
import { isoOf } from '../../platform/clock.ts'

type Use = {
  readonly environment: string
  readonly beganAtMs: number
  readonly endedAtMs: number | null
  readonly bytesOut: number | null
}
type Known = {
  readonly isOffline: boolean
  /** What this process has sent itself, in bytes. */
  readonly ownBytesOut: number
  /** The builds that asked a package index in this backend's life. */
  readonly builds: readonly Use[]
  /** The latest builds of all that asked one, newest first. */
  readonly latest: readonly Use[]
}

/**
 * What is known about the network: the bytes of this process and those of builds, which go out through a counter. There is
 * no sum once one of them was not counted: its user has a proxy, or it was killed before it could say how much it was.
 */
export function networkState({ isOffline, ownBytesOut, builds, latest }: Known): NetworkState {
  const isUncounted = builds.some(({ bytesOut }) => bytesOut === null)
  return {
    state: isOffline ? 'offline' : 'open',
    bytesOut: isUncounted ? null : builds.reduce((sum, { bytesOut }) => sum + (bytesOut ?? 0), ownBytesOut),
    uses: latest.map(({ environment, beganAtMs, endedAtMs, bytesOut }) => ({
      environment,
      at: isoOf(beganAtMs),
      isOver: endedAtMs !== null,
      bytesOut,
    })),
  }
}
