import { create } from 'zustand'

/**
 * Whether the backend answers. `lost`: it did, and is being tried again; `refused`: it wants a session that this window
 * does not have; `outdated`: it was replaced by another version, and this page must be loaded again.
 */
export type Connection = {
  readonly state: 'connecting' | 'live' | 'lost' | 'refused' | 'outdated'
  readonly retryAtMs?: number
}

export const useConnection = create<Connection>(() => ({ state: 'connecting' }))
