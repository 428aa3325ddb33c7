import { basename, extname, resolve } from 'node:path'
import type { datasets } from '../../contract/datasets.ts'
import { AppError } from '../../contract/errors.ts'
import type { Handlers } from '../../contract/method.ts'
import type { BlobStore } from '../../platform/blobs/store.ts'
import type { Store } from '../../platform/db/types.ts'
import { exportIssues } from './export-issues.ts'
import { exportFormats } from './queries/export.ts'
import type { QueryThreads } from './query-threads.ts'
import { type Filled, filledOf, rowSetOf } from './versions.ts'

type Deps = {
  readonly store: Store
  readonly blobs: Pick<BlobStore, 'pathOf'>
  readonly queries: QueryThreads
}

/** The rows of versions, read back: some of them, their figures, or all of them into a file of the user's. */
export function createRows({
  store,
  blobs,
  queries,
}: Deps): Pick<Handlers<typeof datasets>, 'preview' | 'stats' | 'export'> {
  const rowSet = (found: Filled) => rowSetOf(store.read, blobs, found)
  return {
    preview: async ({ id, offset, limit, search, regex }, { signal }) => {
      const found = filledOf(store.read, id)
      const input = { ...rowSet(found), rows: found.rows, offset, limit, search, regex }
      const { total, rows } = await queries.ask('preview', input, signal)
      return { kind: found.kind, total, rows: [...rows] }
    },

    stats: async ({ id }, { signal }) => queries.ask('stats', rowSet(filledOf(store.read, id)), signal),

    export: async ({ id, path, fileFormat, annotations, leftOut }, call) => {
      const found = filledOf(store.read, id)
      const target = resolve(path)
      if (leftOut) {
        assertJsonLines(fileFormat, target)
        const exported = await exportIssues(store.read, { id: found.id, path: target }, call.signal)
        store.commit(call, found.id, () => undefined)
        return exported
      }
      const format = fileFormat ?? exportFormats.find(known => extname(target).toLowerCase() === `.${known}`)
      if (format === undefined)
        throw new AppError('invalid_input', `It is not clear in which format to write ${basename(target)}.`, {
          hint: 'Name it .jsonl, .csv or .parquet, or give --file-format.',
        })
      const exported = await queries.ask(
        'export',
        { ...rowSet(found), path: target, fileFormat: format, annotations },
        call.signal,
      )
      store.commit(call, found.id, () => undefined)
      return exported
    },
  }
}

function assertJsonLines(fileFormat: string | undefined, target: string): void {
  if ((fileFormat ?? extname(target).slice(1).toLowerCase()) === 'jsonl') return
  throw new AppError('invalid_input', 'The rows that were left out are written as JSON lines only.', {
    hint: 'Name the file .jsonl, or give --file-format jsonl.',
  })
}
