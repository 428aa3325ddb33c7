import { useMutation } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { DeploymentDetail } from '../../../main/contract/inference.ts'
import { api } from '../../lib/client.ts'
import { useDraft } from '../../lib/draft.ts'
import { useText } from '../../lib/i18n.ts'
import { FailureFault } from '../../ui/Fault.tsx'
import { DeploymentModal, PlanView, usePlan } from './DeployDialog.tsx'
import { DeploymentForm } from './DeploymentForm.tsx'
import { changesOf, type DeploymentDraft, draftOf, isDeploymentDraft } from './deployment-draft.ts'
import { formText } from './text.ts'

type Props = { readonly deployment: DeploymentDetail; readonly onClose: () => void }

/** Puts another model version, or other settings, behind a name that goes on serving meanwhile. */
export function UpdateDialog({ deployment, onClose }: Props) {
  const text = useText(formText)
  // What was served when the dialog was opened: heartbeats change the rest of the deployment every few seconds.
  const [before] = useState<DeploymentDraft>(() => draftOf(deployment))
  // A draft was made over a version: over another one, what it does not change would be changed back.
  const [draft, setDraft, forget] = useDraft(
    `deployments.update.${deployment.id}.${deployment.version}`,
    before,
    isDeploymentDraft,
  )
  const close = () => {
    forget()
    onClose()
  }
  const plan = usePlan(draft)
  const changes = useMemo(() => changesOf(before, draft), [before, draft])
  const update = useMutation(api.inference.update.mutationOptions({ onSuccess: close }))
  const change = (part: Partial<DeploymentDraft>) => setDraft({ ...draft, ...part })
  const isSame = Object.keys(changes).length === 0
  return (
    <DeploymentModal
      title={text.updateTitle(deployment.name)}
      action={text.update}
      note={isSame ? text.nothingChanged : text.updateNote}
      isRunning={update.isPending}
      isReady={!isSame && draft.model !== undefined && !plan.error && plan.data?.memory.verdict !== 'too_large'}
      onClose={close}
      onSubmit={() => update.mutate({ id: deployment.id, ...changes })}
      form={id => <DeploymentForm id={id} draft={draft} onChange={change} plan={plan.data} hasName={false} />}
      side={<PlanView draft={draft} plan={plan} onChange={change} />}
      error={update.error && <FailureFault error={update.error} title={text.failed} />}
    />
  )
}
