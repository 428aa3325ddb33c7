import { useMutation } from '@tanstack/react-query'
import type { DatasetDetail } from '../../../main/contract/dataset-versions.ts'
import { api } from '../../lib/client.ts'
import { DescribeDialog } from '../describe/DescribeDialog.tsx'

/** Renames and describes a dataset. */
export function EditDialog({ dataset, onClose }: { readonly dataset: DatasetDetail; readonly onClose: () => void }) {
  const update = useMutation(api.datasets.update.mutationOptions())
  return (
    <DescribeDialog
      id={dataset.id}
      described={dataset}
      error={update.error}
      isSaving={update.isPending}
      onSave={(changes, onSaved) => update.mutate({ id: dataset.id, ...changes }, { onSuccess: onSaved })}
      onClose={onClose}
    />
  )
}
