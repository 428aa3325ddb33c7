import { create } from 'zustand'

/**
 * Whether the backend answers. `lost`: it did, and is being tried again; `silent`: it takes what is asked and gives no
 * answer; `refused`: it wants a session that this window does not have; `outdated`: it was replaced by another version, and
 * this page must be loaded again.
 */
export type Connection =
  | { readonly state: 'connecting' | 'live' | 'lost' | 'refused' | 'outdated' }
  /** When it was last heard, by `performance.now()`: no change of the clock makes a silence longer or shorter. */
  | { readonly state: 'silent'; readonly sinceMs: number }

export const useConnection = create<Connection>(() => ({ state: 'connecting' }))
