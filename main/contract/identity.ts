import * as z from 'zod'
import { id, Name, Ref, Timestamp } from './common.ts'
import { command, query, scopes } from './method.ts'

export const KeyId = id('key')

export const ApiKey = z.object({
  id: KeyId,
  name: Name,
  scopes: z.array(z.enum(scopes)),
  createdAt: Timestamp,
  expiresAt: Timestamp,
  lastUsedAt: Timestamp.optional(),
  revokedAt: Timestamp.optional(),
})
export type ApiKey = z.output<typeof ApiKey>

const Duration = z
  .string()
  .regex(/^[1-9]\d{0,3}[hd]$/, 'a number of hours or days, such as 12h or 30d')
  .meta({ description: 'hours or days, at most 365d' })

export const keys = {
  create: command({
    description: 'Make an API key; its secret is shown this once',
    policy: 'admin',
    audit: 'keys.create',
    route: 'POST /keys',
    cli: { args: ['name'], example: 'slipway keys create laptop --scope inference --expires 30d' },
    input: z.object({
      name: Name,
      scope: z.array(z.enum(scopes)).min(1).default(['inference']),
      expires: Duration.default('90d'),
    }),
    output: ApiKey.extend({ secret: z.string() }),
  }),
  list: query({
    description: 'List API keys; secrets are never shown again',
    policy: 'admin',
    route: 'GET /keys',
    cli: { example: 'slipway keys list' },
    input: z.object({}),
    output: z.object({ items: z.array(ApiKey) }),
  }),
  revoke: command({
    description: 'Revoke an API key at once',
    policy: 'admin',
    audit: 'keys.revoke',
    route: 'POST /keys/{id}/revoke',
    cli: { args: ['id'], example: 'slipway keys revoke laptop' },
    input: z.object({ id: Ref }),
    output: ApiKey,
  }),
}

/** Who asks, and what they may do. */
export const Access = z.object({
  kind: z.enum(['owner', 'session', 'key', 'system', 'stranger']),
  scopes: z.array(z.enum(scopes)),
  key: ApiKey.pick({ id: true, name: true, expiresAt: true })
    .optional()
    .meta({ description: 'the key that was shown, or that the browser session was opened with' }),
})
export type Access = z.output<typeof Access>

/** A browser that is signed in. */
export const BrowserSession = z.object({
  id: z.string().meta({ description: 'the beginning of the hash of its token, as in the audit log' }),
  beganAt: Timestamp,
  usedAt: Timestamp.meta({ description: 'to the minute' }),
  key: ApiKey.pick({ id: true, name: true }).optional().meta({ description: 'absent: a launch link opened it' }),
  isYours: z.boolean().meta({ description: 'the one that asks' }),
})
export type BrowserSession = z.output<typeof BrowserSession>

export const sessions = {
  begin: command({
    description: 'Open a browser session that may do what an API key may do',
    policy: 'anyone',
    audit: 'sessions.begin',
    route: 'POST /sessions',
    surfaces: ['rpc'],
    input: z.object({ key: z.string().trim().min(1).max(200) }),
    output: Access,
  }),
  show: query({
    description: 'Who asks, and what they may do',
    policy: 'read',
    route: 'GET /sessions/current',
    input: z.object({}),
    output: Access,
  }),
  list: query({
    description: 'List the browsers that are signed in, the last one used first',
    policy: 'admin',
    route: 'GET /sessions',
    cli: { example: 'slipway sessions list' },
    input: z.object({}),
    output: z.object({ items: z.array(BrowserSession) }),
  }),
  endOther: command({
    description: 'Sign another browser out, or every other one',
    policy: 'admin',
    audit: 'sessions.endOther',
    route: 'POST /sessions/end-other',
    input: z.object({
      id: z
        .string()
        .regex(/^[0-9a-f]{12}$/)
        .optional()
        .meta({ description: 'default: every one but that which asks' }),
    }),
    output: z.object({ ended: z.number().int() }),
  }),
  end: command({
    description: 'End the session of this browser',
    policy: 'anyone',
    audit: 'sessions.end',
    route: 'DELETE /sessions/current',
    surfaces: ['rpc'],
    input: z.object({}),
    output: z.object({}),
  }),
}
