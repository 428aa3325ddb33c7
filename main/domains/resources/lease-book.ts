import { AppError } from '../../contract/errors.ts'
import type { DeviceRequest } from '../../contract/jobs.ts'

/** A device as the book counts it: what it has, and what programs outside Slipway hold of it. */
export type LeasableDevice = {
  readonly id: string
  readonly kind: 'cpu' | 'gpu'
  readonly totalBytes: number
  readonly othersBytes: number
  /** Of the CPU: how many threads can compute at once. */
  readonly processors?: number
  /** With how many threads every job computes that does not ask for another number: a user's OMP_NUM_THREADS. */
  readonly processorsEach?: number | undefined
}

export type HeldLease = {
  readonly jobId: string
  readonly device: string
  readonly memoryBytes: number
  readonly exclusive: boolean
  /** Threads that the job computes with; null where it holds none: on a GPU. */
  readonly processors: number | null
  /** It computes only when asked: no other job gets fewer processors because of it. */
  readonly idles: boolean
}

export type WaitingJob = { readonly jobId: string; readonly requests: readonly DeviceRequest[] }
export type DeviceGrant = { readonly device: string; readonly request: DeviceRequest; readonly processors?: number }

/** The devices that could ever grant a request. `any` means a GPU where one is large enough, else the CPU. */
export function candidatesFor(devices: readonly LeasableDevice[], request: DeviceRequest): readonly LeasableDevice[] {
  const large = devices.filter(device => device.totalBytes >= request.memoryBytes)
  const gpus = large.filter(device => device.kind === 'gpu')
  switch (request.device) {
    case 'any':
    case 'auto':
      return gpus.length > 0 ? gpus : large
    case 'any-gpu':
    case 'cuda':
      return gpus
    default:
      return large.filter(device => device.id === request.device)
  }
}

/** Throws `missing_requirement` when no device of this machine could ever grant one of the requests. */
export function checkRequests(devices: readonly LeasableDevice[], requests: readonly DeviceRequest[]): void {
  for (const request of requests) {
    if (candidatesFor(devices, request).length > 0) continue
    const named = devices.filter(device => device.id === request.device)
    const largest = Math.max(0, ...(named.length > 0 ? named : devices).map(device => device.totalBytes))
    const isKnown = named.length > 0 || ['any', 'auto'].includes(request.device)
    const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`
    throw new AppError(
      'missing_requirement',
      isKnown
        ? `The job needs ${gib(request.memoryBytes)} on one device; the largest that it may use has ${gib(largest)}.`
        : `This machine has no device ${request.device} with ${gib(request.memoryBytes)}.`,
      {
        hint: isKnown
          ? 'Make the model, the batch or the context smaller.'
          : `It has: ${devices.map(device => `${device.id} (${gib(device.totalBytes)})`).join(', ')}.`,
        details: { device: request.device, memoryBytes: request.memoryBytes },
      },
    )
  }
}

/**
 * Who may start now. Jobs are taken in the order given (priority, then first come); all requests of a job are granted
 * together or none. A job that must wait keeps every device that it could use from those behind it: otherwise a stream
 * of small jobs would let a large one wait for ever.
 */
export function planGrants(
  devices: readonly LeasableDevice[],
  held: readonly HeldLease[],
  waiting: readonly WaitingJob[],
): ReadonlyMap<string, readonly DeviceGrant[]> {
  const leases = [...held]
  const kept = new Set<string>()
  const granted = new Map<string, readonly DeviceGrant[]>()
  for (const { jobId, requests } of waiting) {
    const grants = grantAll(devices, leases, kept, jobId, requests)
    if (grants) {
      granted.set(jobId, grants)
      leases.push(...grants.map(grant => leaseOf(jobId, grant)))
    } else {
      for (const request of requests) for (const device of candidatesFor(devices, request)) kept.add(device.id)
    }
  }
  return granted
}

export const leaseOf = (jobId: string, { device, request, processors }: DeviceGrant): HeldLease => ({
  jobId,
  device,
  memoryBytes: request.memoryBytes,
  exclusive: request.exclusive,
  processors: processors ?? null,
  idles: request.idles ?? false,
})

/**
 * With how many threads a job computes on a device: as many as it asks for, else what nobody holds, and at least a fair
 * share. Nobody waits for processors: a run that goes on for days must not keep a short one from starting. So what has
 * been granted may come to more than there are, as a job that runs keeps its number: its rounding follows from it.
 * Undefined on a GPU.
 */
export function processorsFor(
  { id, processors: all, processorsEach }: LeasableDevice,
  leases: readonly HeldLease[],
  asked?: number,
): number | undefined {
  if (all === undefined) return undefined
  if (asked !== undefined) return Math.min(asked, all)
  if (processorsEach !== undefined) return processorsEach
  const sharing = leases.filter(lease => lease.device === id && !lease.idles && lease.processors !== null)
  const held = sharing.reduce((sum, lease) => sum + (lease.processors ?? 0), 0)
  const fairShare = Math.max(1, Math.floor(all / (sharing.length + 1)))
  return Math.max(all - held, fairShare)
}

/** What a new job could still get of a device; 0 while somebody holds it alone. */
export function freeBytesOf(device: LeasableDevice, leases: readonly HeldLease[]): number {
  const own = leases.filter(lease => lease.device === device.id)
  if (own.some(lease => lease.exclusive)) return 0
  const leased = own.reduce((sum, lease) => sum + lease.memoryBytes, 0)
  return Math.max(0, device.totalBytes - device.othersBytes - leased)
}

function grantAll(
  devices: readonly LeasableDevice[],
  held: readonly HeldLease[],
  kept: ReadonlySet<string>,
  jobId: string,
  requests: readonly DeviceRequest[],
): readonly DeviceGrant[] | undefined {
  const leases = [...held]
  const grants: DeviceGrant[] = []
  // The demanding first, so that an `any-gpu` does not take what only it could have used; answered in the given order.
  const order = requests.map((request, n) => ({ request, n, choices: candidatesFor(devices, request).length }))
  order.sort((a, b) => a.choices - b.choices || b.request.memoryBytes - a.request.memoryBytes)
  for (const { request, n } of order) {
    const fitting = candidatesFor(devices, request)
      .filter(device => !kept.has(device.id) && fits(device, leases, request))
      // The tightest fit leaves the large holes to the large jobs.
      .sort((a, b) => freeBytesOf(a, leases) - freeBytesOf(b, leases))
    const device = fitting[0]
    if (!device) return undefined
    const processors = processorsFor(device, leases, request.processors)
    const grant = { device: device.id, request, ...(processors !== undefined && { processors }) }
    grants[n] = grant
    leases.push(leaseOf(jobId, grant))
  }
  return grants
}

const fits = (
  device: LeasableDevice,
  leases: readonly HeldLease[],
  { memoryBytes, exclusive }: DeviceRequest,
): boolean =>
  freeBytesOf(device, leases) >= memoryBytes &&
  !leases.some(lease => lease.device === device.id && (lease.exclusive || exclusive))
