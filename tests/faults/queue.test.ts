import { afterEach, expect, test } from 'vitest'
import type { Inputs } from '../../main/contract/index.ts'
import { jobs as methods } from '../../main/contract/jobs.ts'
import { inputOf } from '../../main/contract/test-input.ts'
import { freeBytesOf, type HeldLease, leaseOf, planGrants } from '../../main/domains/resources/lease-book.ts'
import { asOwner, openHouseOfJobs, removeData, shellJob, temporaryData, until } from './jobs-harness.ts'

const cleanUps: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

/** One device of 100 bytes, with the real rules and leases in memory. */
function smallMachine() {
  const device = { id: 'cpu', kind: 'cpu' as const, totalBytes: 100, othersBytes: 0 }
  let held: HeldLease[] = []
  return {
    free: () => freeBytesOf(device, held),
    leases: {
      check: () => undefined,
      grant: (_tx: unknown, waiting: Parameters<typeof planGrants>[2]) => {
        const grants = planGrants([device], held, waiting)
        for (const [id, given] of grants) held.push(...given.map(grant => leaseOf(id, grant)))
        return grants
      },
      release: (_tx: unknown, jobId: string) => {
        held = held.filter(lease => lease.jobId !== jobId)
      },
      onFreed: () => undefined,
      environmentOf: () => ({}),
    },
  }
}

test('who waits starts when the device is free: priority first, then first come, and ends give leases back', async () => {
  const dataDir = temporaryData()
  const { leases, free } = smallMachine()
  const { jobs, close, told } = openHouseOfJobs({ dataDir, leases })
  cleanUps.push(() => removeData(dataDir))
  cleanUps.push(async () => {
    await jobs.stopAll(asOwner)
    close()
  })
  jobs.start()
  const devices = [{ device: 'cpu', memoryBytes: 100, exclusive: false }]
  const holding = (name: string) => shellJob(`echo '{"event":"up"}'; exec sleep 600`, { name, devices })
  const first = jobs.port.start(asOwner, holding('first'))
  await until('the first', () => told(first.id).length > 0)
  const second = jobs.port.start(asOwner, holding('second'))
  const third = jobs.port.start(asOwner, holding('third'))
  const urgent = jobs.port.start(asOwner, { ...holding('urgent'), priority: 'high' })
  await jobs.handlers.prioritize({ id: second.id, priority: 'low' }, asOwner)
  const positions = [second, third, urgent].map(({ id }) => jobs.port.get(id)?.queuePosition)
  expect(positions).toEqual([3, 2, 1])

  const started: string[] = []
  for (const current of [first, urgent, third, second]) {
    await until(current.name, () => told(current.id).length > 0)
    started.push(current.name)
    expect(free()).toBe(0)
    jobs.port.stop(asOwner, current.id)
    expect((await jobs.port.ended(current.id)).state).toBe('cancelled')
  }
  expect(started).toEqual(['first', 'urgent', 'third', 'second'])
  expect(free()).toBe(100)
})

test('a job that asks for part of a byte is refused at its start, and holds nobody up', async () => {
  const dataDir = temporaryData()
  const { jobs, close, told } = openHouseOfJobs({ dataDir, leases: smallMachine().leases })
  cleanUps.push(() => removeData(dataDir))
  cleanUps.push(async () => {
    await jobs.stopAll(asOwner)
    close()
  })
  jobs.start()
  const asking = (memoryBytes: number) =>
    shellJob(`echo '{"event":"up"}'`, { name: 'asking', devices: [{ device: 'cpu', memoryBytes, exclusive: false }] })
  expect(() => jobs.port.start(asOwner, asking(10.5))).toThrow()
  const next = jobs.port.start(asOwner, asking(10))
  await until('the next', () => told(next.id).length > 0)
})

test('a start inside a transaction that is rolled back never happened', async () => {
  const dataDir = temporaryData()
  const { jobs, close, store } = openHouseOfJobs({ dataDir })
  cleanUps.push(() => removeData(dataDir))
  cleanUps.push(close)
  jobs.start()
  expect(() =>
    store.commit(asOwner, 'run_1', () => {
      jobs.port.start(asOwner, shellJob('true'))
      throw new Error('rolled back')
    }),
  ).toThrow('rolled back')
  await new Promise(resolve => setImmediate(() => setImmediate(resolve)))
  expect((await jobs.handlers.list(inputOf(methods.list, {}), asOwner)).items).toEqual([])
  expect(jobs.isBusy()).toBe(false)
})

test('jobs are listed newest first, page by page, and found by a name that is unique', async () => {
  const dataDir = temporaryData()
  const { jobs, close } = openHouseOfJobs({ dataDir })
  cleanUps.push(() => removeData(dataDir))
  cleanUps.push(async () => {
    await jobs.stopAll(asOwner)
    close()
  })
  // Not started: everything stays in the queue.
  for (const [index, name] of ['a', 'b', 'b'].entries()) {
    jobs.port.start(asOwner, shellJob('true', { name, subjectId: `eval_${index}` }))
    await new Promise(resolve => setTimeout(resolve, 2)) // ids are ordered by millisecond
  }
  const first = await jobs.handlers.list(inputOf(methods.list, { limit: 2 }), asOwner)
  const rest = await jobs.handlers.list(inputOf(methods.list, { limit: 2, cursor: first.nextCursor }), asOwner)
  expect([...first.items, ...rest.items].map(job => job.name)).toEqual(['b', 'b', 'a'])
  expect([first.total, rest.nextCursor]).toEqual([3, undefined])
  const last = await jobs.handlers.list(inputOf(methods.list, { limit: 2, offset: 2 }), asOwner)
  expect([last.items.map(job => job.name), last.total]).toEqual([['a'], 3])
  expect((await jobs.handlers.show({ id: 'a' }, asOwner)).name).toBe('a')
  await expect(jobs.handlers.show({ id: 'b' }, asOwner)).rejects.toMatchObject({ code: 'conflict' })
  await expect(jobs.handlers.show({ id: 'c' }, asOwner)).rejects.toMatchObject({ code: 'not_found' })
  const waited = await jobs.handlers.wait({ id: 'a', timeoutMs: 20 }, asOwner)
  expect(waited.state).toBe('queued')
})

test('jobs are searched, filtered, sorted and jumped through', async () => {
  const dataDir = temporaryData()
  const { jobs, close } = openHouseOfJobs({ dataDir })
  cleanUps.push(() => removeData(dataDir))
  cleanUps.push(async () => {
    await jobs.stopAll(asOwner)
    close()
  })
  for (const name of ['eval-10', 'eval-9', 'Eval-2', '100%'])
    jobs.port.start(asOwner, shellJob('true', { name, subjectId: `about ${name}` }))
  const names = async (input: Inputs['jobs']['list']) =>
    (await jobs.handlers.list(inputOf(methods.list, input), asOwner)).items.map(job => job.name)
  expect(await names({ q: 'eval', sort: 'name' })).toEqual(['Eval-2', 'eval-9', 'eval-10'])
  expect(await names({ q: '0%' })).toEqual(['100%'])
  expect(await names({ subject: 'about eval-9' })).toEqual(['eval-9'])
  expect(await names({ state: ['queued', 'running'], sort: 'name', offset: 3 })).toEqual(['eval-10'])
  expect(await names({ state: 'done' })).toEqual([])
  const first = await jobs.handlers.list(inputOf(methods.list, { sort: 'ended', limit: 3 }), asOwner)
  const rest = await names({ sort: 'ended', limit: 3, cursor: first.nextCursor })
  expect(new Set([...first.items.map(job => job.name), ...rest]).size).toBe(4)
})
