import type { EngineClient, EngineFacts, Engines } from '../../main/contract/engine.ts'
import { AppError } from '../../main/contract/errors.ts'
import { createEngineClient } from '../../main/domains/inference/engine-client.ts'
import { systemClock } from '../../main/platform/clock.ts'
import { perimeterOf } from '../../main/platform/http/guard.ts'
import { listenOnPort } from '../../main/platform/http/listen.ts'
import { createLog } from '../../main/platform/log.ts'
import { createGateway, type Transport } from '../../main/surfaces/http/gateway.ts'
import { createSessionCookie } from '../../main/surfaces/http/session-cookie.ts'
import { createOpenAi, openAiMaxBodyBytes } from '../../main/surfaces/openai/handler.ts'

/**
 * The gateway in a process of its own, as in the product: the whole guard chain, a key, the OpenAI surface, and one
 * engine that runs already. `node gateway-server.ts SOCKET FACTS-JSON` prints its port, then a line for each request:
 * how long the engine itself took to the first token. It ends with its standard input.
 */
export type EngineTime = { readonly prompt: string; readonly firstTokenMs: number }

const [socket = '', facts = '{}'] = process.argv.slice(2)
const client = createEngineClient(socket, JSON.parse(facts) as EngineFacts)
const timed: EngineClient = {
  ...client,
  generate: (request, callbacks) => {
    const beganMs = performance.now()
    let isFirst = true
    return client.generate(request, {
      ...callbacks,
      onTokens: tokens => {
        const firstTokenMs = performance.now() - beganMs
        callbacks.onTokens(tokens)
        if (!isFirst) return
        isFirst = false
        console.log(JSON.stringify({ prompt: String(request.prompt), firstTokenMs } satisfies EngineTime))
      },
    })
  },
}
const engines: Engines = {
  list: () => [client.facts],
  resolve: name => (name === client.facts.name ? timed : new AppError('not_found', `no ${name}`)),
}
const surface = createOpenAi({ engines, nowMs: Date.now })
const gateway = createGateway({
  mounts: [
    {
      prefix: '/v1',
      policy: 'inference',
      maxBodyBytes: openAiMaxBodyBytes,
      handle: (request, _caller, body) => surface(request, body),
    },
  ],
  callerOfKey: () => ({ kind: 'key', id: 'bench', scopes: ['inference'], source: 'tcp' }),
  callerOfSession: () => undefined,
  isSessionLive: () => false,
  startSession: () => undefined,
  sessionCookie: createSessionCookie('slipway-session-bench'),
  refused: () => undefined,
  answered: () => undefined,
  clock: systemClock,
  log: createLog(() => undefined),
})
const transport: Transport & { kind: 'tcp' } = { kind: 'tcp', perimeter: perimeterOf(0) }
const listener = await listenOnPort(0, '127.0.0.1', request =>
  gateway({ ...transport, perimeter: perimeterOf(listener.port) })(request),
)
console.log(listener.port)
process.stdin.on('end', () => process.exit(0)).resume()
