import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { AppError } from '../../../contract/errors.ts'

const Names = z.array(z.string()).optional().catch(undefined)
const Config = z.object({
  architectures: Names,
  text_config: z.object({ architectures: Names }).optional().catch(undefined),
})

/**
 * Throws `unsupported`, with what can be converted, when a model's architecture is none that llama.cpp's converter knows:
 * said at once, and not after the minutes that a merge takes.
 */
export function assertGgufArchitecture(modelDir: string, known: readonly string[]): void {
  const config = Config.parse(JSON.parse(readFileSync(join(modelDir, 'config.json'), 'utf8')))
  const own = [...(config.architectures ?? []), ...(config.text_config?.architectures ?? [])]
  if (own.some(name => known.includes(name))) return
  const name = own[0] ?? 'an architecture that config.json does not name'
  throw new AppError('unsupported', `llama.cpp's converter does not know ${name}.`, {
    hint: `It knows ${known.length} architectures, such as ${familiar.filter(each => known.includes(each)).join(', ')}. The safetensors model itself can be served, or converted with --to onnx.`,
    details: { architecture: name, supported: known },
  })
}

const familiar = [
  'LlamaForCausalLM',
  'MistralForCausalLM',
  'Qwen2ForCausalLM',
  'Qwen3ForCausalLM',
  'Gemma3ForCausalLM',
  'Phi3ForCausalLM',
  'GPT2LMHeadModel',
]
