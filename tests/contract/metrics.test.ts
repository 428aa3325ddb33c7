import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningBackend, startBackend } from '../support/backend.ts'
import { parseExposition } from '../support/exposition-parser.ts'
import { writeTinyGguf } from './engine-tiny-gguf.ts'

let backend: RunningBackend

beforeAll(async () => {
  backend = await startBackend()
})
afterAll(() => backend.dispose())

async function scrape() {
  const response = await backend.fetch('/metrics')
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  const families = parseExposition(await response.text())
  return {
    families,
    /** The value of the one series that carries these labels. */
    value: (name: string, labels: Record<string, string> = {}): number | undefined => {
      const found = [...families.values()]
        .flatMap(({ samples }) => samples)
        .filter(
          sample =>
            sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
        )
      expect(found.length, `${name} ${JSON.stringify(labels)}`).toBeLessThanOrEqual(1)
      return found[0]?.value
    },
  }
}

test('an idle workstation tells of itself, its machine and its jobs, zeros included', async () => {
  const { value, families } = await scrape()
  expect(value('slipway_build_info', { version: '0.1.0' })).toBe(1)
  expect(value('process_resident_memory_bytes')).toBeGreaterThan(20 * 2 ** 20)
  expect(value('process_start_time_seconds')).toBeGreaterThan(Date.now() / 1_000 - 300)
  expect(value('process_cpu_seconds_total')).toBeGreaterThan(0)
  expect(value('slipway_jobs', { kind: 'training', state: 'failed' })).toBe(0)
  expect(value('slipway_device_info', { device: 'cpu', kind: 'cpu' })).toBe(1)
  expect(value('slipway_device_memory_total_bytes', { device: 'cpu' })).toBeGreaterThan(2 ** 28)
  expect(value('slipway_device_memory_used_bytes', { device: 'cpu' })).toBeGreaterThan(2 ** 24)
  const busy = value('slipway_device_utilization_ratio', { device: 'cpu' })
  expect(busy).toBeGreaterThanOrEqual(0)
  expect(busy).toBeLessThanOrEqual(1)
  // The processor's temperature is not asked for: no sample, and no zero that would look like one.
  expect(value('slipway_device_temperature_celsius', { device: 'cpu' })).toBeUndefined()
  expect(families.get('slipway_data_disk_free_bytes')?.samples[0]?.value).toBeGreaterThan(0)
})

test('requests are counted by where they went and how they ended, whatever a client calls its method', async () => {
  const before = await scrape()
  await backend.fetch('/api/v1/system/status')
  await backend.fetch('/api/v1/deployments/nothing')
  await backend.fetch('/metrics', { method: 'PROPFIND' })
  const after = await scrape()
  const grown = (labels: Record<string, string>) =>
    (after.value('slipway_http_requests_total', labels) ?? 0) -
    (before.value('slipway_http_requests_total', labels) ?? 0)
  expect(grown({ mount: '/api/v1', method: 'GET', status: '200' })).toBe(1)
  expect(grown({ mount: '/api/v1', method: 'GET', status: '404' })).toBe(1)
  expect(grown({ mount: '/metrics', method: 'GET', status: '200' })).toBe(1)
  expect(grown({ mount: '/metrics', method: 'other', status: '405' })).toBe(1)
  expect(after.value('slipway_http_request_duration_seconds_count', { mount: '/api/v1' })).toBeGreaterThanOrEqual(2)
})

test('changes and their watchers are counted', async () => {
  const before = await scrape()
  const stop = new AbortController()
  await backend.client.events.subscribe({ topics: [] }, { signal: stop.signal })
  await backend.client.keys.create({ name: 'counted', scope: ['read'] })
  const during = await scrape()
  expect(during.value('slipway_event_subscribers')).toBe((before.value('slipway_event_subscribers') ?? 0) + 1)
  expect(during.value('slipway_events_total', { topic: 'keys' })).toBeGreaterThan(
    before.value('slipway_events_total', { topic: 'keys' }) ?? 0,
  )
  stop.abort()
})

test('a deployment tells its state, its requests, tokens and times, and its errors by code', async () => {
  const path = join(backend.dataDir, 'tiny.gguf')
  writeTinyGguf(path)
  const imported = await backend.client.models.import({ path, name: 'tiny' })
  await backend.client.jobs.wait({ id: imported.jobId, timeoutMs: 60_000 })
  const { jobId } = await backend.client.inference.deploy({ model: 'tiny', name: 'counted', wait: true })
  const labels = { deployment: 'counted' }
  try {
    const idle = await scrape()
    expect(idle.value('slipway_deployment_state', { ...labels, state: 'serving' })).toBe(1)
    expect(idle.value('slipway_deployment_state', { ...labels, state: 'failed' })).toBe(0)
    expect(idle.value('slipway_inference_requests_total', labels)).toBe(0)
    expect(idle.value('slipway_jobs', { kind: 'deployment', state: 'running' })).toBe(1)

    const { promptTokens, completionTokens } = await backend.client.inference.ask({
      id: 'counted',
      message: 'Hi',
      maxTokens: 4,
      temperature: 0,
    })
    await expect(
      backend.client.inference.ask({ id: 'counted', message: 'long '.repeat(4_000), maxTokens: 4 }),
    ).rejects.toMatchObject({ code: 'invalid_input' })

    const { value } = await scrape()
    expect(value('slipway_inference_requests_total', labels)).toBe(2)
    expect(value('slipway_inference_errors_total', { ...labels, code: 'invalid_input' })).toBe(1)
    expect(value('slipway_inference_prompt_tokens_total', labels)).toBeGreaterThanOrEqual(promptTokens)
    expect(value('slipway_inference_completion_tokens_total', labels)).toBe(completionTokens)
    expect(value('slipway_inference_time_to_first_token_seconds_count', labels)).toBe(1)
    expect(value('slipway_inference_request_duration_seconds_count', labels)).toBe(1)
    const seconds = value('slipway_inference_request_duration_seconds_sum', labels) ?? 0
    expect(seconds).toBeGreaterThan(0)
    expect(value('slipway_inference_time_to_first_token_seconds_sum', labels)).toBeLessThanOrEqual(seconds)
  } finally {
    await backend.client.jobs.stop({ id: jobId ?? '' })
    await backend.client.jobs.wait({ id: jobId ?? '', timeoutMs: 30_000 })
  }
})

test('only reading is allowed there', async () => {
  expect((await backend.fetch('/metrics', { method: 'POST' })).status).toBe(405)
})
