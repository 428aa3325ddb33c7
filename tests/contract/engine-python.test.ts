import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { type EngineChild, startEngineChild } from './engine-child.ts'
import { engineProtocol } from './engine-protocol.ts'

/** The Python engine against the same protocol. It needs an environment: SLIPWAY_TEST_PYTHON names its interpreter. */

const python = process.env.SLIPWAY_TEST_PYTHON
const worker = fileURLToPath(new URL('../../native/worker', import.meta.url))
const fixtures = fileURLToPath(new URL('../worker', import.meta.url))

if (python === undefined) {
  describe('transformers: the engine protocol', () => {
    test.skip('needs SLIPWAY_TEST_PYTHON: the interpreter of a built Python environment', () => undefined)
  })
} else {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-hf-'))
  let engine: EngineChild

  beforeAll(async () => {
    const model = join(folder, 'model')
    const env = { PYTHONPATH: [worker, fixtures].join(':'), PYTHONDONTWRITEBYTECODE: '1' }
    const script = 'import sys, pathlib, tiny; tiny.build_model(pathlib.Path(sys.argv[1]), context=512)'
    execFileSync(python, ['-c', script, model], { env: { ...process.env, ...env } })
    engine = await startEngineChild(
      { modelDir: model, device: 'cpu', maxActive: 4, maxQueued: 64, threads: 1 },
      config => [python, '-m', 'slipway_worker.serve', config],
      env,
    )
  }, 180_000)

  afterAll(async () => {
    await engine.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  engineProtocol('transformers', () => engine)
}
