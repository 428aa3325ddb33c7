import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { ModelDetail } from '../../main/contract/models.ts'
import { temporaryDir } from '../support/backend.ts'
import { openCli } from '../support/cli.ts'
import { sampleModel } from '../support/conversions.ts'

const python = process.env.SLIPWAY_TEST_PYTHON

describe('slipway models convert', { timeout: 240_000 }, () => {
  const cli = openCli()
  afterAll(() => cli.dispose())
  // Its first command starts the backend, in the environment that the command line was given.
  const withSample = async (of: typeof cli) => {
    if ((await of.run('models', 'show', 'base')).code !== 0)
      expect((await of.run('models', 'import', sampleModel, '--name', 'base')).code).toBe(0)
  }

  test.skipIf(python === undefined)(
    'waits, tells how far it is, and answers with the new model (needs SLIPWAY_TEST_PYTHON: a built environment)',
    async () => {
      await withSample(cli)
      const { code, json, stderr } = await cli.say(
        ...['models', 'convert', 'base', '--to', 'gguf', '--quantize', 'Q4_K_M', '--json'],
      )
      expect(`${code} ${stderr}`).toMatch(/^0 /)
      expect(stderr).toMatch(/convert base to Q4_K_M: running, \d+ % of 1\d\.\d MB/)
      expect(json() as ModelDetail).toMatchObject({
        name: 'base-q4_k_m',
        version: 1,
        state: 'ready',
        source: 'converted',
        summary: { format: 'gguf', quantization: 'Q4_K_M' },
        files: [{ path: 'base-Q4_K_M.gguf', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
        lineage: { madeBy: [{ name: 'base', role: 'source' }] },
        conversion: { to: 'gguf', type: 'Q4_K_M', facts: { fallbackTensors: 0 } },
      })
    },
  )

  test.skipIf(python === undefined)(
    'exports to ONNX as a new model, with its files and where it came from (needs SLIPWAY_TEST_PYTHON: a built environment)',
    async () => {
      await withSample(cli)
      // What the tests run in holds what the conversion environment does: none has to be built for it.
      const folder = join(python ?? '', '..', '..')
      expect((await cli.say('environments', 'adopt', 'conversion', '--path', folder)).code).toBe(0)
      const { code, json, stderr } = await cli.say('models', 'convert', 'base', '--to', 'onnx', '--json')
      expect(`${code} ${stderr}`).toMatch(/^0 /)
      const made = json() as ModelDetail
      expect(made).toMatchObject({ state: 'ready', source: 'converted', summary: { format: 'onnx' } })
      expect(made.files.map(({ path }) => path)).toContain('onnx/model.onnx')
      expect(made.lineage.madeBy).toMatchObject([{ name: 'base', role: 'source' }])
      expect(made.conversion).toMatchObject({ to: 'onnx' })
    },
  )

  test('names the types there are for one that there is not, and why', async () => {
    await withSample(cli)
    const { code, stderr } = await cli.say('models', 'convert', 'base', '--to', 'gguf', '--quantize', 'IQ2_XXS')
    expect(code).toBe(2)
    expect(stderr).toContain('importance matrix')
    expect(stderr).toContain('Q4_K_M')
  })

  test('refuses what makes no sense with exit code 2, and the unknown with 3', async () => {
    await withSample(cli)
    expect((await cli.say('models', 'convert', 'base', '--to', 'merged')).code).toBe(2)
    expect((await cli.say('models', 'convert', 'base', '--to', 'onnx', '--quantize', 'Q8_0')).code).toBe(2)
    expect((await cli.say('models', 'convert', 'nothing', '--to', 'gguf')).code).toBe(3)
  })

  test('says which environment is missing with exit code 6', async () => {
    const cache = temporaryDir('cache')
    const bare = openCli({ XDG_CACHE_HOME: cache })
    try {
      await withSample(bare)
      const { code, stderr } = await bare.run('models', 'convert', 'base', '--to', 'onnx')
      expect(code).toBe(6)
      expect(stderr).toContain('slipway environments build conversion')
    } finally {
      await bare.dispose()
      rmSync(cache, { recursive: true })
    }
  })
})
