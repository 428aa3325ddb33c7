import * as z from 'zod'
import { Bytes } from './common.ts'
import { command } from './method.ts'

export const storage = {
  prune: command({
    description:
      'Delete the bytes in the data directory that nothing needs any more, and tell how much that freed; what can be restored stays, and so do your own folders',
    policy: 'write',
    audit: 'storage.prune',
    route: 'POST /storage/prune',
    cli: { example: 'slipway storage prune' },
    input: z.object({}),
    output: z.object({
      blobs: z.number().int().meta({ description: 'files of the blob store that were deleted' }),
      folders: z.number().int().meta({ description: 'folders of models, runs and evaluations that were deleted' }),
      freedBytes: Bytes,
    }),
  }),
}
