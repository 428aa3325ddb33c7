import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DeviceRequest } from '../../contract/jobs.ts'
import {
  candidatesFor,
  checkRequests,
  freeBytesOf,
  type HeldLease,
  type LeasableDevice,
  leaseOf,
  planGrants,
  processorsFor,
  type WaitingJob,
} from './lease-book.ts'

const cpu: LeasableDevice = { id: 'cpu', kind: 'cpu', totalBytes: 64, othersBytes: 0, processors: 8 }
const gpu = (n: number, totalBytes: number, othersBytes = 0): LeasableDevice => ({
  id: `cuda:${n}`,
  kind: 'gpu',
  totalBytes,
  othersBytes,
})
const wants = (device: string, memoryBytes: number, exclusive = false): DeviceRequest => ({
  device,
  memoryBytes,
  exclusive,
})
const lease = (jobId: string, device: string, memoryBytes: number, exclusive = false): HeldLease =>
  leaseOf(jobId, { device, request: wants(device, memoryBytes, exclusive) })
const job = (jobId: string, ...requests: DeviceRequest[]): WaitingJob => ({ jobId, requests })
const granted = (devices: LeasableDevice[], held: HeldLease[], ...waiting: WaitingJob[]) =>
  Object.fromEntries(
    [...planGrants(devices, held, waiting)].map(([id, grants]) => [id, grants.map(grant => grant.device)]),
  )

test('jobs share a device as long as their bytes fit', () => {
  const devices = [gpu(0, 80)]
  expect(granted(devices, [], job('a', wants('any-gpu', 50)), job('b', wants('cuda:0', 30)))).toEqual({
    a: ['cuda:0'],
    b: ['cuda:0'],
  })
  expect(granted(devices, [], job('a', wants('any-gpu', 50)), job('b', wants('cuda:0', 31)))).toEqual({ a: ['cuda:0'] })
})

test('what other programs use is not given away', () => {
  expect(granted([gpu(0, 80, 60)], [], job('a', wants('any-gpu', 30)))).toEqual({})
})

test('an exclusive job shares with nobody', () => {
  const held = [lease('a', 'cuda:0', 1, true)]
  expect(granted([gpu(0, 80)], held, job('b', wants('cuda:0', 1)))).toEqual({})
  expect(
    granted([gpu(0, 80)], [{ ...held[0], exclusive: false } as HeldLease], job('b', wants('cuda:0', 1, true))),
  ).toEqual({})
})

test('a large job that waits is not overtaken on its device, but others are used', () => {
  const held = [lease('x', 'cuda:0', 40)]
  const waiting = [
    job('large', wants('cuda:0', 80)),
    job('small', wants('cuda:0', 1)),
    job('other', wants('cuda:1', 1)),
    job('none'),
  ]
  expect(granted([gpu(0, 80), gpu(1, 80)], held, ...waiting)).toEqual({ other: ['cuda:1'], none: [] })
})

/** How many processors jobs get that start one after the other, of 8. */
function sharesOf(...requests: DeviceRequest[]): readonly (number | undefined)[] {
  const held: HeldLease[] = []
  return requests.map((request, n) => {
    const grant = planGrants([cpu, gpu(0, 80)], held, [job(`job-${n}`, request)]).get(`job-${n}`)?.[0]
    if (grant) held.push(leaseOf(`job-${n}`, grant))
    return grant?.processors
  })
}

test('a job computes with the processors that nobody holds, and with a fair share where others hold them', () => {
  const any = wants('cpu', 1)
  expect(sharesOf(any)).toEqual([8])
  expect(sharesOf(any, any, any)).toEqual([8, 4, 2])
  expect(sharesOf({ ...any, processors: 3 }, any, any)).toEqual([3, 5, 2])
  expect(sharesOf(...Array.from({ length: 12 }, () => any)).at(-1), 'never none').toBe(1)
})

test('a job that asks for a number of processors gets it, as far as there are so many', () => {
  const some = (processors: number) => ({ ...wants('cpu', 1), processors })
  expect(sharesOf(some(2), some(8), some(100))).toEqual([2, 8, 8])
})

test('an engine that waits for requests takes no processor from those who compute all the time', () => {
  const engine = { ...wants('cpu', 1), idles: true }
  expect(sharesOf(engine, wants('cpu', 1), engine)).toEqual([8, 8, 4])
})

test('a user who said how many threads a program may have is obeyed, and a GPU has no processors to share', () => {
  const each = { ...cpu, processorsEach: 12 }
  expect(processorsFor(each, [])).toBe(12)
  expect(processorsFor(each, [], 2)).toBe(2)
  expect(processorsFor(gpu(0, 80), [])).toBeUndefined()
  expect(sharesOf(wants('any', 1), wants('cpu', 1))).toEqual([undefined, 8])
})

test('any device means a GPU where one is large enough, else the processor', () => {
  expect(granted([cpu, gpu(0, 80)], [], job('a', wants('any', 60)))).toEqual({ a: ['cuda:0'] })
  expect(granted([cpu, gpu(0, 24)], [], job('a', wants('any', 60)))).toEqual({ a: ['cpu'] })
})

test('the tightest fit is taken, and devices of one job are granted together or not at all', () => {
  expect(granted([gpu(0, 80), gpu(1, 24)], [], job('a', wants('any-gpu', 20)))).toEqual({ a: ['cuda:1'] })
  expect(
    granted([gpu(0, 80), gpu(1, 24)], [], job('a', wants('any-gpu', 20, true), wants('cuda:1', 20, true))),
  ).toEqual({ a: ['cuda:0', 'cuda:1'] })
  expect(granted([gpu(0, 80)], [], job('a', wants('any-gpu', 20, true), wants('any-gpu', 20, true)))).toEqual({})
})

test('what no device could ever grant is refused with what there is', () => {
  expect(() => checkRequests([cpu, gpu(0, 2 ** 35)], [wants('any-gpu', 2 ** 36)])).toThrow(
    /no device any-gpu with 64.0 GiB/,
  )
  expect(() => checkRequests([cpu], [wants('cuda:0', 1)])).toThrow(
    expect.objectContaining({ hint: expect.stringContaining('cpu (') }),
  )
  expect(() => checkRequests([cpu], [wants('cpu', 65)])).toThrow(/largest that it may use/)
  expect(() => checkRequests([cpu, gpu(0, 80)], [wants('any', 64), wants('cuda:0', 80)])).not.toThrow()
})

const devices = [cpu, gpu(0, 80), gpu(1, 24)]
const anyRequest = fc.record({
  device: fc.constantFrom('cpu', 'any', 'any-gpu', 'cuda:0', 'cuda:1'),
  memoryBytes: fc.integer({ min: 0, max: 80 }),
  exclusive: fc.boolean(),
})
const anyRequests = fc
  .array(anyRequest, { maxLength: 3 })
  .filter(requests => requests.every(request => candidatesFor(devices, request).length > 0))

test('never more than a device has; nobody overtakes on a kept device; and everybody gets a turn', () => {
  fc.assert(
    fc.property(fc.array(anyRequests, { maxLength: 12 }), fc.infiniteStream(fc.nat()), (arrivals, choice) => {
      let held: HeldLease[] = []
      let waiting: WaitingJob[] = arrivals.map((requests, n) => job(`job ${n}`, ...requests))
      // Two requests of one job may exclude each other on every device; such a job can never start.
      waiting = waiting.filter(each => planGrants(devices, [], [each]).size > 0)
      const running = new Set<string>()
      for (let step = 0; waiting.length > 0; step += 1) {
        expect(step).toBeLessThan(arrivals.length + 1)
        const grants = planGrants(devices, held, waiting)
        const first = waiting.find(each => !grants.has(each.jobId))
        const keptByFirst = new Set(
          first?.requests.flatMap(request => candidatesFor(devices, request).map(each => each.id)),
        )
        const behind = first ? waiting.slice(waiting.indexOf(first)) : []
        for (const each of behind)
          for (const grant of grants.get(each.jobId) ?? []) expect(keptByFirst).not.toContain(grant.device)
        for (const [jobId, given] of grants) {
          held.push(...given.map(grant => leaseOf(jobId, grant)))
          running.add(jobId)
        }
        waiting = waiting.filter(each => !grants.has(each.jobId))
        for (const device of devices) {
          const own = held.filter(lease => lease.device === device.id)
          expect(own.reduce((sum, lease) => sum + lease.memoryBytes, 0)).toBeLessThanOrEqual(device.totalBytes)
          if (own.some(lease => lease.exclusive)) expect(own).toHaveLength(1)
          expect(freeBytesOf(device, held)).toBeGreaterThanOrEqual(0)
        }
        // Nothing was forgotten: asking again grants nothing more.
        expect(planGrants(devices, held, waiting).size).toBe(0)
        // Some job ends; with all devices free the first in line always starts.
        const ends = [...running][(choice.next().value ?? 0) % Math.max(1, running.size)]
        if (ends === undefined) expect(waiting).toEqual([])
        else {
          running.delete(ends)
          held = held.filter(lease => lease.jobId !== ends)
        }
      }
    }),
  )
})
