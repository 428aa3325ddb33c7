import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { DatasetDetail } from '../../../main/contract/dataset-versions.ts'
import { api } from '../../lib/client.ts'
import { useText } from '../../lib/i18n.ts'
import { FailureFault } from '../../ui/Fault.tsx'
import { LineageView } from '../lineage/LineageView.tsx'
import { surroundingsOf } from '../lineage/surroundings.ts'
import { pageText } from './page-text.ts'
import { datasetsText } from './text.ts'

/** The files that a version was read from, what it was divided or repaired from, what ran on it, and what came of that. */
export function LineageTab({ dataset }: { readonly dataset: DatasetDetail }) {
  const text = useText(pageText)
  const names = useText(datasetsText)
  const { id, version } = dataset
  const graph = useQuery(api.datasets.graph.queryOptions({ input: { id, depth: 3 } }))
  const name = `${dataset.name} ${names.version(version)}`
  const around = useMemo(
    () => graph.data && surroundingsOf(graph.data, { id, kind: 'dataset', name }, { after: 2 }),
    [graph.data, id, name],
  )
  return (
    <div className="scroll grow" aria-busy={graph.isPending}>
      {graph.error && (
        <div className="sec">
          <FailureFault error={graph.error} title={text.lineageUnread} onRetry={() => void graph.refetch()} />
        </div>
      )}
      {around && <LineageView around={around} />}
    </div>
  )
}
