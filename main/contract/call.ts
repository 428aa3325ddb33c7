import type { Scope } from './method.ts'

/** Who asks, and through what. `owner` is the operating-system user at the other end of the 0600 socket. */
export type Caller = {
  readonly kind: 'owner' | 'session' | 'key' | 'system' | 'stranger'
  readonly id: string
  /** The key whose scopes a session carries; a session that a launch link began has none. */
  readonly keyId?: string
  readonly scopes: readonly Scope[]
  readonly source: 'socket' | 'tcp' | 'internal'
}

/** The session cookie of the browser that asks: only methods that begin or end a session are given it. */
export type BrowserSession = {
  readonly token: string | undefined
  readonly keep: (token: string) => void
  readonly forget: () => void
}

/** One call of one method: what a handler knows besides its input. */
export type Call = {
  readonly caller: Caller
  /** The audit name of the method, see `MethodFacts.audit`. */
  readonly action: string
  readonly signal?: AbortSignal
  /** For event streams: the id of the last event the client saw. */
  readonly lastEventId?: string
  readonly browser?: BrowserSession
}

/** Who shows no credential: methods with the policy `anyone` are called by nobody else. */
export const stranger: Caller = { kind: 'stranger', id: 'unknown', scopes: [], source: 'tcp' }

/** A call that Slipway makes on its own behalf, such as marking a vanished job as lost. */
export const systemCall = (action: string): Call => ({
  caller: { kind: 'system', id: 'slipway', scopes: ['admin'], source: 'internal' },
  action,
})

const implied: Readonly<Record<Scope, readonly Scope[]>> = {
  inference: ['inference'],
  read: ['read'],
  write: ['write', 'read'],
  admin: ['admin', 'write', 'read', 'inference'],
}

/** Whether scopes cover what a method demands. */
export const covers = (scopes: readonly Scope[], demanded: Scope): boolean =>
  scopes.some(scope => implied[scope].includes(demanded))

/** Whether a caller's scopes cover what a method demands. */
export const mayCall = (caller: Caller, demanded: Scope): boolean => covers(caller.scopes, demanded)
