import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { ggufTypes } from '../../contract/conversion.ts'
import { run } from '../python/run.ts'
import { architecturesIn, ensureConverter } from './converter.ts'
import { describedRelease, fileTypes, quantizeGguf } from './quantize.ts'
import { llamaCppRelease, llamaLibrary } from './release.ts'

const folder = mkdtempSync(join(tmpdir(), 'slipway llama.cpp '))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const deps = (name: string, env: Record<string, string | undefined> = process.env) => ({
  run,
  env,
  cacheDir: join(folder, name),
})

describe('the converter of llama.cpp', () => {
  test('is unpacked once, from what npm installed, and knows its architectures', async () => {
    const release = llamaCppRelease()
    const first = await ensureConverter(release, deps('once'))
    expect(first.architectures.length).toBeGreaterThan(200)
    expect(first.architectures).toEqual(expect.arrayContaining(['LlamaForCausalLM', 'Qwen3ForCausalLM']))
    expect(readdirSync(first.folder).sort()).toEqual(['LICENSE', 'conversion', 'gguf-py'])
    // Without git on the path nothing could be unpacked a second time.
    expect(await ensureConverter(release, deps('once', {}))).toEqual(first)
  })

  test('is whole for two who ask at once, and what a killed unpacking left is gone', async () => {
    const stray = join(folder, 'twice', 'v0.unpacking-4194999-x')
    mkdirSync(stray, { recursive: true })
    const [one, other] = await Promise.all([
      ensureConverter(llamaCppRelease(), deps('twice')),
      ensureConverter(llamaCppRelease(), deps('twice')),
    ])
    expect(one).toEqual(other)
    expect(existsSync(stray)).toBe(false)
    expect(readdirSync(join(folder, 'twice'))).toEqual([llamaCppRelease().name])
  })

  test('says that git is needed where there is none', async () => {
    await expect(ensureConverter(llamaCppRelease(), deps('none', { PATH: folder }))).rejects.toMatchObject({
      code: 'missing_requirement',
      message: expect.stringContaining('git is needed'),
    })
    expect(readdirSync(join(folder, 'none'))).toEqual([])
  })

  test('whose source says nothing of architectures is never taken for one that knows none', () => {
    expect(() => architecturesIn('TEXT_MODEL_MAP = load()')).toThrow('lists no architectures')
  })
})

describe('the quantiser of llama.cpp', () => {
  test('is of the release whose parameters are described here', async () => {
    expect(llamaCppRelease().name).toBe(describedRelease)
    expect(existsSync(await llamaLibrary())).toBe(true)
  })

  test('of another release is refused before it is called with a struct of other fields', async () => {
    const request = {
      input: join(folder, 'none.gguf'),
      output: join(folder, 'out.gguf'),
      type: 'Q8_0',
      threads: 1,
    } as const
    await expect(quantizeGguf(await llamaLibrary(), 'v9.9.9', request)).rejects.toMatchObject({ code: 'unsupported' })
  })

  test('has a number of its own for every type that is offered', () => {
    const numbers = ggufTypes.map(type => fileTypes[type])
    expect(new Set(numbers).size).toBe(ggufTypes.length)
  })
})
