import { AppError } from '../../contract/errors.ts'
import type { DeviceRequest, JobId } from '../../contract/jobs.ts'
import type { Handlers } from '../../contract/method.ts'
import type { Device, ResourceSample, resources } from '../../contract/resources.ts'
import { type Clock, isoOf } from '../../platform/clock.ts'
import type { Store, Tx } from '../../platform/db/types.ts'
import type { GpuSample } from '../../platform/gpu/sample.ts'
import type { GpuWatch } from '../../platform/gpu/watch.ts'
import type { Family } from '../../platform/metrics/exposition.ts'
import { environmentValue, identityOf, jobMarker } from '../../platform/processes/process-table.ts'
import { wishedThreads } from '../../platform/processors.ts'
import { cpuDevice, leasableGpus, toDevice, usersOf } from './devices.ts'
import { createHistory } from './history.ts'
import {
  checkRequests,
  type DeviceGrant,
  freeBytesOf,
  type LeasableDevice,
  leaseOf,
  planGrants,
  processorsFor,
  type WaitingJob,
} from './lease-book.ts'
import { type Inventory, type Machine, readInventory } from './machine.ts'
import { resourceMetrics } from './metrics.ts'
import { deleteLeases, insertLeases, listLeases } from './repo.ts'

/** A device as a memory plan needs it: `cuda` stands for every GPU that PyTorch calls so. */
export type PlannedDevice = {
  readonly kind: 'cpu' | 'cuda'
  readonly name: string
  readonly totalBytes: number
  readonly freeBytes: number
  /**
   * A job that needs more than `over` and at most `upTo` waits in the queue until running jobs have given theirs back.
   * Below, it is granted at once; above, never.
   */
  readonly waits: { readonly overBytes: number; readonly upToBytes: number }
  /** Of the CPU: how many processors a job that starts now would be granted, and how many there are. */
  readonly processors?: { readonly granted: number; readonly all: number }
}

type Deps = {
  readonly store: Store
  readonly clock: Clock
  readonly dataDir: string
  readonly gpu: GpuWatch
  readonly machine: Machine
  /** Of the backend, where a user may have said how many threads a program may have: OMP_NUM_THREADS. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly inventory?: () => Promise<Inventory>
}

export type Resources = {
  readonly handlers: Handlers<typeof resources>
  /** The lease book, as the jobs domain uses it (main/domains/jobs/deps.ts). */
  readonly leases: {
    readonly check: (requests: readonly DeviceRequest[]) => void
    readonly grant: (tx: Tx, waiting: readonly WaitingJob[]) => ReadonlyMap<string, readonly DeviceGrant[]>
    readonly release: (tx: Tx, jobId: string) => void
    readonly onFreed: (listener: () => void) => void
    readonly environmentOf: (grants: readonly DeviceGrant[]) => Readonly<Record<string, string>>
  }
  /** Every device that work can run on: the CPU first, then the GPUs. */
  readonly devices: () => readonly Device[]
  /** The device that a name means now (`auto`: the GPU with most room, else the CPU), with what is free of it. */
  readonly planDevice: (wanted: string) => PlannedDevice
  /** The id behind a name, such as `cuda:0` or `cpu`. Throws `missing_requirement` for a device that is not there. */
  readonly deviceFor: (wanted: string) => string
  /** Resolves when the GPUs are known; at once on a machine without any. */
  readonly ready: Promise<void>
  readonly metrics: () => readonly Family[]
  readonly start: () => void
  readonly close: () => void
}

const sampleEveryMs = 1_000

/** The machine: what it has, who holds it, who waits for it. */
export function createResources(deps: Deps): Resources {
  const { store, clock, dataDir, gpu, machine, inventory = readInventory } = deps
  const cpu = () =>
    cpuDevice(machine.memory().totalBytes, machine.processors, wishedThreads(deps.env, machine.logicalCores))
  const history = createHistory()
  const freedListeners = new Set<() => void>()
  const ours = createOwnership()
  let waitingNow: readonly WaitingJob[] = []
  let knownInventory: Promise<Inventory> | undefined
  let timer: NodeJS.Timeout | undefined
  let lastCpuPercent = 0
  let lastOthersBytes = new Map<string, number>()
  let wasDetecting = gpu.state().status === 'detecting'

  const gpus = (): readonly GpuSample[] => leasableGpus(gpu.state().reading.gpus)
  const isDetecting = (): boolean => gpu.state().status === 'detecting'

  const devices = (): readonly LeasableDevice[] => {
    const leases = listLeases(store.read)
    return [
      cpu(),
      ...gpus().map(sample => ({
        id: sample.id,
        kind: 'gpu' as const,
        totalBytes: sample.memoryTotalBytes,
        othersBytes: usersOf(sample, ours.has, leases).othersBytes,
      })),
    ]
  }

  const mayNeedGpu = ({ device }: DeviceRequest): boolean => device !== 'cpu'

  gpu.onReading(() => {
    ours.forget()
    const others = new Map(devices().map(device => [device.id, device.othersBytes]))
    const isFreed = [...others].some(([id, bytes]) => bytes < (lastOthersBytes.get(id) ?? Number.POSITIVE_INFINITY))
    // Jobs that might need a GPU were held back until it is known whether there is one.
    const isKnownNow = wasDetecting && !isDetecting()
    wasDetecting = isDetecting()
    lastOthersBytes = others
    if (isFreed || isKnownNow) for (const listener of freedListeners) listener()
  })

  const find = (wanted: string): LeasableDevice => {
    const all = devices()
    const leases = listLeases(store.read)
    const roomiest = all
      .filter(device => device.kind === 'gpu')
      .sort((a, b) => freeBytesOf(b, leases) - freeBytesOf(a, leases))[0]
    const isAny = ['auto', 'any', 'cuda', 'any-gpu', 'gpu'].includes(wanted)
    const cpu = wanted === 'auto' || wanted === 'any' ? all[0] : undefined
    const found = isAny ? (roomiest ?? cpu) : all.find(device => device.id === wanted)
    if (found) return found
    const { reading, status } = gpu.state()
    throw new AppError('missing_requirement', `This machine has no device ${wanted}.`, {
      hint:
        reading.trouble?.hint ??
        (status === 'detecting'
          ? 'The GPUs are still being looked for: try again in a moment.'
          : `It has: ${all.map(device => device.id).join(', ')}.`),
    })
  }

  const sample = (): ResourceSample => {
    const { totalBytes, availableBytes } = machine.memory()
    lastCpuPercent = machine.cpuPercent()
    return {
      at: isoOf(clock.nowMs()),
      cpuPercent: Math.round(lastCpuPercent * 10) / 10,
      memoryUsedBytes: totalBytes - availableBytes,
      devices: gpu.state().reading.gpus.map(each => ({
        id: each.id,
        usedBytes: each.memoryUsedBytes,
        utilizationPercent: each.utilizationPercent,
        temperatureCelsius: each.temperatureCelsius,
        powerWatts: each.powerWatts,
      })),
    }
  }

  const cpuNow = () => {
    const { totalBytes, availableBytes } = machine.memory()
    return toDevice(cpu(), listLeases(store.read), {
      name: machine.cpuName,
      usedBytes: totalBytes - availableBytes,
      availableBytes,
      oursBytes: null,
    })
  }

  const gpusNow = () => {
    const leases = listLeases(store.read)
    return gpus().map(each => {
      const { oursBytes, othersBytes } = usersOf(each, ours.has, leases)
      const device = { id: each.id, kind: 'gpu' as const, totalBytes: each.memoryTotalBytes, othersBytes }
      return toDevice(device, leases, { name: each.name, usedBytes: each.memoryUsedBytes, oursBytes, gpu: each })
    })
  }

  const handlers: Handlers<typeof resources> = {
    show: async () => {
      knownInventory ??= inventory()
      const { system, model, physicalCores } = await knownInventory
      const { status, reading } = gpu.state()
      return {
        at: isoOf(clock.nowMs()),
        machine: { hostname: machine.hostname, system, ...(model !== undefined && { model }) },
        cpu: {
          name: machine.cpuName,
          ...(physicalCores !== undefined && { physicalCores }),
          logicalCores: machine.logicalCores,
          processors: machine.processors,
          nextProcessors: processorsFor(cpu(), listLeases(store.read)) ?? machine.processors,
          utilizationPercent: Math.round(lastCpuPercent * 10) / 10,
          loadAverage: machine.load(),
        },
        memory: machine.memory(),
        disk: { path: dataDir, ...machine.disk() },
        gpu: {
          status,
          ...(reading.driver !== null && { driver: reading.driver }),
          ...(reading.trouble && { message: reading.trouble.message, hint: reading.trouble.hint }),
        },
        devices: [cpuNow(), ...gpusNow()],
        leases: listLeases(store.read).map(({ grantedAtMs, jobId, device, memoryBytes, exclusive, processors }) => ({
          ...{ device, memoryBytes, exclusive },
          ...(processors !== null && { processors }),
          jobId: jobId as JobId, // written by the jobs domain
          grantedAt: isoOf(grantedAtMs),
        })),
        queue: waitingNow.map(({ jobId, requests }, index) => ({
          jobId: jobId as JobId, // given by the jobs domain
          position: index + 1,
          requests: [...requests],
        })),
      }
    },
    watch: async (_input, { signal }) => history.watch(signal),
    history: async ({ seconds, points }) => ({ items: history.last(seconds, points) }),
  }

  return {
    handlers,
    leases: {
      check: requests => {
        // What is not known yet is not refused; it waits in the queue until it is.
        if (!isDetecting() || !requests.some(mayNeedGpu)) checkRequests(devices(), requests)
      },
      grant: (tx, waiting) => {
        const held = listLeases(tx)
        const askable = isDetecting() ? waiting.filter(job => !job.requests.some(mayNeedGpu)) : waiting
        const grants = planGrants(devices(), held, askable)
        const grantedAtMs = clock.nowMs()
        for (const [jobId, given] of grants)
          insertLeases(
            tx,
            given.map(grant => ({ ...leaseOf(jobId, grant), grantedAtMs })),
          )
        waitingNow = waiting.filter(job => !grants.has(job.jobId))
        if ([...grants.values()].some(given => given.length > 0)) tx.announce({ topic: 'resources', kind: 'changed' })
        return grants
      },
      release: (tx, jobId) => {
        waitingNow = waitingNow.filter(job => job.jobId !== jobId)
        if (deleteLeases(tx, jobId)) tx.announce({ topic: 'resources', kind: 'changed' })
      },
      onFreed: listener => void freedListeners.add(listener),
      environmentOf: grants => ({ ...pinningVariables(grants, gpus()), ...threadVariables(grants) }),
    },
    devices: () => [cpuNow(), ...gpusNow()],
    planDevice: wanted => {
      const device = find(wanted)
      const grantable = freeBytesOf(device, listLeases(store.read))
      const { totalBytes } = device
      const withoutOurs = totalBytes - device.othersBytes
      if (device.kind === 'cpu') {
        // The book counts leases alone; what other programs use of the processor's memory they may keep.
        const { freeBytes, leasedBytes } = cpuNow()
        const waits = { overBytes: grantable, upToBytes: Math.min(withoutOurs, freeBytes + leasedBytes) }
        const granted = processorsFor(device, listLeases(store.read)) ?? machine.processors
        const processors = { granted, all: machine.processors }
        return { kind: 'cpu', name: 'cpu', totalBytes, freeBytes, waits, processors }
      }
      const name = gpus().find(each => each.id === device.id)?.name ?? device.id
      const waits = { overBytes: grantable, upToBytes: withoutOurs }
      return { kind: 'cuda', name: `${device.id} (${name})`, totalBytes, freeBytes: grantable, waits }
    },
    deviceFor: wanted => find(wanted).id,
    ready: gpu.ready,
    metrics: () =>
      resourceMetrics({ cpuPercent: lastCpuPercent, disk: machine.disk(), devices: [cpuNow(), ...gpusNow()] }),
    start: () => {
      gpu.start()
      history.add(sample())
      timer = setInterval(() => history.add(sample()), sampleEveryMs)
      timer.unref()
    },
    close: () => {
      clearInterval(timer)
      gpu.close()
    },
  }
}

/**
 * Variables that make a child see the devices it was granted. PCI order always, so that `cuda:1` is the same GPU for
 * NVML and for PyTorch. A child that asked for any device, or for a MIG instance, sees only that one, as its `cuda:0`;
 * one that named a GPU keeps the numbering it named it by.
 */
export function pinningVariables(
  grants: readonly DeviceGrant[],
  gpus: readonly GpuSample[],
): Readonly<Record<string, string>> {
  const order = { CUDA_DEVICE_ORDER: 'PCI_BUS_ID' }
  const pinned = grants.filter(({ device, request }) => device !== request.device || device.includes('/'))
  if (pinned.length === 0) return order
  const found = pinned.flatMap(({ device }) => gpus.find(gpu => gpu.id === device) ?? [])
  const visible = found.map(gpu => gpu.pin).join(',')
  return found.some(gpu => gpu.vendor === 'amd')
    ? { ...order, HIP_VISIBLE_DEVICES: visible }
    : { ...order, CUDA_VISIBLE_DEVICES: visible }
}

/** As everywhere in the field, OMP_NUM_THREADS says how many threads a child computes with. */
function threadVariables(grants: readonly DeviceGrant[]): Readonly<Record<string, string>> {
  const [count] = grants.flatMap(({ processors, request }) => processors ?? request.processors ?? [])
  return count === undefined ? {} : { OMP_NUM_THREADS: String(count) }
}

/** Which processes are ours: those with a job's id in their environment. Remembered until the next reading. */
function createOwnership() {
  let known = new Map<string, boolean>()
  let seen = new Map<string, boolean>()
  return {
    has: (pid: number): boolean => {
      const key = `${pid} ${identityOf(pid)?.startTime ?? ''}`
      const answer = seen.get(key) ?? known.get(key) ?? environmentValue(pid, jobMarker) !== undefined
      seen.set(key, answer)
      return answer
    },
    /** Keeps the answers of the last reading only: processes come and go. */
    forget: (): void => {
      known = seen
      seen = new Map()
    },
  }
}
