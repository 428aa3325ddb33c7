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
