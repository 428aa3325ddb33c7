import * as z from 'zod'
import { Bytes } from './common.ts'

const MemoryTerm = z.object({
  name: z.string(),
  bytes: Bytes,
  formula: z.string(),
  source: z.string().optional(),
})

/** What work on a model needs of a device, term by term, and what would make it fit. */
export const MemoryPlan = z.object({
  device: z.string(),
  totalBytes: Bytes.meta({ description: 'what is needed: the sum of the terms' }),
  freeBytes: Bytes.meta({ description: 'of the device, now' }),
  deviceBytes: Bytes.optional().meta({ description: 'all of the device, used or not' }),
  verdict: z.enum(['fits', 'tight', 'too_large']).meta({ description: 'in what is free now' }),
  startsWhenFree: z
    .boolean()
    .optional()
    .meta({ description: 'too large now, but it may be started: it waits until running jobs give memory back' }),
  terms: z.array(MemoryTerm),
  remedies: z.array(
    z.object({
      change: z.string(),
      parameters: z
        .record(z.string(), z.unknown())
        .meta({ description: 'to be set; empty: only a larger device helps' }),
      totalBytes: Bytes,
      harm: z.enum(['slower', 'quality', 'cuts_rows', 'hardware']).optional().meta({ description: 'what it costs' }),
    }),
  ),
})
export type MemoryPlan = z.output<typeof MemoryPlan>
