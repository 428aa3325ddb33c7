import type { DatasetDetail } from '../../../main/contract/datasets.ts'
import { useText } from '../../lib/i18n.ts'
import { LineageView } from '../lineage/LineageView.tsx'
import { useLineage } from '../lineage/use-lineage.ts'
import { datasetsText } from './text.ts'

/** What a version was divided or repaired from, and what was trained and measured on it. */
export function LineageTab({ dataset }: { readonly dataset: DatasetDetail }) {
  const names = useText(datasetsText)
  const { id, name, version, lineage } = dataset
  const around = useLineage({ id, kind: 'dataset', name: `${name} ${names.version(version)}` }, lineage)
  return (
    <div className="scroll grow">
      <LineageView around={around} />
    </div>
  )
}
