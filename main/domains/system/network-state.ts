import type { NetworkState } from '../../contract/system.ts'
import { isoOf } from '../../platform/clock.ts'

type Known = {
  readonly isOffline: boolean
  readonly startedAtMs: number
  /** What this process has sent itself, in bytes. */
  readonly ownBytesOut: number
  /** The latest build that asked a package index; `endedAtMs` is null while it goes on. */
  readonly lastBuild:
    | { readonly environment: string; readonly beganAtMs: number; readonly endedAtMs: number | null }
    | undefined
}

/**
 * What is known about the network. The bytes of this process are counted; those of a build are not (uv and pip do not
 * tell them), so that there is no sum when one of them fell into this backend's life.
 */
export function networkState({ isOffline, startedAtMs, ownBytesOut, lastBuild }: Known): NetworkState {
  const isUncounted = lastBuild !== undefined && (lastBuild.endedAtMs === null || lastBuild.endedAtMs >= startedAtMs)
  return {
    state: isOffline ? 'offline' : 'open',
    bytesOut: isUncounted ? null : ownBytesOut,
    ...(lastBuild && { lastUse: { at: isoOf(lastBuild.beganAtMs), environment: lastBuild.environment } }),
  }
}
