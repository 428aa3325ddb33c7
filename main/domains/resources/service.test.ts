import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { systemCall } from '../../contract/call.ts'
import { systemClock } from '../../platform/clock.ts'
import { auditMigration } from '../../platform/db/audit-chain.ts'
import { migrate } from '../../platform/db/migrate.ts'
import { openDatabase } from '../../platform/db/open.ts'
import { createStore } from '../../platform/db/store.ts'
import type { GpuSample } from '../../platform/gpu/sample.ts'
import type { GpuState, GpuWatch } from '../../platform/gpu/watch.ts'
import { createHistory } from './history.ts'
import { createMachine, type Machine, processorsOf } from './machine.ts'
import { resourcesMigrations } from './migrations.ts'
import { listLeases } from './repo.ts'
import { createResources, pinningVariables } from './service.ts'

const gib = 2 ** 30
const cleanUps: (() => void)[] = []
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0).reverse()) cleanUp()
})

const gpuSample = (n: number, more: Partial<GpuSample> = {}): GpuSample => ({
  vendor: 'nvidia',
  id: `cuda:${n}`,
  pin: `GPU-${n}`,
  name: 'NVIDIA H100',
  pciAddress: null,
  partOf: null,
  memoryTotalBytes: 80 * gib,
  memoryUsedBytes: 0,
  utilizationPercent: 0,
  temperatureCelsius: 30,
  powerWatts: 70,
  powerLimitWatts: 700,
  processes: [],
  ...more,
})

/** A stand-in for the probe: the test says what the GPUs show. */
function fakeGpus(first: GpuState) {
  let state = first
  let listener: () => void = () => undefined
  const gpu: GpuWatch = {
    state: () => state,
    ready: Promise.resolve(),
    start: () => undefined,
    close: () => undefined,
    onReading: added => {
      listener = added
    },
  }
  return {
    gpu,
    show: (...gpus: GpuSample[]) => {
      state = { status: 'live', reading: { driver: '580', gpus } }
      listener()
    },
  }
}

const machine: Machine = {
  cpuPercent: () => 12.34,
  memory: () => ({ totalBytes: 20 * gib, availableBytes: 15 * gib }),
  disk: () => ({ totalBytes: 100, freeBytes: 50 }),
  load: () => [1, 2, 3],
  logicalCores: 8,
  processors: 4,
  hostname: 'lab',
  cpuName: 'a processor',
}

function open(
  state: GpuState,
  dataDir = mkdtempSync(join(tmpdir(), 'slipway resources ')),
  env: Readonly<Record<string, string>> = {},
) {
  const db = openDatabase(join(dataDir, 'slipway.db'))
  migrate(db, [auditMigration, ...resourcesMigrations])
  const store = createStore({ db, clock: systemClock, bootId: 'test', publish: () => undefined })
  const fake = fakeGpus(state)
  const resources = createResources({
    store,
    clock: systemClock,
    dataDir,
    gpu: fake.gpu,
    machine,
    env,
    inventory: async () => ({ system: 'Linux', physicalCores: 4 }),
  })
  cleanUps.push(() => rmSync(dataDir, { recursive: true, force: true }))
  cleanUps.push(() => db.close())
  return { ...fake, resources, store, dataDir, close: () => db.close() }
}

const none: GpuState = { status: 'none', reading: { driver: null, gpus: [] } }
const detecting: GpuState = { status: 'detecting', reading: { driver: null, gpus: [] } }
const call = systemCall('test')
const wants = (device: string, memoryBytes: number) => ({ device, memoryBytes, exclusive: false })

test('leases are written down and survive the backend; who waits is shown in order', async () => {
  const first = open(none)
  const waiting = [
    { jobId: 'job_1', requests: [wants('cpu', 10 * gib)] },
    { jobId: 'job_2', requests: [wants('cpu', 15 * gib)] },
  ]
  const grants = first.store.record(tx => first.resources.leases.grant(tx, waiting))
  expect([...grants.keys()]).toEqual(['job_1'])
  expect((await first.resources.handlers.show({}, call)).queue).toMatchObject([{ jobId: 'job_2', position: 1 }])
  first.close()

  const { resources, store } = open(none, first.dataDir)
  const shown = await resources.handlers.show({}, call)
  expect(shown.leases).toMatchObject([{ jobId: 'job_1', device: 'cpu', memoryBytes: 10 * gib }])
  expect(shown.devices).toMatchObject([{ id: 'cpu', leasedBytes: 10 * gib, freeBytes: 9 * gib }])
  store.record(tx => resources.leases.release(tx, 'job_1'))
  expect([...store.record(tx => resources.leases.grant(tx, waiting.slice(1))).keys()]).toEqual(['job_2'])
})

test('who computes with how many processors is written down, told to the child, and shown with what is next', async () => {
  const { resources, store } = open(none)
  const grant = (jobId: string, more: object = {}) =>
    store
      .record(tx => resources.leases.grant(tx, [{ jobId, requests: [{ ...wants('cpu', gib), ...more }] }]))
      .get(jobId)
  const threadsOf = (grants: ReturnType<typeof grant>) => resources.leases.environmentOf(grants ?? []).OMP_NUM_THREADS
  expect(threadsOf(grant('job_1'))).toBe('4')
  expect(threadsOf(grant('job_2'))).toBe('2')
  expect(threadsOf(grant('job_3', { processors: 3 }))).toBe('3')
  const { cpu, leases } = await resources.handlers.show({}, call)
  expect(cpu).toMatchObject({ processors: 4, nextProcessors: 1 })
  expect(leases.map(({ processors }) => processors)).toEqual([4, 2, 3])
  expect(resources.planDevice('cpu').processors).toEqual({ granted: 1, all: 4 })
  for (const jobId of ['job_1', 'job_2']) store.record(tx => resources.leases.release(tx, jobId))
  expect(resources.planDevice('cpu').processors).toEqual({ granted: 2, all: 4 })
})

test('OMP_NUM_THREADS of the user holds for every job that does not ask for another number', () => {
  const { resources, store } = open(none, undefined, { OMP_NUM_THREADS: '6' })
  const requests = [wants('cpu', gib)]
  const grants = store.record(tx =>
    resources.leases.grant(tx, [
      { jobId: 'job_1', requests },
      { jobId: 'job_2', requests },
    ]),
  )
  const told = [...grants.values()].map(given => resources.leases.environmentOf(given).OMP_NUM_THREADS)
  expect(told).toEqual(['6', '6'])
})

test('a lease of an earlier release holds memory and no processors', () => {
  const db = openDatabase(join(mkdtempSync(join(tmpdir(), 'slipway leases ')), 'slipway.db'))
  cleanUps.push(() => db.close())
  migrate(db, [auditMigration, ...resourcesMigrations.filter(({ version }) => version < 210)])
  db.prepare("INSERT INTO leases VALUES ('job_1', 0, 'cpu', 5, 1, 7)").run()
  migrate(db, [auditMigration, ...resourcesMigrations])
  const lease = { jobId: 'job_1', device: 'cpu', memoryBytes: 5, exclusive: true, grantedAtMs: 7 }
  const { read } = createStore({ db, clock: systemClock, bootId: 'test', publish: () => undefined })
  expect(listLeases(read)).toEqual([{ ...lease, processors: null, idles: false }])
})

test('two threads of one core count once, and no more than this process may use', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway processors '))
  cleanUps.push(() => rmSync(folder, { recursive: true }))
  const cores = ['0,4', '1,5', '2,6', '3,7']
  for (let n = 0; n < 8; n += 1) {
    mkdirSync(join(folder, `cpu${n}`, 'topology'), { recursive: true })
    writeFileSync(join(folder, `cpu${n}`, 'topology', 'thread_siblings_list'), `${cores[n % 4]}\n`)
  }
  mkdirSync(join(folder, 'cpufreq'))
  expect(processorsOf(folder, 8)).toBe(4)
  expect(processorsOf(folder, 3)).toBe(3)
  expect(processorsOf(join(folder, 'nowhere'), 8)).toBe(8)
})

test('memory that another program frees wakes the queue', () => {
  const { resources, store, show } = open(none)
  const stranger = [{ pid: 1, memoryBytes: 70 * gib }]
  show(gpuSample(0, { memoryUsedBytes: 70 * gib, processes: stranger }))
  const waiting = [{ jobId: 'job_1', requests: [wants('any-gpu', 40 * gib)] }]
  let woken = 0
  resources.leases.onFreed(() => {
    woken += 1
  })
  expect(store.record(tx => resources.leases.grant(tx, waiting)).size).toBe(0)
  show(gpuSample(0, { memoryUsedBytes: 75 * gib, processes: stranger }))
  expect(woken).toBe(0)
  show(gpuSample(0))
  expect(woken).toBe(1)
  expect(store.record(tx => resources.leases.grant(tx, waiting)).size).toBe(1)
})

test('while the GPUs are not known yet, a job that may need one waits, and one that does not starts', () => {
  const { resources, store } = open(detecting)
  const requests = [wants('any-gpu', gib)]
  expect(() => resources.leases.check(requests)).not.toThrow()
  const grants = store.record(tx =>
    resources.leases.grant(tx, [
      { jobId: 'job_1', requests },
      { jobId: 'job_2', requests: [wants('cpu', gib)] },
    ]),
  )
  expect([...grants.keys()]).toEqual(['job_2'])
})

test('a device that is not there is refused with what is', () => {
  const { resources } = open(none)
  expect(() => resources.leases.check([wants('cuda:0', gib)])).toThrow(/no device cuda:0/)
  expect(() => resources.deviceFor('cuda:3')).toThrow(expect.objectContaining({ code: 'missing_requirement' }))
  expect(resources.deviceFor('auto')).toBe('cpu')
})

test('a plan is made for the GPU with most room, and for the processor where there is none', () => {
  const { resources, show } = open(none)
  expect(resources.planDevice('auto')).toEqual({
    ...{ kind: 'cpu', name: 'cpu', totalBytes: 19 * gib, freeBytes: 15 * gib },
    // Nobody has to wait for jobs where none run: what other programs use of the processor's memory stays theirs.
    waits: { overBytes: 19 * gib, upToBytes: 15 * gib },
    processors: { granted: 4, all: 4 },
  })
  show(gpuSample(0, { memoryUsedBytes: 60 * gib, processes: null }), gpuSample(1))
  expect(resources.planDevice('auto')).toMatchObject({
    kind: 'cuda',
    name: 'cuda:1 (NVIDIA H100)',
    freeBytes: 80 * gib,
  })
  expect(resources.planDevice('cuda:0').freeBytes).toBe(20 * gib)
})

test('a plan knows what a job can wait for: what running jobs will give back, and not what others use', () => {
  const { resources, show, store } = open(none)
  show(gpuSample(0, { memoryUsedBytes: 10 * gib, processes: [] }))
  const grant = (jobId: string, device: string, bytes: number) =>
    store.record(tx => resources.leases.grant(tx, [{ jobId, requests: [wants(device, bytes)] }]))
  expect(grant('job_1', 'cuda:0', 50 * gib).size).toBe(1)
  const { freeBytes, waits } = resources.planDevice('cuda:0')
  expect(freeBytes).toBe(20 * gib)
  expect(waits).toEqual({ overBytes: 20 * gib, upToBytes: 70 * gib })
  expect(grant('job_2', 'cuda:0', 21 * gib).size, 'what is over it waits').toBe(0)

  expect(grant('job_3', 'cpu', 12 * gib).size).toBe(1)
  const cpu = resources.planDevice('cpu')
  expect(cpu.waits).toEqual({ overBytes: 7 * gib, upToBytes: 19 * gib })
})

test('a child that asked for any device sees the one it got; one that named a GPU keeps the numbering', () => {
  const gpus = [gpuSample(0), gpuSample(1), gpuSample(2, { id: 'cuda:1/0', pin: 'MIG-x', partOf: 'cuda:1' })]
  const pinned = (device: string, asked: string) => pinningVariables([{ device, request: wants(asked, 1) }], gpus)
  expect(pinned('cuda:1', 'any')).toEqual({ CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: 'GPU-1' })
  expect(pinned('cuda:1', 'cuda:1')).toEqual({ CUDA_DEVICE_ORDER: 'PCI_BUS_ID' })
  expect(pinned('cpu', 'any').CUDA_VISIBLE_DEVICES).toBe('')
  expect(pinned('cuda:1/0', 'cuda:1/0').CUDA_VISIBLE_DEVICES).toBe('MIG-x')
})

test('the history is thinned evenly and ends with the newest, and watchers get what is new', async () => {
  const history = createHistory(100)
  const sample = (n: number) => ({ at: String(n), cpuPercent: n, memoryUsedBytes: 0, devices: [] })
  for (let n = 0; n < 300; n += 1) history.add(sample(n))
  expect(history.last(3600, 5).map(({ cpuPercent }) => cpuPercent)).toEqual([219, 239, 259, 279, 299])
  const stop = new AbortController()
  const seen: number[] = []
  const watching = (async () => {
    for await (const { cpuPercent } of history.watch(stop.signal)) {
      seen.push(cpuPercent)
      if (cpuPercent === 301) stop.abort()
      else history.add(sample(cpuPercent + 1))
    }
  })()
  await watching
  expect(seen).toEqual([299, 300, 301])
})

test('the real machine has figures that make sense', () => {
  const real = createMachine(tmpdir())
  const { totalBytes, availableBytes } = real.memory()
  expect(availableBytes).toBeLessThanOrEqual(totalBytes)
  expect(availableBytes).toBeGreaterThan(0)
  expect(real.disk().freeBytes).toBeLessThanOrEqual(real.disk().totalBytes)
  const percent = real.cpuPercent()
  expect(percent >= 0 && percent <= 100).toBe(true)
})
