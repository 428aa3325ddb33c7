import type { Engines } from '../../contract/engine.ts'
import { createOpenAi, openAiMaxBodyBytes } from '../openai/handler.ts'
import type { Mount } from './gateway.ts'

/** `/v1`: the OpenAI-compatible surface, for keys with the scope `inference`. */
export function openAiMount(deps: { readonly engines: Engines; readonly nowMs: () => number }): Mount {
  const answer = createOpenAi(deps)
  return {
    prefix: '/v1',
    policy: 'inference',
    maxBodyBytes: openAiMaxBodyBytes,
    handle: (request, _caller, body) => answer(request, body),
  }
}
