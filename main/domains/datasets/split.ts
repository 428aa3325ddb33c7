import type { Call } from '../../contract/call.ts'
import type { datasets } from '../../contract/datasets.ts'
import { AppError } from '../../contract/errors.ts'
import type { Handlers } from '../../contract/method.ts'
import type { Collector } from '../../platform/blobs/collector.ts'
import type { BlobStore } from '../../platform/blobs/store.ts'
import type { Clock } from '../../platform/clock.ts'
import { linkLineage } from '../../platform/db/lineage.ts'
import type { Store } from '../../platform/db/types.ts'
import { newId } from '../../platform/ids.ts'
import { inScratch } from '../../platform/scratch.ts'
import { refreshDataset } from './listing-repo.ts'
import type { QueryThreads } from './query-threads.ts'
import { fillVersion, insertVersion } from './repo.ts'
import { type Filled, filledOf, rowSetOf, shown, versionOf } from './versions.ts'

type Deps = {
  readonly store: Store
  readonly clock: Clock
  readonly blobs: Pick<BlobStore, 'adoptFile' | 'pathOf'>
  readonly scratchDir: string
  readonly queries: QueryThreads
  readonly whileStoring: Collector['whileStoring']
}
type Shares = { readonly validation: number; readonly test: number; readonly seed: number }

/** Divides a version by chance into new ones; rows with the same question stay together. */
export function createSplit(deps: Deps): Pick<Handlers<typeof datasets>, 'split'> {
  const { store, clock, blobs, scratchDir, queries, whileStoring } = deps
  const divide = (found: Filled, { validation, test, seed }: Shares, call: Call) =>
    inScratch(scratchDir, 'split', async outDir => {
      const parts = await queries.ask(
        'split',
        { ...rowSetOf(store.read, blobs, found), seed, shares: { validation, test }, outDir },
        call.signal,
      )
      const empty = parts.find(part => part.rows === 0)
      if (empty)
        throw new AppError(
          'conflict',
          `No row would be left for ${empty.role}: ${shown(found)} has ${found.rows} rows.`,
          {
            hint: 'Choose larger shares, or import more rows. Rows with the same question stay together.',
          },
        )
      const stored = await Promise.all(parts.map(async part => ({ ...part, blob: await blobs.adoptFile(part.path) })))
      const shareOf = { validation, test, train: 1 - validation - test }
      const ids = store.commit(call, found.id, tx =>
        stored.toReversed().map(part => {
          const nowMs = clock.nowMs()
          const partId = newId('dver', nowMs)
          const settings = { seed, share: shareOf[part.role] }
          insertVersion(tx, {
            id: partId,
            datasetId: found.datasetId,
            state: 'importing',
            settings,
            splitRole: part.role,
            atMs: nowMs,
          })
          const files = [{ sha256: part.blob.sha256, sizeBytes: part.blob.sizeBytes, rows: part.rows }]
          const content = {
            kind: found.kind,
            format: found.format,
            rows: part.rows,
            badRows: 0,
            reasons: {},
            settings,
            files,
          }
          fillVersion(tx, partId, content, nowMs)
          const edge = { parentId: found.id, parentKind: 'dataset', parentName: shown(found), childKind: 'dataset' }
          linkLineage(tx, { ...edge, childId: partId, childName: found.name, role: `split:${part.role}` })
          refreshDataset(tx, found.datasetId)
          tx.announce({ topic: 'datasets', kind: 'created', id: partId })
          return partId
        }),
      )
      return { items: ids.map(id => versionOf(store.read, id)) }
    })
  return {
    split: async ({ id, validation, test, seed }, call) => {
      if (validation + test <= 0 || validation + test >= 1)
        throw new AppError('invalid_input', 'validation and test together must be more than 0 and less than 1.', {
          hint: 'For example --validation 0.1 --test 0.1: the rest is for training.',
        })
      const found = filledOf(store.read, id)
      return whileStoring(`the split of ${shown(found)}`, () => divide(found, { validation, test, seed }, call))
    },
  }
}
