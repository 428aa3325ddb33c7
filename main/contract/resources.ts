import { eventIterator } from '@orpc/contract'
import * as z from 'zod'
import { Bytes, Timestamp } from './common.ts'
import { DeviceRequest, JobId } from './jobs.ts'
import { query } from './method.ts'

/** Null means "not reported by this machine", never zero. */
const figure = z.number().nullable()

/** What one device holds. `free` is what a new job could get: neither used by others nor promised to a job. */
export const Device = z.object({
  id: z.string().meta({ description: "'cpu', or as PyTorch counts: 'cuda:0'; a MIG instance is 'cuda:0/1'" }),
  kind: z.enum(['cpu', 'gpu']),
  vendor: z.enum(['nvidia', 'amd']).optional(),
  name: z.string(),
  /** For a MIG instance: the GPU it is a part of. */
  partOf: z.string().optional(),
  totalBytes: Bytes,
  usedBytes: Bytes,
  /** Of the used bytes, those of Slipway's jobs; null where the driver does not list processes. */
  oursBytes: figure,
  othersBytes: figure,
  leasedBytes: Bytes,
  freeBytes: Bytes,
  utilizationPercent: figure,
  temperatureCelsius: figure,
  powerWatts: figure,
  powerLimitWatts: figure,
})
export type Device = z.output<typeof Device>

/** A share of a device that a job holds until it has ended. */
export const Lease = z.object({
  jobId: JobId,
  device: z.string(),
  memoryBytes: Bytes,
  exclusive: z.boolean(),
  processors: z.number().int().positive().optional().meta({ description: 'on the CPU: threads that it computes with' }),
  grantedAt: Timestamp,
})
export type Lease = z.output<typeof Lease>

export const ResourceSample = z.object({
  at: Timestamp,
  cpuPercent: z.number().meta({ description: 'of all logical cores' }),
  memoryUsedBytes: Bytes,
  devices: z.array(
    z.object({
      id: z.string(),
      usedBytes: Bytes,
      utilizationPercent: figure,
      temperatureCelsius: figure,
      powerWatts: figure,
    }),
  ),
})
export type ResourceSample = z.output<typeof ResourceSample>

export const resources = {
  show: query({
    description: 'Show the machine: processor, memory, disk, devices, who holds them and who waits',
    policy: 'read',
    route: 'GET /resources',
    cli: { example: 'slipway resources show' },
    input: z.object({}),
    output: z.object({
      at: Timestamp,
      machine: z.object({ hostname: z.string(), system: z.string(), model: z.string().optional() }),
      cpu: z.object({
        name: z.string(),
        physicalCores: z.number().int().optional(),
        logicalCores: z.number().int(),
        processors: z.number().int().meta({
          description: 'what jobs share: physical cores, or what the system lets Slipway use where that is less',
        }),
        nextProcessors: z.number().int().meta({ description: 'how many a job that starts now would be granted' }),
        utilizationPercent: z.number(),
        loadAverage: z.array(z.number()).meta({ description: 'over 1, 5 and 15 minutes' }),
      }),
      memory: z.object({ totalBytes: Bytes, availableBytes: Bytes }),
      disk: z.object({ path: z.string(), totalBytes: Bytes, freeBytes: Bytes }),
      gpu: z.object({
        status: z.enum(['none', 'detecting', 'live', 'stale', 'failed']),
        driver: z.string().optional(),
        message: z.string().optional(),
        hint: z.string().optional(),
      }),
      devices: z.array(Device),
      leases: z.array(Lease),
      queue: z.array(
        z.object({ jobId: JobId, position: z.number().int().positive(), requests: z.array(DeviceRequest) }),
      ),
    }),
  }),
  watch: query({
    description: 'Follow the figures of the machine, once a second',
    policy: 'read',
    route: 'GET /resources/watch',
    cli: { example: 'slipway resources watch' },
    input: z.object({}),
    output: eventIterator(ResourceSample),
  }),
  history: query({
    description: 'Read the figures of the last hour at most, oldest first',
    policy: 'read',
    route: 'GET /resources/history',
    cli: { example: 'slipway resources history --seconds 600' },
    input: z.object({
      seconds: z.coerce.number().int().min(1).max(3600).default(600),
      points: z.coerce.number().int().min(2).max(3600).default(600).meta({ description: 'at most this many' }),
    }),
    output: z.object({ items: z.array(ResourceSample) }),
  }),
}
