import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import {
  adapterFolder,
  gguf,
  huggingFaceFolder,
  onnx,
  onnxWeight,
  splitGguf,
  tinyGguf,
  write,
} from '../../../../tests/fixtures/make-models.ts'
import { type FindOptions, type FindProgress, type FoundModel, findModels } from './find-models.ts'
import { type KnownStore, knownStores } from './known-stores.ts'

const root = mkdtempSync(join(tmpdir(), 'slipway-scan-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let folder = root
let count = 0
beforeEach(() => {
  folder = join(root, String(count++))
  mkdirSync(folder)
})

async function found(
  dirs: readonly (string | KnownStore)[],
  options: FindOptions = {},
): Promise<readonly FoundModel[]> {
  const models: FoundModel[] = []
  for await (const model of findModels(dirs, options)) models.push(model)
  return models
}
const names = (models: readonly FoundModel[]): readonly string[] =>
  models.map(model => `${model.name} ${'facts' in model ? model.facts.format : model.problem.code}`)

/** A cache entry as huggingface_hub writes it: blobs, and snapshots of links. */
function cacheEntry(
  cache: string,
  repository: string,
  revision: string,
  files: Readonly<Record<string, Buffer | string>>,
): string {
  const entry = join(cache, `models--${repository.replace('/', '--')}`)
  const snapshot = join(entry, 'snapshots', revision)
  mkdirSync(snapshot, { recursive: true })
  for (const [name, bytes] of Object.entries(files)) {
    const blob = createHash('sha256').update(bytes).digest('hex')
    write(entry, `blobs/${blob}`, bytes)
    symlinkSync(join('..', '..', 'blobs', blob), join(snapshot, name))
  }
  return snapshot
}

/** A model of Ollama's store. */
function ollamaModel(
  store: string,
  name: string,
  bytes: Buffer,
  manifest: Readonly<Record<string, unknown>> = {},
): string {
  const digest = createHash('sha256').update(bytes).digest('hex')
  const layer = {
    mediaType: 'application/vnd.ollama.image.model',
    digest: `sha256:${digest}`,
    size: bytes.length,
    ...manifest,
  }
  write(store, `manifests/registry.ollama.ai/${name}`, JSON.stringify({ schemaVersion: 2, layers: [layer] }))
  return write(store, `blobs/sha256-${digest}`, bytes)
}

describe('findModels', () => {
  test('finds every format in plain folders, and none of it twice', async () => {
    huggingFaceFolder(join(folder, 'hf'), { shards: 2 })
    adapterFolder(join(folder, 'adapter'))
    splitGguf(join(folder, 'split'))
    write(folder, 'several/a.gguf', tinyGguf())
    write(folder, 'several/b.gguf', tinyGguf({ seed: 2 }))
    write(folder, 'exported/config.json', '{}')
    write(folder, 'exported/onnx/model.onnx', onnx([onnxWeight()]))
    write(folder, 'exported/onnx/model_quantized.onnx', onnx([onnxWeight()]))
    write(folder, 'old/config.json', '{}')
    write(folder, 'old/pytorch_model.bin', Buffer.from('\x80\x02}.', 'latin1'))
    write(folder, 'notes/readme.txt', 'no model')
    expect(names(await found([folder]))).toEqual([
      'adapter adapter',
      'exported onnx',
      'hf safetensors',
      'old pickle',
      'a gguf',
      'b gguf',
      'tiny gguf',
    ])
  })

  test('tells names and revisions of the Hugging Face cache, through its links', async () => {
    const cache = join(folder, 'hub')
    const source = huggingFaceFolder(join(folder, 'source'))
    const files = Object.fromEntries(
      ['config.json', 'model.safetensors'].map(name => [name, readFileSync(join(source, name))]),
    )
    const snapshot = cacheEntry(cache, 'acme/tiny', 'abc123', files)
    cacheEntry(cache, 'acme/quantised', 'def456', { 'tiny.Q8.gguf': tinyGguf() })
    mkdirSync(join(cache, 'datasets--acme--rows', 'snapshots'), { recursive: true })
    const models = await found([{ kind: 'huggingface', path: cache }])
    expect(models).toMatchObject([
      { name: 'tiny.Q8', store: 'huggingface', revision: 'def456', facts: { format: 'gguf' } },
      { name: 'acme/tiny', store: 'huggingface', revision: 'abc123', path: snapshot, facts: { parameterCount: 5_712 } },
    ])
  })

  test('reads Ollama’s manifests and tells its names', async () => {
    const store = join(folder, 'models')
    const blob = ollamaModel(store, 'library/tiny/latest', tinyGguf())
    ollamaModel(store, 'library/tiny/q8', tinyGguf())
    ollamaModel(store, 'someone/other/1b', tinyGguf({ seed: 3 }))
    const models = await found([{ kind: 'ollama', path: store }])
    expect(models).toMatchObject([
      {
        name: 'tiny:latest',
        store: 'ollama',
        path: blob,
        duplicates: [{ name: 'tiny:q8', path: blob }],
        facts: { parameterCount: 26_912 },
      },
      { name: 'someone/other:1b', store: 'ollama' },
    ])
  })

  test.each([
    ['a digest that is a path', { digest: 'sha256:../../../etc/passwd' }, /no valid digest/],
    ['a blob that is missing', { digest: `sha256:${'0'.repeat(64)}` }, /cannot be used: there is no such file/],
    ['a blob of another size', { size: 1 }, /the manifest says 1/],
    ['no weights', { mediaType: 'other' }, /names no GGUF weights/],
  ])('shows an Ollama model with %s as a problem', async (_, manifest, message) => {
    ollamaModel(folder, 'library/bad/latest', tinyGguf(), manifest)
    expect(await found([folder])).toMatchObject([
      {
        name: 'bad:latest',
        problem: {
          code: 'invalid_input',
          message: expect.stringMatching(message),
          hint: 'Run `ollama pull bad:latest` again.',
        },
      },
    ])
  })

  test('shows a zeroed Ollama blob as a problem', async () => {
    ollamaModel(folder, 'library/zero/latest', Buffer.alloc(100_000, 'x'))
    expect(await found([folder])).toMatchObject([{ name: 'zero:latest', problem: { code: expect.any(String) } }])
  })

  test('gives one result for one model under many names', async () => {
    const path = write(folder, 'a/tiny.gguf', tinyGguf())
    mkdirSync(join(folder, 'b'))
    linkSync(path, join(folder, 'b', 'hard.gguf'))
    symlinkSync(path, join(folder, 'b', 'soft.gguf'))
    symlinkSync(join(folder, 'a'), join(folder, 'c'))
    const models = await found([folder, folder, join(folder, 'a')])
    expect(models).toMatchObject([{ path, duplicates: [{ name: 'hard' }, { name: 'soft' }] }])
  })

  test('shows a damaged model as a problem and goes on', async () => {
    write(folder, 'bad.gguf', Buffer.alloc(64))
    write(folder, 'good.gguf', tinyGguf())
    expect(names(await found([folder]))).toEqual(['bad invalid_input', 'good gguf'])
  })

  test('leaves companions of other models out', async () => {
    write(folder, 'tiny.gguf', tinyGguf())
    write(folder, 'mmproj-tiny.gguf', tinyGguf())
    const clip = gguf({
      keys: [['general.architecture', 'string', 'clip']],
      tensors: [{ name: 'v', dims: [4], data: Buffer.alloc(16) }],
    })
    write(folder, 'vision.gguf', clip)
    expect(names(await found([folder]))).toEqual(['tiny gguf'])
  })

  test('passes circles of links, FIFOs, dead links and devices', async () => {
    write(folder, 'tiny.gguf', tinyGguf())
    symlinkSync('..', join(folder, 'up'))
    symlinkSync('circle', join(folder, 'circle'))
    symlinkSync('/nowhere.gguf', join(folder, 'dead.gguf'))
    symlinkSync('/dev', join(folder, 'devices'))
    execFileSync('mkfifo', [join(folder, 'pipe.gguf')])
    const warnings: string[] = []
    const onProgress = (progress: FindProgress) => warnings.splice(0, warnings.length, ...progress.warnings)
    expect(names(await found([join(folder)], { onProgress }))).toContain('tiny gguf')
    expect(warnings).toEqual([expect.stringMatching(/dead\.gguf is left out: there is no such file/)])
  })

  test('says when a limit kept it from looking further', async () => {
    write(folder, 'a/b/c/deep.gguf', tinyGguf())
    let last: FindProgress | undefined
    const onProgress = (progress: FindProgress) => {
      last = progress
    }
    expect(await found([folder], { limits: { depth: 1 }, onProgress })).toEqual([])
    expect(last?.warnings).toEqual([expect.stringMatching(/deeper than 1 levels/)])
    expect(await found([folder], { limits: { entries: 1 }, onProgress })).toEqual([])
    expect(last?.warnings).toEqual([expect.stringMatching(/only the first 1 entries/)])
  })

  test('a folder that is not there is a warning, not the end', async () => {
    write(folder, 'tiny.gguf', tinyGguf())
    let last: FindProgress | undefined
    const onProgress = (progress: FindProgress) => {
      last = progress
    }
    expect(await found([join(folder, 'nothing'), folder], { onProgress })).toHaveLength(1)
    expect(last?.warnings).toEqual([expect.stringMatching(/nothing is left out: there is no such file/)])
  })

  test('stops when it is asked to', async () => {
    write(folder, 'tiny.gguf', tinyGguf())
    await expect(found([folder], { signal: AbortSignal.abort() })).rejects.toThrow('aborted')
  })

  test('reads no more than headers', async () => {
    const path = write(folder, 'large.gguf', tinyGguf())
    execFileSync('truncate', ['-s', '2000000000', path])
    let readBytes = 0
    const onRead = (bytes: number) => {
      readBytes += bytes
    }
    expect(names(await found([folder], { inspect: { onRead } }))).toEqual(['large gguf'])
    expect(readBytes).toBeLessThan(500_000)
  })

  test('does not download placeholders of a cloud drive', async () => {
    writeFileSync(join(folder, 'cloud.gguf'), '')
    execFileSync('truncate', ['-s', '1000000', join(folder, 'cloud.gguf')])
    let last: FindProgress | undefined
    const onProgress = (progress: FindProgress) => {
      last = progress
    }
    expect(await found([folder], { onProgress })).toEqual([])
    expect(last?.warnings).toEqual([expect.stringMatching(/only a placeholder/)])
  })
})

describe('knownStores', () => {
  const paths = (...inputs: Parameters<typeof knownStores>) =>
    knownStores(...inputs).map(({ kind, path }) => `${kind} ${path}`)

  test('by default on Linux', () => {
    expect(paths({}, '/home/ada', 'linux')).toEqual([
      'huggingface /home/ada/.cache/huggingface/hub',
      'ollama /home/ada/.ollama/models',
      'ollama /usr/share/ollama/.ollama/models',
      'lmstudio /home/ada/.lmstudio/models',
      'lmstudio /home/ada/.cache/lm-studio/models',
    ])
  })

  test.each([
    [{ HF_HUB_CACHE: '/big/hub', HF_HOME: '/other' }, '/big/hub'],
    [{ HF_HOME: '~/hf' }, '/home/ada/hf/hub'],
    [{ XDG_CACHE_HOME: '/cache' }, '/cache/huggingface/hub'],
    [{ HF_HUB_CACHE: 'relative', HF_HOME: '' }, '/home/ada/.cache/huggingface/hub'],
  ])('with %j the cache is %s', (env, path) => {
    expect(knownStores(env, '/home/ada', 'linux')[0]).toEqual({ kind: 'huggingface', path })
  })

  test('with OLLAMA_MODELS, and on Windows', () => {
    expect(paths({ OLLAMA_MODELS: 'D:\\models' }, 'C:\\Users\\Ada', 'win32')).toEqual([
      'huggingface C:\\Users\\Ada\\.cache\\huggingface\\hub',
      'ollama D:\\models',
      'lmstudio C:\\Users\\Ada\\.lmstudio\\models',
      'lmstudio C:\\Users\\Ada\\.cache\\lm-studio\\models',
    ])
  })
})
