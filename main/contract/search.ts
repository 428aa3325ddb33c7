import * as z from 'zod'
import { anyOf } from './common.ts'
import { query } from './method.ts'

/** What there may be very many of. Environments are few: their own list tells them. */
export const assetKinds = ['model', 'dataset', 'run', 'evaluation', 'deployment', 'job'] as const
export const AssetKind = z.enum(assetKinds)
export type AssetKind = z.output<typeof AssetKind>

export const FoundAsset = z.object({
  kind: AssetKind,
  id: z.string().meta({
    description: 'of a model or dataset: that of the newest version, unless another was asked for',
  }),
  name: z.string(),
  version: z.number().int().optional(),
  state: z.string().meta({ description: 'as its own list shows it' }),
  detail: z.string().optional().meta({
    description: 'the format of a model, the kind of a dataset or a job, the method of a run, what a deployment serves',
  }),
})
export type FoundAsset = z.output<typeof FoundAsset>

export const search = {
  find: query({
    description:
      'Find models, datasets, runs, evaluations, deployments and jobs by letters of their names, by name@version or by id; exact names first, then the newest',
    policy: 'read',
    route: 'GET /search',
    cli: { args: ['q'], example: 'slipway search find qwn4b' },
    input: z.object({
      q: z.string().trim().min(1).max(200).meta({
        description: 'letters of the name in their order, words in any order, name@version, name@alias, or an id',
      }),
      kind: anyOf(AssetKind),
      limit: z.coerce.number().int().min(1).max(100).default(20),
    }),
    output: z.object({ items: z.array(FoundAsset).meta({ description: 'best first' }) }),
  }),
}
