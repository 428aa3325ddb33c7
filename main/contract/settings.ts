import * as z from 'zod'
import { errorCodes } from './errors.ts'
import { command, query } from './method.ts'

/**
 * What a person can choose for this backend, with what holds until they do. Each setting is stored by itself, under its
 * name. How a window looks and what it notes belongs to that window and is kept there.
 */
export const Settings = z.object({
  apiListener: z.boolean().default(false).meta({
    description: 'a port on this machine’s loopback address, for programs and browsers; needs a key or a link',
  }),
  apiPort: z.number().int().min(1024).max(65_535).default(8787),
})
export type Settings = z.output<typeof Settings>

/** What the listener does now; it may differ from what is wished for. */
export const ListenerState = z.discriminatedUnion('state', [
  z.object({ state: z.literal('off') }),
  z.object({
    state: z.literal('on'),
    address: z.string(),
    port: z.number().int(),
    isFixed: z.boolean().meta({ description: 'opened by --port: it stays until the backend ends' }),
  }),
  z.object({
    state: z.literal('failed'),
    code: z.enum(errorCodes as [string, ...string[]]),
    message: z.string(),
    hint: z.string().optional(),
  }),
])
export type ListenerState = z.output<typeof ListenerState>

const Answer = z.object({ settings: Settings, listener: ListenerState })
const { apiListener, apiPort } = Settings.shape

export const settings = {
  get: query({
    description: 'Show the settings, and what the API listener does',
    policy: 'read',
    route: 'GET /settings',
    cli: { example: 'slipway settings get' },
    input: z.object({}),
    output: Answer,
  }),
  update: command({
    description: 'Change some settings; the API listener opens and closes at once',
    // It can open a port.
    policy: 'admin',
    audit: 'settings.update',
    route: 'PATCH /settings',
    cli: { example: 'slipway settings update --api-listener --api-port 8787' },
    input: z.object({
      apiListener: apiListener.unwrap().optional(),
      apiPort: apiPort.unwrap().optional(),
    }),
    output: Answer,
  }),
}
