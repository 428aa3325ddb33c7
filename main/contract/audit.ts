import * as z from 'zod'
import { OffsetInput, PageInput, page, Sha256, Timestamp } from './common.ts'
import { command, query } from './method.ts'

export const AuditRecord = z.object({
  seq: z.number().int(),
  at: Timestamp,
  actor: z.string(),
  source: z.string(),
  action: z.string(),
  object: z.string(),
  result: z.string(),
  hash: Sha256,
})
export type AuditRecord = z.output<typeof AuditRecord>

export const audit = {
  list: query({
    description: 'List audit records, newest first',
    policy: 'admin',
    route: 'GET /audit',
    cli: { example: 'slipway audit list --action models.remove' },
    input: z.object({
      ...PageInput,
      offset: OffsetInput,
      action: z.string().max(100).optional(),
      actor: z.string().max(200).optional(),
      q: z.string().max(200).optional().meta({ description: 'text in action, object or actor, in any case' }),
      result: z.enum(['ok', 'refused']).optional().meta({ description: 'refused: everything that was not done' }),
      since: Timestamp.optional().meta({ description: 'not before' }),
      until: Timestamp.optional().meta({ description: 'before' }),
    }),
    output: page(AuditRecord),
  }),
  verify: query({
    description: 'Recompute the hash chain of the whole audit log; compare with a head that was noted elsewhere',
    policy: 'admin',
    route: 'GET /audit/verify',
    cli: { example: 'slipway audit verify' },
    input: z.object({
      anchorSeq: z.coerce.number().int().positive().optional().meta({ description: 'a sequence number noted earlier' }),
      anchorHash: Sha256.optional().meta({ description: 'the hash noted for it' }),
    }),
    output: z.object({
      verdict: z.enum(['intact', 'mismatch', 'shorter', 'anchor_mismatch']),
      records: z.number().int(),
      headSeq: z.number().int(),
      headHash: Sha256,
      firstBadSeq: z.number().int().optional(),
      /** What this check cannot see; a check that hides its limits would itself be a lie. */
      limit: z.string(),
    }),
  }),
  export: command({
    description: 'Write the audit log as JSON lines to a new file',
    policy: 'admin',
    audit: 'audit.export',
    route: 'POST /audit/export',
    cli: { args: ['path'], example: 'slipway audit export audit.jsonl' },
    input: z.object({ path: z.string().min(1).max(4096).meta({ format: 'path' }) }),
    output: z.object({ path: z.string(), records: z.number().int(), headHash: Sha256 }),
  }),
}
