import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureConverter } from '../../main/platform/llama-cpp/converter.ts'
import { llamaCppRelease } from '../../main/platform/llama-cpp/release.ts'
import { defaultCacheDir } from '../../main/platform/paths.ts'
import { run } from '../../main/platform/python/run.ts'
import { decided, type Expected, runPython } from '../support/conversions.ts'
import { startEngine } from './engine-child.ts'
import { answerOf, idsOf } from './engine-protocol.ts'

/** What transformers makes of converted models, beside what our own engine makes of the GGUF files. */

const python = process.env.SLIPWAY_TEST_PYTHON

const families = ['llama', 'llama-tied', 'llama-sentencepiece', 'mistral', 'qwen2', 'qwen3', 'gemma3']
// The engine keeps keys and values in half precision: that much and no more.
const keptInHalf = 0.01

describe.skipIf(python === undefined)('a converted model (needs SLIPWAY_TEST_PYTHON: a built environment)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-families-'))
  let expected: Record<string, Expected[]> = {}

  beforeAll(async () => {
    const cacheDir = join(defaultCacheDir(process.env), 'llama.cpp')
    const converter = await ensureConverter(llamaCppRelease(), { run, env: process.env, cacheDir })
    await runPython(
      'import sys, gguf_families as g; from pathlib import Path; g.main(Path(sys.argv[1]), Path(sys.argv[2]))',
      folder,
      converter.folder,
    )
    expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Record<string, Expected[]>
  }, 300_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('is tested in every family that the fixture builds', () => {
    expect(Object.keys(expected).sort()).toEqual([...families].sort())
  })

  test.each(families)('of the family %s reads and answers like the original', async family => {
    const engine = await startEngine({ modelPath: join(folder, `${family}.gguf`) })
    try {
      for (const row of expected[family] ?? []) {
        const { prompt, ids, logprobs } = row
        const answer = decided(row, keptInHalf)
        expect(answer.length).toBeGreaterThan(3)
        expect(await engine.client.tokenize({ text: prompt }), prompt).toEqual(ids)
        const said = await answerOf(engine, {
          tokens: ids,
          maxTokens: answer.length,
          temperature: 0,
          ignoreEos: true,
          logprobs: 0,
        })
        expect(idsOf(said), prompt).toEqual(answer)
        for (const [index, piece] of said.pieces.entries())
          expect(Math.abs((piece.logprob ?? Number.NaN) - (logprobs[index] ?? Number.NaN))).toBeLessThan(keptInHalf)
      }
    } finally {
      await engine.stop()
    }
  })
})
