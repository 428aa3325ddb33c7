import * as z from 'zod'

/** Everything that can change under a client's feet. The renderer refetches by topic and id; metrics carry their own data. */
export const topics = [
  'models',
  'datasets',
  'runs',
  'evaluations',
  'deployments',
  'environments',
  'jobs',
  'metrics',
  'log',
  'resources',
  'storage',
  'keys',
  'settings',
  'audit',
] as const
export const Topic = z.enum(topics)
export type Topic = z.output<typeof Topic>

/** `resync` is sent instead of missed events when a client comes back too late: it must refetch everything. */
export const ChangeEvent = z.object({
  topic: z.union([Topic, z.literal('resync')]),
  kind: z.enum(['created', 'changed', 'removed', 'data', 'resync']),
  id: z.string().optional(),
  data: z.record(z.string(), z.unknown()).optional(),
})
export type ChangeEvent = z.output<typeof ChangeEvent>
