import * as z from 'zod'
import { anyOf, PageInput, Path, page, Sha256, Timestamp } from './common.ts'
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
      offset: z.coerce.number().int().min(0).max(100_000_000).default(0).meta({ description: 'how many to skip' }),
      action: anyOf(z.string().max(100)).meta({ description: 'models.remove; or models: every action of models' }),
      actor: anyOf(z.string().max(200)),
      object: z.string().max(4096).optional().meta({ description: 'the id, name or path that an action was about' }),
      outcome: z.enum(['ok', 'failed']).optional(),
      since: Timestamp.optional().meta({ description: 'this moment and later' }),
      until: Timestamp.optional().meta({ description: 'before this moment' }),
      q: z.string().max(200).optional().meta({ description: 'words in action, object or actor' }),
    }),
    output: page(AuditRecord),
  }),
  values: query({
    description: 'List the actions and actors that the audit log knows, to choose from',
    policy: 'admin',
    route: 'GET /audit/values',
    input: z.object({}),
    output: z.object({ actions: z.array(z.string()), actors: z.array(z.string()) }),
  }),
  verify: query({
    description: 'Recompute the hash chain of the whole audit log; compare with a head that was noted elsewhere',
    policy: 'admin',
    route: 'GET /audit/verify',
    cli: { example: 'slipway audit verify', passes: { field: 'verdict', values: ['intact'] } },
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
    input: z.object({ path: Path }),
    output: z.object({ path: z.string(), records: z.number().int(), headHash: Sha256 }),
  }),
}
