import { mkdirSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { safetensorsOf, write } from '../fixtures/make-models.ts'
import { type RunningBackend, startBackend } from '../support/backend.ts'
import { openCli } from '../support/cli.ts'
import { untilNote } from '../support/conversions.ts'
import { ended } from '../support/jobs.ts'

/** What a command that waits for a job says when the backend goes away under it. */

const elements = 400_000_000
let backend: RunningBackend
let model: string

beforeEach(async () => {
  backend = await startBackend()
  model = join(backend.dataDir, 'large model')
  mkdirSync(model)
  // Large, so that the job is still running when the backend goes; a hole, so that it takes no room.
  const header = JSON.stringify({ w: { dtype: 'F32', shape: [elements], data_offsets: [0, 4 * elements] } })
  truncateSync(write(model, 'model.safetensors', safetensorsOf(header)), 8 + header.length + 4 * elements)
})
afterEach(async () => {
  if (backend.child.exitCode !== null || backend.child.signalCode !== null)
    backend = await startBackend({ dataDir: backend.dataDir })
  await backend.dispose()
})

test('a wait with a limit shows the job as it is when the time is up, and ends with 1', {
  timeout: 120_000,
}, async () => {
  const cli = openCli({ SLIPWAY_DATA_DIR: backend.dataDir })
  const { jobId } = await backend.client.models.import({ path: model, name: 'large' })
  const early = await cli.run('jobs', 'wait', jobId, '--timeout-ms', '1', '--json')
  expect(early.code).toBe(1)
  expect(early.json()).toMatchObject({ id: jobId, state: expect.stringMatching(/queued|starting|running/) })
  const patient = await cli.run('jobs', 'wait', jobId, '--timeout-ms', '100000', '--json')
  expect(patient.code).toBe(0)
  expect(patient.json()).toMatchObject({ id: jobId, state: 'done' })
})

test.each(['SIGKILL', 'SIGTERM'] as const)(
  'a backend that goes by %s leaves the command with the way back to its job, which goes on',
  { timeout: 120_000 },
  async signal => {
    const cli = openCli({ SLIPWAY_DATA_DIR: backend.dataDir })
    const { jobId } = await backend.client.models.import({ path: model, name: 'large' })
    const waits = [cli.run('jobs', 'wait', jobId), cli.run('jobs', 'wait', jobId, '--watch', '--json')]
    // Both follow once the backend tells of their subscriptions.
    await expect
      .poll(async () => (await (await backend.fetch('/metrics')).text()).includes('slipway_event_subscribers 2'))
      .toBe(true)
    await untilNote(backend, jobId, /model/)
    await backend.kill(signal)
    const [plain, watched] = await Promise.all(waits)
    expect(`${plain?.code} ${plain?.stderr}`).toMatch(/^1 [\s\S]*error\[worker_lost\]: .*the job goes on/)
    expect(plain?.stderr).toContain(`slipway jobs wait ${jobId}`)
    expect(watched?.code).toBe(1)
    expect(JSON.parse(watched?.stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({
      error: { code: 'worker_lost', details: { jobId } },
    })
    backend = await startBackend({ dataDir: backend.dataDir })
    expect((await ended(backend.client, jobId)).state).toBe('done')
  },
)
