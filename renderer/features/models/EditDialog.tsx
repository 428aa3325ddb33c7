import { useMutation } from '@tanstack/react-query'
import type { ModelDetail } from '../../../main/contract/models.ts'
import { api } from '../../lib/client.ts'
import { DescribeDialog } from '../describe/DescribeDialog.tsx'

/** Renames and describes a model. */
export function EditDialog({ model, onClose }: { readonly model: ModelDetail; readonly onClose: () => void }) {
  const update = useMutation(api.models.update.mutationOptions())
  return (
    <DescribeDialog
      id={model.id}
      described={model}
      error={update.error}
      isSaving={update.isPending}
      onSave={(changes, onSaved) => update.mutate({ id: model.id, ...changes }, { onSuccess: onSaved })}
      onClose={onClose}
    />
  )
}
