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
import { methodFor } from './check.ts'
import { refreshDataset } from './listing-repo.ts'
import type { QueryThreads } from './query-threads.ts'
import type { RenderRows } from './render-rows.ts'
import { fillVersion, insertVersion } from './repo.ts'
import { type Filled, filledOf, rowSetOf, shown } from './versions.ts'

type Deps = {
  readonly store: Store
  readonly clock: Clock
  readonly blobs: Pick<BlobStore, 'adoptFile' | 'pathOf'>
  readonly scratchDir: string
  readonly queries: QueryThreads
  readonly render: RenderRows
  readonly whileStoring: Collector['whileStoring']
}

const renderedPrefix = 'render_'

/** Repairs: rows never change, so what a check found is left out of a new version, and the old one stays as it was. */
export function createRepair(deps: Deps): Pick<Handlers<typeof datasets>, 'repair'> {
  const { store, clock, blobs, scratchDir, queries, whileStoring } = deps
  const rowSet = (found: Filled) => rowSetOf(store.read, blobs, found)
  return {
    repair: ({ id, without, model, method, against, maxSequenceLength }, call) =>
      whileStoring(`a repair of ${id}`, async () => {
        const found = filledOf(store.read, id)
        const other = against === undefined ? undefined : filledOf(store.read, against)
        const alsoRows = await rowsToldByModel(deps, found, { without, model, method, maxSequenceLength }, call)
        return inScratch(scratchDir, 'repair', async outDir => {
          const repaired = await queries.ask(
            'repair',
            {
              ...rowSet(found),
              rows: found.rows,
              maxSequenceLength,
              ...(other && { against: { ...rowSet(other), name: shown(other) } }),
              without: without.filter(code => !code.startsWith(renderedPrefix)),
              alsoRows,
              outDir,
            },
            call.signal,
          )
          assertWorthKeeping(found, repaired)
          const blob = await blobs.adoptFile(repaired.path)
          const made = store.commit(call, found.id, tx => {
            const nowMs = clock.nowMs()
            const newVersion = newId('dver', nowMs)
            const settings = { without: [...without] }
            insertVersion(tx, { id: newVersion, datasetId: found.datasetId, state: 'importing', settings, atMs: nowMs })
            const files = [{ sha256: blob.sha256, sizeBytes: blob.sizeBytes, rows: repaired.rows }]
            const { kind, format } = found
            fillVersion(
              tx,
              newVersion,
              { kind, format, rows: repaired.rows, badRows: 0, reasons: {}, settings, files },
              nowMs,
            )
            const edge = { parentId: found.id, parentKind: 'dataset', parentName: shown(found), childKind: 'dataset' }
            linkLineage(tx, { ...edge, childId: newVersion, childName: found.name, role: 'repaired' })
            refreshDataset(tx, found.datasetId)
            tx.announce({ topic: 'datasets', kind: 'created', id: newVersion })
            return newVersion
          })
          return filledOf(store.read, made)
        })
      }),
  }
}

type Told = {
  readonly without: readonly string[]
  readonly model: string | undefined
  readonly method: string | undefined
  readonly maxSequenceLength: number | undefined
}

/** Rows that only the model's tokenizer and template find fault with. */
async function rowsToldByModel(
  { store, blobs, render }: Deps,
  found: Filled,
  { without, model, method, maxSequenceLength }: Told,
  call: Call,
): Promise<number[]> {
  const codes = without.filter(code => code.startsWith(renderedPrefix)).map(code => code.slice(renderedPrefix.length))
  if (codes.length === 0) return []
  if (model === undefined)
    throw new AppError('invalid_input', 'Which rows a model cannot be shown is not known without the model.', {
      hint: 'Give the model that the rows were checked against.',
    })
  const { problems } = await render(
    {
      model,
      method: method ?? methodFor(found.kind),
      files: rowSetOf(store.read, blobs, found).files,
      maxSequenceLength,
      samples: 0,
    },
    call.signal,
  )
  return problems.filter(problem => codes.includes(problem.code)).map(problem => problem.row)
}

function assertWorthKeeping(
  found: Filled,
  repaired: { readonly rows: number; readonly unknown: readonly string[] },
): void {
  if (repaired.unknown.length > 0)
    throw new AppError('invalid_input', `Leaving rows out does not repair ${repaired.unknown.join(', ')}.`, {
      hint: 'Give codes of problems that rows have, as slipway datasets check names them; leak needs --against.',
    })
  if (repaired.rows === found.rows)
    throw new AppError('conflict', `No row of ${shown(found)} has these problems.`, {
      hint: 'Check it again: it may have been repaired already.',
    })
  if (repaired.rows === 0)
    throw new AppError('conflict', `No row of ${shown(found)} would be left.`, {
      hint: 'The set as a whole has these problems: import it again, with another format or mapping.',
    })
}
