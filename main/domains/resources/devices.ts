import type { Device } from '../../contract/resources.ts'
import type { GpuSample } from '../../platform/gpu/sample.ts'
import { freeBytesOf, type HeldLease, type LeasableDevice } from './lease-book.ts'

// Left to the system on the CPU: a machine that gives its last byte to a job begins to swap or kills it.
const systemShare = 0.05

/** The processor and its memory as a device of the lease book. */
export const cpuDevice = (totalBytes: number, processors: number, processorsEach?: number): LeasableDevice => ({
  id: 'cpu',
  kind: 'cpu',
  totalBytes: Math.floor(totalBytes * (1 - systemShare)),
  othersBytes: 0,
  processors,
  processorsEach,
})

/** GPUs that can be leased: a GPU that is split into MIG instances is leased by instance. */
export const leasableGpus = (gpus: readonly GpuSample[]): readonly GpuSample[] => {
  const split = new Set(gpus.map(gpu => gpu.partOf))
  return gpus.filter(gpu => !split.has(gpu.id))
}

/**
 * How much of a GPU Slipway's jobs and how much others use. Without a process list the leases are all that is known:
 * what is used beyond them belongs to others.
 */
export function usersOf(
  gpu: GpuSample,
  isOurs: (pid: number) => boolean,
  leases: readonly HeldLease[],
): { readonly oursBytes: number | null; readonly othersBytes: number } {
  const sizes = gpu.processes?.filter(each => isOurs(each.pid)).map(each => each.memoryBytes)
  if (sizes?.every(size => size !== null)) {
    const oursBytes = sizes.reduce((sum, size) => sum + size, 0)
    return { oursBytes, othersBytes: Math.max(0, gpu.memoryUsedBytes - oursBytes) }
  }
  const leased = leases.filter(lease => lease.device === gpu.id).reduce((sum, lease) => sum + lease.memoryBytes, 0)
  return { oursBytes: null, othersBytes: Math.max(0, gpu.memoryUsedBytes - leased) }
}

/** The device as callers see it. */
export function toDevice(
  device: LeasableDevice,
  leases: readonly HeldLease[],
  live: {
    readonly name: string
    readonly usedBytes: number
    readonly availableBytes?: number
    readonly oursBytes: number | null
    readonly gpu?: GpuSample
  },
): Device {
  const free = freeBytesOf(device, leases)
  return {
    id: device.id,
    kind: device.kind,
    ...(live.gpu && { vendor: live.gpu.vendor }),
    name: live.name,
    ...(live.gpu?.partOf && { partOf: live.gpu.partOf }),
    totalBytes: device.totalBytes,
    usedBytes: live.usedBytes,
    oursBytes: live.oursBytes,
    othersBytes: device.kind === 'gpu' ? device.othersBytes : null,
    leasedBytes: leases.filter(lease => lease.device === device.id).reduce((sum, lease) => sum + lease.memoryBytes, 0),
    freeBytes: Math.min(free, live.availableBytes ?? free),
    utilizationPercent: live.gpu?.utilizationPercent ?? null,
    temperatureCelsius: live.gpu?.temperatureCelsius ?? null,
    powerWatts: live.gpu?.powerWatts ?? null,
    powerLimitWatts: live.gpu?.powerLimitWatts ?? null,
  }
}
