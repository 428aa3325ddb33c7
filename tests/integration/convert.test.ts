import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ModelDetail } from '../../main/contract/models.ts'
import { startEngine } from '../contract/engine-child.ts'
import { answerOf, idsOf } from '../contract/engine-protocol.ts'
import { type RunningBackend, startBackend } from '../support/backend.ts'
import { decided, type Expected, expectedOf, keptIn, runPython, sampleModel } from '../support/conversions.ts'
import { ended } from '../support/jobs.ts'

const python = process.env.SLIPWAY_TEST_PYTHON

type ConvertInput = Parameters<RunningBackend['client']['models']['convert']>[0]

describe.skipIf(python === undefined)(
  'conversion (needs SLIPWAY_TEST_PYTHON: a built environment)',
  { timeout: 240_000 },
  () => {
    let backend: RunningBackend
    beforeAll(async () => {
      backend = await startBackend()
      const { jobId } = await backend.client.models.import({ path: sampleModel, name: 'base' })
      await ended(backend.client, jobId)
    })
    afterAll(() => backend.dispose())

    const converted = async (input: ConvertInput): Promise<ModelDetail> => {
      const { id, jobId } = await backend.client.models.convert(input)
      expect((await ended(backend.client, jobId)).failure).toBeUndefined()
      return backend.client.models.show({ id })
    }

    /** The sample as GGUF with its weights as they are: what the quantised ones are made from. */
    let plain: Promise<ModelDetail> | undefined
    const plainGguf = (): Promise<ModelDetail> => {
      plain ??= converted({ id: 'base', to: 'gguf', name: 'plain' })
      return plain
    }

    const prompts = ['Run 7 reached', 'What did run 12 reach?\n', 'In 2026 the loss   was 0.25, Straße 北京 🚀']
    const messages = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'What did run 7 reach?' },
    ]
    type Prepared = {
      /** What transformers makes of the sample. */
      readonly expected: Expected[]
      /** The messages as the chat template of the sample shows them to the model. */
      readonly templated: number[]
      /** A model whose tokenizer llama.cpp takes for another one. */
      readonly odd: string
      /** An adapter of the sample that changes what it says. */
      readonly adapter: string
    }
    /** Everything that needs PyTorch here, by one start of it: made by the first test that asks. */
    let made: Promise<Prepared> | undefined
    const prepared = (): Promise<Prepared> => {
      const [odd, adapter] = [join(backend.dataDir, 'odd'), join(backend.dataDir, 'incoming', 'adapter')]
      made ??= runPython(
        `import json, sys, torch, gguf_families as g; from functools import partial; from pathlib import Path
from slipway_worker.runtime import leave_out_bitsandbytes
base, odd, adapter, prompts, messages = sys.argv[1:]
leave_out_bitsandbytes(Path(base))
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer
expected = g.expect(Path(base), json.loads(prompts))
tokenizer = AutoTokenizer.from_pretrained(base)
text = tokenizer.apply_chat_template(json.loads(messages), add_generation_prompt=True, tokenize=False)
templated = tokenizer.encode(text, add_special_tokens=False)
torch.manual_seed(0)
lora = LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", init_lora_weights=False)
get_peft_model(AutoModelForCausalLM.from_pretrained(base), lora).save_pretrained(adapter)
# Gemma's converter takes its vocabulary for one that puts no space in front.
config, model, own, _ = g.families()["gemma3"]
families = {"odd": (config, model, own, partial(g.sentencepiece_tokenizer, family="Llama"))}
g.families = lambda: families
g.build("odd", Path(odd))
print(json.dumps({"expected": expected, "templated": templated, "odd": odd, "adapter": adapter}))`,
        ...[sampleModel, odd, adapter, JSON.stringify(prompts), JSON.stringify(messages)],
      ).then(text => JSON.parse(text) as Prepared)
      return made
    }

    test.each(['F32', 'F16'] as const)('the sample as GGUF in %s answers greedily as transformers does', async type => {
      const { path, summary, source, files, conversion } = await converted({
        id: 'base',
        to: 'gguf',
        quantize: type,
        name: `sample-${type}`,
      })
      expect({ source, format: summary.format, dtype: summary.dtype }).toEqual({
        source: 'converted',
        format: 'gguf',
        dtype: type,
      })
      expect(summary.hasChatTemplate).toBe(true)
      expect(files).toEqual([expect.objectContaining({ sha256: expect.stringMatching(/^[0-9a-f]{64}$/) })])
      expect(conversion).toMatchObject({ to: 'gguf', type })
      const engine = await startEngine({ modelPath: path })
      try {
        let compared = 0
        for (const row of (await prepared()).expected) {
          const { prompt, ids } = row
          // Half precision rounds activations too.
          const answer = decided(row, type === 'F32' ? 0.02 : 0.1)
          compared += answer.length
          expect(await engine.client.tokenize({ text: prompt }), prompt).toEqual(ids)
          const request = { tokens: ids, maxTokens: answer.length, temperature: 0, ignoreEos: true }
          expect(idsOf(await answerOf(engine, request)), prompt).toEqual(answer)
        }
        expect(compared).toBeGreaterThan(12)
        expect(await engine.client.tokenize({ messages })).toEqual((await prepared()).templated)
      } finally {
        await engine.stop()
      }
    })

    test.each([
      ['Q8_0', 0.1],
      ['Q4_K_M', 1],
    ] as const)(
      'quantised to %s it stays near: log-probabilities differ by at most %d on average',
      async (type, most) => {
        const { id } = await plainGguf()
        const { path, summary, conversion } = await converted({ id, to: 'gguf', quantize: type })
        expect(summary.quantization).toBe(type)
        expect(conversion?.facts.bitsPerWeight).toBeGreaterThan(4)
        const engine = await startEngine({ modelPath: path })
        try {
          const differences: number[] = []
          for (const { ids, answer, logprobs } of (await prepared()).expected) {
            const request = { tokens: [...ids, ...answer], maxTokens: 0, echo: true, logprobs: 0 }
            const { prompt } = await answerOf(engine, request)
            const found = prompt.tokens?.slice(ids.length) ?? []
            expect(found).toHaveLength(answer.length)
            for (const [i, piece] of found.entries())
              differences.push(Math.abs((piece.logprob ?? -99) - (logprobs[i] ?? 0)))
          }
          expect(differences.reduce((sum, each) => sum + each, 0) / differences.length).toBeLessThan(most)
        } finally {
          await engine.stop()
        }
      },
    )

    test('a GGUF model can be stored otherwise, but not quantised twice', async () => {
      const { id, summary } = await plainGguf()
      expect(summary.dtype).toBe('BF16')
      const small = await converted({ id: 'plain', to: 'gguf', quantize: 'Q5_K_M', name: 'small' })
      expect(small.summary.quantization).toBe('Q5_K_M')
      expect(small.lineage.madeBy).toMatchObject([{ id, name: 'plain', role: 'source' }])
      await expect(backend.client.models.convert({ id: 'small', to: 'gguf', quantize: 'Q4_0' })).rejects.toMatchObject({
        code: 'unsupported',
        message: expect.stringContaining('quantised already (Q5_K_M)'),
      })
    })

    test('an adapter becomes a merged model or GGUF, with adapter and base in its lineage', async () => {
      const { adapter } = await prepared()
      const { jobId } = await backend.client.models.import({ path: adapter, name: 'adapter' })
      await ended(backend.client, jobId)

      await expect(backend.client.models.convert({ id: 'adapter', to: 'merged' })).rejects.toMatchObject({
        code: 'missing_requirement',
        data: { hint: expect.stringContaining('--base') },
      })
      const merged = await converted({ id: 'adapter', base: 'base', to: 'merged', name: 'merged' })
      expect(merged.summary).toMatchObject({ format: 'safetensors', dtype: 'BF16', license: 'apache-2.0' })
      expect(merged.files.every(file => file.sha256 !== undefined)).toBe(true)
      const { id: baseId } = await backend.client.models.show({ id: 'base' })
      expect(merged.lineage.madeBy).toMatchObject([{ role: 'adapter' }, { role: 'base', id: baseId }])
      const { lineage } = await backend.client.models.show({ id: 'adapter' })
      expect(lineage.made).toMatchObject([{ id: merged.id, name: 'merged', role: 'adapter' }])

      const whole = await converted({ id: 'adapter', base: 'base', to: 'gguf', quantize: 'F32', name: 'both' })
      // The adapter changes what is said, or this would prove nothing.
      const [told] = await expectedOf(merged.path, prompts)
      if (!told) throw new Error('nothing was expected')
      expect(told.answer).not.toEqual((await prepared()).expected[0]?.answer)
      const engine = await startEngine({ modelPath: whole.path })
      try {
        const answer = decided(told, 0.05)
        expect(answer.length).toBeGreaterThan(3)
        const request = { tokens: told.ids, maxTokens: answer.length, temperature: 0, ignoreEos: true }
        expect(idsOf(await answerOf(engine, request))).toEqual(answer)
      } finally {
        await engine.stop()
      }
      expect(keptIn(backend.dataDir).filter(name => name.endsWith('.partial'))).toEqual([])
    })

    test('an architecture that the converter does not know is refused with those that it knows', async () => {
      const folder = join(backend.dataDir, 'strange')
      mkdirSync(folder)
      for (const name of ['model.safetensors', 'tokenizer.json', 'tokenizer_config.json'])
        writeFileSync(join(folder, name), readFileSync(join(sampleModel, name)))
      const config = JSON.parse(readFileSync(join(sampleModel, 'config.json'), 'utf8')) as object
      writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, architectures: ['NobodyForCausalLM'] }))
      const { jobId } = await backend.client.models.import({ path: folder, name: 'strange' })
      await ended(backend.client, jobId)
      const before = keptIn(backend.dataDir)
      const { id, jobId: converting } = await backend.client.models.convert({ id: 'strange', to: 'gguf' })
      const { state, failure } = await ended(backend.client, converting)
      expect({ state, failure }).toMatchObject({
        state: 'failed',
        failure: {
          code: 'unsupported',
          message: expect.stringContaining('NobodyForCausalLM'),
          hint: expect.stringContaining('LlamaForCausalLM'),
          details: { supported: expect.arrayContaining(['Qwen3ForCausalLM', 'Gemma3ForCausalLM']) },
        },
      })
      await expect(backend.client.models.show({ id })).rejects.toMatchObject({ code: 'not_found' })
      expect(keptIn(backend.dataDir)).toEqual(before)
    })

    test('a tokenizer that llama.cpp would take for another one is refused, and never guessed', async () => {
      const { odd } = await prepared()
      const { jobId } = await backend.client.models.import({ path: odd, name: 'odd' })
      await ended(backend.client, jobId)
      const before = keptIn(backend.dataDir)
      const { jobId: converting } = await backend.client.models.convert({ id: 'odd', to: 'gguf' })
      expect(await ended(backend.client, converting)).toMatchObject({
        state: 'failed',
        failure: { code: 'unsupported', message: expect.stringMatching(/read text otherwise .* of 12 texts/) },
      })
      await expect.poll(() => keptIn(backend.dataDir)).toEqual(before)
    })

    test('a model that is being converted cannot be removed', async () => {
      const { jobId } = await backend.client.models.convert({ id: 'base', to: 'gguf', name: 'held' })
      await expect(backend.client.models.remove({ id: 'base' })).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('conversion to held'),
      })
      await backend.client.jobs.stop({ id: jobId })
      expect((await ended(backend.client, jobId)).state).toBe('cancelled')
    })

    test('a copy of a model can be exported', async () => {
      const target = join(backend.dataDir, 'exported')
      const { jobId } = await backend.client.models.export({ id: 'base', dir: target })
      expect((await ended(backend.client, jobId)).state).toBe('done')
      expect(existsSync(join(target, 'SHA256SUMS'))).toBe(true)
    })
  },
)
