import { expect, test } from 'vitest'
import { silentLog } from '../platform/log.ts'
import { createRefusalReport, type Refusal } from './refusals.ts'

const refusal: Refusal = { channel: 'slipway:copyText', frame: 'app://slipway/readyz' }

function reporting(answers: (request: Request) => Response, state: 'ready' | 'stopped' = 'ready') {
  let nowMs = 0
  const asked: unknown[] = []
  const errors: string[] = []
  const report = createRefusalReport({
    backend: { settled: async () => (state === 'ready' ? { state, isOurs: true } : { state }) },
    fetch: async request => {
      asked.push([new URL(request.url).pathname, await request.clone().json()])
      return answers(request)
    },
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
    log: { ...silentLog, error: message => void errors.push(message) },
  })
  const later = (ms: number) => {
    nowMs += ms
  }
  return { report, asked, errors, later }
}
const done = () => Response.json({ json: { recorded: true } })

test('a refused call is told to the backend, as its typed client would', async () => {
  const { report, asked } = reporting(done)
  report(refusal)
  await expect.poll(() => asked).toEqual([['/rpc/system/refusedCall', { json: refusal }]])
})

test('a frame that calls without end does not fill the record, and is not forgotten either', async () => {
  const { report, asked, later } = reporting(done)
  for (let call = 0; call < 1_000; call += 1) report(refusal)
  await expect.poll(() => asked.length).toBe(20)
  later(60_000)
  for (let call = 0; call < 1_000; call += 1) report(refusal)
  await expect.poll(() => asked.length).toBe(26)
})

test('what could not be recorded is an error in the log, never silence', async () => {
  const refusing = reporting(() => new Response('full', { status: 507 }))
  refusing.report(refusal)
  await expect.poll(() => refusing.errors).toEqual(['a refused call could not be recorded'])
  const gone = reporting(done, 'stopped')
  gone.report(refusal)
  await expect.poll(() => gone.errors).toEqual(['a refused call could not be recorded'])
  expect(gone.asked).toEqual([])
})
