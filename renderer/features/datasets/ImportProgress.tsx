import { useQuery } from '@tanstack/react-query'
import type { DatasetDetail } from '../../../main/contract/dataset-versions.ts'
import { api } from '../../lib/client.ts'
import { useText } from '../../lib/i18n.ts'
import { JobLine } from '../jobs/JobLine.tsx'
import { pageText } from './page-text.ts'

/** The import of a version whose rows are not all in yet. */
export function ImportProgress({ dataset }: { readonly dataset: DatasetDetail }) {
  const text = useText(pageText)
  const { data } = useQuery(api.jobs.list.queryOptions({ input: { kind: 'import', limit: 200 } }))
  const job = data?.items.find(({ subjectId }) => subjectId === dataset.id)
  return (
    <div className="sec">
      {job ? <JobLine id={job.id} title={text.importing} /> : <p>{text.importing}</p>}
      <p className="hint">{text.importingNote}</p>
    </div>
  )
}
