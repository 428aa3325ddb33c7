import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import {
  adapterFolder,
  f32,
  gguf,
  huggingFaceFolder,
  onnx,
  onnxWeight,
  safetensors,
  splitGguf,
  tinyAdapterConfig,
  tinyConfig,
  tinyGguf,
  tinyGgufSpec,
  tinyLlamaTensors,
  write,
} from '../../../../tests/fixtures/make-models.ts'
import type { GgufFacts } from './facts.ts'
import { inspectModel, tensorsOf } from './inspect.ts'
import { parseStrictJson } from './strict-json.ts'

const root = mkdtempSync(join(tmpdir(), 'slipway-formats-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let folder = root
let count = 0
beforeEach(() => {
  folder = join(root, String(count++))
  mkdirSync(folder)
})

const paths = (files: readonly { readonly path: string; readonly role: string }[]) =>
  files.map(({ path, role }) => `${path} ${role}`)

describe('a Hugging Face folder', () => {
  test('tells everything that its files say', async () => {
    const facts = await inspectModel(huggingFaceFolder(folder))
    expect(facts).toMatchObject({
      format: 'safetensors',
      architecture: 'LlamaForCausalLM',
      dtype: 'F32',
      parameterCount: 5_712,
      tensorCount: 20,
      licence: 'apache-2.0',
      chatTemplate: expect.stringContaining('<|im_start|>'),
      containsCode: [],
      warnings: [],
      dimensions: {
        contextLength: 128,
        layers: 2,
        hiddenSize: 16,
        heads: 4,
        kvHeads: 2,
        headSize: 4,
        feedForwardSize: 32,
        vocabSize: 64,
        tiedEmbeddings: true,
      },
    })
    expect(paths(facts.files)).toEqual([
      'README.md card',
      'config.json config',
      'model.safetensors weights',
      'tokenizer.json tokenizer',
      'tokenizer_config.json tokenizer',
    ])
    expect(facts.sizeBytes).toBe(facts.files.reduce((sum, file) => sum + file.sizeBytes, 0))
  })

  test('counts the same in shards', async () => {
    const facts = await inspectModel(huggingFaceFolder(folder, { shards: 3 }))
    expect(facts).toMatchObject({ parameterCount: 5_712, tensorCount: 20 })
    expect(facts.files.filter(({ role }) => role === 'weights')).toHaveLength(3)
  })

  test('is read through the links of the Hugging Face cache', async () => {
    const repository = join(folder, 'models--acme--tiny')
    const snapshot = join(repository, 'snapshots', 'abc123')
    huggingFaceFolder(join(folder, 'plain'))
    mkdirSync(snapshot, { recursive: true })
    mkdirSync(join(repository, 'blobs'))
    for (const [index, name] of ['config.json', 'model.safetensors', 'tokenizer_config.json'].entries()) {
      execFileSync('mv', [join(folder, 'plain', name), join(repository, 'blobs', `blob${index}`)])
      symlinkSync(`../../blobs/blob${index}`, join(snapshot, name))
    }
    const facts = await inspectModel(snapshot)
    expect(facts).toMatchObject({ name: 'acme/tiny', parameterCount: 5_712 })
    expect(facts.files.map(file => file.location)).toContain(join(repository, 'blobs', 'blob1'))
  })

  test('may be named by a link, and its trainer’s checkpoints are none of it', async () => {
    const real = huggingFaceFolder(join(folder, 'real'))
    huggingFaceFolder(join(real, 'checkpoint-10'))
    symlinkSync(real, join(folder, 'link'))
    const facts = await inspectModel(join(folder, 'link'))
    expect(facts).toMatchObject({ name: 'link', parameterCount: 5_712 })
    expect(facts.files).toHaveLength(5)
  })

  test('counts an output layer once when it is stored beside the embedding that it is tied to', async () => {
    huggingFaceFolder(folder)
    const tensors = tinyLlamaTensors()
    write(folder, 'model.safetensors', safetensors({ ...tensors, 'lm_head.weight': f32([64, 16]) }))
    expect(await inspectModel(folder)).toMatchObject({ parameterCount: 5_712, tensorCount: 21 })
    write(folder, 'config.json', JSON.stringify({ ...tinyConfig, tie_word_embeddings: false }))
    expect(await inspectModel(folder)).toMatchObject({ parameterCount: 5_712 + 1_024 })
  })

  test('does not count positions and masks, which nobody trains', async () => {
    huggingFaceFolder(folder)
    const positions = { dtype: 'I64', shape: [1, 128], data: Buffer.alloc(1_024) }
    const mask = { dtype: 'BOOL', shape: [16], data: Buffer.alloc(16) }
    write(folder, 'model.safetensors', safetensors({ ...tinyLlamaTensors(), position_ids: positions, mask }))
    expect(await inspectModel(folder)).toMatchObject({ parameterCount: 5_712, tensorCount: 22 })
  })

  test('counts packed weights as what they stand for', async () => {
    const data = (bytes: number) => Buffer.alloc(bytes)
    const packed = {
      'layer.qweight': { dtype: 'I32', shape: [2, 16], data: data(128) },
      'layer.qzeros': { dtype: 'I32', shape: [1, 2], data: data(8) },
      'layer.scales': { dtype: 'F16', shape: [1, 16], data: data(32) },
      'layer.g_idx': { dtype: 'I32', shape: [16], data: data(64) },
      'norm.weight': { dtype: 'F16', shape: [16], data: data(32) },
    }
    write(folder, 'model.safetensors', safetensors(packed))
    write(
      folder,
      'config.json',
      JSON.stringify({ ...tinyConfig, torch_dtype: 'float16', quantization_config: { quant_method: 'gptq', bits: 4 } }),
    )
    expect(await inspectModel(folder)).toMatchObject({
      parameterCount: 2 * 16 * 8 + 16,
      dtype: 'F16',
      quantisation: { method: 'gptq' },
    })
  })

  test('warns of a vocabulary that does not fit the embedding', async () => {
    huggingFaceFolder(folder, { config: { ...tinyConfig, vocab_size: 65 } })
    expect((await inspectModel(folder)).warnings).toEqual(['config.json says 65 tokens, but the embedding has 64.'])
  })

  test('takes the language model’s sizes of a model that also sees', async () => {
    const { architectures, ...language } = tinyConfig
    huggingFaceFolder(folder, {
      config: { architectures: ['SeeingModel'], vision_config: { hidden_size: 999 }, text_config: language },
    })
    expect(await inspectModel(folder)).toMatchObject({
      architecture: 'SeeingModel',
      dimensions: { hiddenSize: 16, layers: 2 },
    })
    expect(architectures).toHaveLength(1)
  })

  test.each([
    ['chat_template.jinja', 'jinja file', 'jinja file'],
    ['chat_template.json', '{"chat_template":"json file"}', 'json file'],
    [
      'tokenizer_config.json',
      '{"chat_template":[{"name":"tool_use","template":"no"},{"name":"default","template":"named"}]}',
      'named',
    ],
  ])('finds its chat template in %s', async (name, text, template) => {
    huggingFaceFolder(folder)
    write(folder, name, text)
    expect((await inspectModel(folder)).chatTemplate).toBe(template)
  })

  test.each([
    ['README.md', '---\nlicense: mit # really\n---\n', 'mit'],
    ['README.md', '---\nlicense:\n- cc-by-4.0\n---\n', 'cc-by-4.0'],
    ['README.md', '---\nlicense: other\nlicense_name: "my-terms"\n---\n', 'my-terms'],
    ['LICENSE', 'MIT License\n\nPermission is hereby granted', 'mit'],
    ['LICENSE.txt', '                  Apache License\n            Version 2.0, January 2004', 'apache-2.0'],
    ['LICENSE', 'Do what you like.', 'other'],
  ])('finds its licence in %s: %j', async (name, text, licence) => {
    huggingFaceFolder(folder)
    rmSync(join(folder, 'README.md'))
    write(folder, name, text)
    expect((await inspectModel(folder)).licence).toBe(licence)
  })

  test('says which subfolder could not be read and goes on', async ({ skip }) => {
    huggingFaceFolder(folder)
    mkdirSync(join(folder, 'locked'))
    chmodSync(join(folder, 'locked'), 0)
    if (process.getuid?.() === 0) skip('root reads every folder')
    expect((await inspectModel(folder)).warnings).toEqual(['locked is left out: it may not be read.'])
  })

  test('with several models asks for one of them', async () => {
    write(folder, 'a.gguf', tinyGguf())
    write(folder, 'b.gguf', tinyGguf())
    await expect(inspectModel(folder)).rejects.toMatchObject({
      code: 'invalid_input',
      details: { files: ['a.gguf', 'b.gguf'] },
    })
  })

  test('gives other work its turn while a long header is read', async () => {
    const tensors = Array.from(
      { length: 100_000 },
      (_, index) => [`t${index}`, { dtype: 'U8', shape: [0], data: Buffer.alloc(0) }] as const,
    )
    const path = write(folder, 'many.safetensors', safetensors(Object.fromEntries(tensors)))
    let turns = 0
    let isDone = false
    const count = (): void => {
      turns++
      if (!isDone) setImmediate(count)
    }
    setImmediate(count)
    await inspectModel(path)
    isDone = true
    expect(turns).toBeGreaterThan(45)
  })

  test('with more entries than a model has is refused with what to do', async () => {
    huggingFaceFolder(join(folder, 'model'))
    huggingFaceFolder(join(folder, 'model', 'sub'))
    await expect(inspectModel(join(folder, 'model'), { limits: { folderEntries: 8 } })).rejects.toMatchObject({
      code: 'too_large',
      hint: expect.stringContaining('models find'),
    })
    const facts = await inspectModel(join(folder, 'model'), { limits: { folderDepth: 0 } })
    expect(facts.warnings).toEqual(['sub is left out: it lies deeper than 0 folders.'])
  })

  test('stops when it is asked to', async () => {
    await expect(inspectModel(huggingFaceFolder(folder), { signal: AbortSignal.abort() })).rejects.toThrow('aborted')
  })
})

describe('a GGUF file', () => {
  test('tells everything that its keys say', async () => {
    const facts = await inspectModel(write(folder, 'tiny.gguf', tinyGguf({ tied: false })))
    expect(facts).toMatchObject({
      format: 'gguf',
      version: 3,
      purpose: 'model',
      name: 'slipway-tiny',
      architecture: 'llama',
      dtype: 'F32',
      quantisation: undefined,
      licence: 'apache-2.0',
      parameterCount: 26_912 + 260 * 32,
      dimensions: {
        contextLength: 256,
        layers: 2,
        hiddenSize: 32,
        heads: 4,
        kvHeads: 2,
        headSize: 8,
        feedForwardSize: 64,
        vocabSize: 260,
        tiedEmbeddings: false,
      },
    })
  })

  test('of version 2, with another alignment and in quantised types, is read as well', async () => {
    const { keys, tensors } = tinyGgufSpec()
    const packed = tensors.map(tensor =>
      tensor.name === 'token_embd.weight' ? { ...tensor, type: 2, data: Buffer.alloc((260 * 32 * 18) / 32) } : tensor,
    )
    const path = write(
      folder,
      'q.gguf',
      gguf({
        keys: [
          ...keys.filter(([key]) => key !== 'general.file_type'),
          ['general.alignment', 'u32', 64],
          ['general.file_type', 'u32', 15],
        ],
        tensors: packed,
        version: 2,
        alignment: 64,
      }),
    )
    expect(await inspectModel(path)).toMatchObject({
      version: 2,
      parameterCount: 26_912,
      quantisation: { method: 'Q4_K_M' },
    })
    expect((await tensorsOf(path))[0]).toEqual({
      name: 'token_embd.weight',
      dtype: 'Q4_0',
      shape: [260, 32],
      sizeBytes: 4_680,
      file: 'q.gguf',
    })
  })

  test('in parts is one model, whichever part or folder is named', async () => {
    const [first = '', second = ''] = splitGguf(folder)
    for (const path of [first, second, folder]) {
      const facts = await inspectModel(path)
      expect(facts).toMatchObject({ format: 'gguf', parameterCount: 26_912, tensorCount: 20 })
      expect(facts.files).toHaveLength(2)
    }
  })

  test('with a longer header than the limit is refused at the limit', async () => {
    const path = write(folder, 'm.gguf', tinyGguf())
    await expect(inspectModel(path, { limits: { ggufHeaderBytes: 1_000 } })).rejects.toMatchObject({
      code: 'too_large',
    })
  })

  test('that is a LoRA is an adapter', async () => {
    const keys = [
      ['general.type', 'string', 'adapter'],
      ['general.architecture', 'string', 'llama'],
      ['adapter.type', 'string', 'lora'],
      ['adapter.lora.alpha', 'f32', 16],
      ['general.base_model.0.name', 'string', 'Tiny'],
    ] as const
    const tensors = [
      { name: 'blk.0.attn_q.weight.lora_a', dims: [32, 4], data: Buffer.alloc(512) },
      { name: 'blk.0.attn_q.weight.lora_b', dims: [4, 32], data: Buffer.alloc(512) },
    ]
    expect(await inspectModel(write(folder, 'lora.gguf', gguf({ keys, tensors })))).toMatchObject({
      format: 'adapter',
      container: 'gguf',
      method: 'LORA',
      rank: 4,
      alpha: 16,
      targets: ['attn_q'],
      baseModel: 'Tiny',
      parameterCount: 256,
    })
  })

  test('of another model’s eyes is a projector, and named templates are kept apart', async () => {
    const clip = gguf({
      keys: [['general.architecture', 'string', 'clip']],
      tensors: [{ name: 'v.patch', dims: [4], data: Buffer.alloc(16) }],
    })
    expect(await inspectModel(write(folder, 'mmproj.gguf', clip))).toMatchObject({ purpose: 'projector' })
    const path = write(folder, 'm.gguf', tinyGguf({ keys: [['tokenizer.chat_template.rerank', 'string', 'R']] }))
    expect((await inspectModel(path)) as GgufFacts).toMatchObject({ chatTemplates: { rerank: 'R' } })
  })

  test('as the fixtures write it is loaded by llama.cpp, which generates from it', () => {
    const path = write(folder, 'tiny.gguf', tinyGguf())
    const loader = fileURLToPath(new URL('../../../../tests/fixtures/load-gguf.ts', import.meta.url))
    const output = execFileSync(process.execPath, [loader, path], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    expect(JSON.parse(output)).toEqual({ tokens: 4, contextLength: 256 })
  })
})

describe('other formats', () => {
  test('a PEFT adapter tells its rank, alpha, targets and base, and its tensors for a memory plan', async () => {
    adapterFolder(folder)
    expect(await inspectModel(folder)).toMatchObject({
      format: 'adapter',
      container: 'safetensors',
      method: 'LORA',
      rank: 4,
      alpha: 8,
      targets: ['q_proj', 'v_proj'],
      baseModel: 'acme/tiny',
      parameterCount: 448,
      warnings: [],
    })
    const tensors = await tensorsOf(folder)
    expect(tensors).toHaveLength(8)
    expect(tensors[0]).toMatchObject({
      name: 'base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight',
      shape: [4, 16],
    })
  })

  test('an adapter whose tensors have another rank than it says is told with a warning', async () => {
    adapterFolder(folder, { ...tinyAdapterConfig, r: 16 })
    expect((await inspectModel(folder)).warnings).toEqual([expect.stringMatching(/says rank 16, but .* has rank 4/)])
  })

  test('an ONNX model counts its weights, in itself and in the files beside it', async () => {
    write(folder, 'weights.bin', Buffer.alloc(64))
    write(folder, 'config.json', JSON.stringify(tinyConfig))
    const inline = onnxWeight('w', [4, 8])
    const outside = { name: 'e', dims: [16], external: { location: './weights.bin', offset: '0', length: '64' } }
    const places = { name: 'axes', dims: [2], type: 7, raw: Buffer.alloc(16) }
    write(folder, 'model.onnx', onnx([inline, outside, places]))
    const facts = await inspectModel(folder)
    expect(facts).toMatchObject({
      format: 'onnx',
      architecture: 'LlamaForCausalLM',
      parameterCount: 48,
      dtype: 'FLOAT',
      operatorSets: { '': 18 },
      dimensions: { layers: 2 },
    })
    expect(facts.files.filter(({ role }) => role === 'weights').map(({ path }) => path)).toEqual([
      'model.onnx',
      'weights.bin',
    ])
  })

  test.each([
    ['tensors', { tensors: 1 }, 'more than 1 tensors'],
    ['fields', { onnxFields: 10 }, 'more than 10 fields'],
  ])('an ONNX model with more %s than the limit is refused', async (_, limits, message) => {
    const path = write(folder, 'm.onnx', onnx([onnxWeight('a'), onnxWeight('b')]))
    await expect(inspectModel(path, { limits })).rejects.toMatchObject({
      code: 'too_large',
      message: expect.stringContaining(message),
    })
  })

  test('shards count together against the limit of one model', async () => {
    huggingFaceFolder(folder, { shards: 2 })
    const reading = inspectModel(folder, { limits: { tensors: 15 } })
    await expect(reading).rejects.toMatchObject({
      code: 'too_large',
      message: expect.stringContaining('the model has more than 15'),
    })
  })

  test('a pickle is listed as code and its tensors are not read', async () => {
    const path = write(folder, 'model.pt', Buffer.from('\x80\x02}.', 'latin1'))
    expect(await inspectModel(path)).toMatchObject({ format: 'pickle', containsCode: [{ path: 'model.pt' }] })
    await expect(tensorsOf(path)).rejects.toMatchObject({ code: 'unsupported' })
  })

  test('a list of words is no pickle', async () => {
    const path = write(folder, 'words.txt', 'cat\ndog\nbird\n')
    await expect(inspectModel(path)).rejects.toMatchObject({ code: 'unsupported' })
  })

  test('a placeholder of a cloud drive is told as such and not downloaded', async () => {
    const path = join(folder, 'cloud.gguf')
    writeFileSync(path, '')
    execFileSync('truncate', ['-s', '1000000', path])
    let readBytes = 0
    const onRead = (bytes: number) => {
      readBytes += bytes
    }
    const reading = inspectModel(path, { onRead })
    await expect(reading).rejects.toMatchObject({
      code: 'missing_requirement',
      message: expect.stringContaining('placeholder'),
    })
    expect(readBytes).toBe(0)
  })
})

describe('a path that names no one model', () => {
  test.each([
    ['two safetensors files', ['a.safetensors', 'b.safetensors'], /2 models/],
    ['two ONNX files', ['a.onnx', 'b.onnx'], /2 models/],
    [
      'two indexes and no weights',
      ['a.safetensors.index.json', 'b.safetensors.index.json'],
      /no weights that are meant/,
    ],
    ['a part of a GGUF', ['m-00001-of-00002.gguf'], /m-00002-of-00002\.gguf: this part of the model is missing/],
    ['nothing', [], /no model in this folder/],
    ['a Diffusers pipeline', ['model_index.json'], /Diffusers pipeline/],
  ])('%s in a folder is refused', async (_, files, message) => {
    for (const name of files) write(folder, name, tinyGguf())
    await expect(inspectModel(folder)).rejects.toMatchObject({
      message: expect.stringMatching(message),
      hint: expect.any(String),
    })
  })

  test('a GGML file from before GGUF is told by its name', async () => {
    const path = write(folder, 'old.bin', Buffer.concat([Buffer.from('tjgg'), Buffer.alloc(60)]))
    await expect(inspectModel(path)).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('before GGUF'),
    })
  })
})

describe('the strict JSON reader', () => {
  const read = (text: string) => parseStrictJson(Buffer.from(text), 'x.json')
  test('keeps integers beyond 2^53 exact', () => {
    expect(read('[9007199254740991, 9007199254740993, -9007199254740993]')).toEqual([
      9007199254740991,
      9007199254740993n,
      -9007199254740993n,
    ])
  })
  test('reads escapes and whole characters from their halves', () => {
    expect(read(String.raw`"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"`)).toBe('"\\/\b\f\n\r\té😀')
  })
  test('takes NaN only where Python writes it', () => {
    expect(() => read('NaN')).toThrow('value is missing')
    expect(parseStrictJson(Buffer.from('[NaN, -Infinity]'), 'x.json', { allowNonFinite: true })).toEqual([
      Number.NaN,
      Number.NEGATIVE_INFINITY,
    ])
  })
})
