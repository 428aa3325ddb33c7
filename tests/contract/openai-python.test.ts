import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { startBackend } from '../support/backend.ts'
import { writeTinyGguf } from './engine-tiny-gguf.ts'

const python = process.env.SLIPWAY_TEST_PYTHON
const program = fileURLToPath(new URL('./openai_client.py', import.meta.url))

/** Runs pytest to its end and gives everything that it said. */
const runPytest = (env: Record<string, string>): Promise<{ code: number | string; output: string }> =>
  new Promise(resolve => {
    const args = ['-m', 'pytest', program, '-q', '-p', 'no:cacheprovider', '-c', '/dev/null', '--rootdir', '/']
    execFile(python ?? '', args, { env: { ...process.env, ...env } }, (error, stdout, stderr) =>
      resolve({ code: error ? (error.code ?? 'killed') : 0, output: stdout + stderr }),
    )
  })

test.skipIf(python === undefined)(
  'the official Python client gets models, chats, streams, completions with echo and logprobs, embeddings, errors and cancellation (needs the Python environment)',
  { timeout: 180_000 },
  async () => {
    const backend = await startBackend({ port: true })
    const started: string[] = []
    try {
      for (const [name, chatTemplate] of [
        ['tiny', undefined],
        ['base', ''],
      ] as const) {
        const path = join(backend.dataDir, `${name}.gguf`)
        writeTinyGguf(path, { contextLength: 8_192, chatTemplate })
        const { jobId } = await backend.client.models.import({ path, name })
        await backend.client.jobs.wait({ id: jobId, timeoutMs: 60_000 })
        const deployed = await backend.client.inference.deploy({ model: name, name, wait: true })
        started.push(deployed.jobId ?? '')
      }
      const keyFor = async (scope: 'inference' | 'read') =>
        (await backend.client.keys.create({ name: scope, scope: [scope] })).secret
      const { code, output } = await runPytest({
        SLIPWAY_URL: backend.url,
        SLIPWAY_KEY: await keyFor('inference'),
        SLIPWAY_READ_KEY: await keyFor('read'),
      })
      expect(code, output).toBe(0)
      expect(output).toMatch(/^\d\d passed/m)
    } finally {
      for (const id of started) {
        await backend.client.jobs.stop({ id })
        await backend.client.jobs.wait({ id, timeoutMs: 30_000 })
      }
      await backend.dispose()
    }
  },
)
