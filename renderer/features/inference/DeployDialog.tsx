import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { Button, Modal } from 'antd'
import { type ReactNode, useId } from 'react'
import type { Deployment } from '../../../main/contract/inference.ts'
import { api } from '../../lib/client.ts'
import { useDraft } from '../../lib/draft.ts'
import { failureOf } from '../../lib/failure.ts'
import { deviceName } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { go, hrefTo } from '../../lib/route.ts'
import { DialogButtons } from '../../ui/DialogButtons.tsx'
import { FailureFault } from '../../ui/Fault.tsx'
import { DeploymentForm } from './DeploymentForm.tsx'
import { type DeploymentDraft, emptyDraft, isDeploymentDraft, settingsOf } from './deployment-draft.ts'
import { engineName } from './deployment-words.ts'
import { MemoryView } from './MemoryView.tsx'
import { formText } from './text.ts'

type Props = {
  /** Preset by whoever opened the dialog, such as a model's page. */
  readonly model: string | undefined
  readonly onClose: () => void
  readonly onDeployed?: (deployment: Deployment) => void
}

/** Chooses a model and how to serve it, sees what that takes, and starts it. The draft outlives the dialog. */
export function DeployDialog({ model, onClose, onDeployed }: Props) {
  const text = useText(formText)
  const [stored, setDraft, clear] = useDraft<DeploymentDraft>('deployments.new', emptyDraft, isDeploymentDraft)
  const draft: DeploymentDraft = stored.model === undefined && model !== undefined ? { ...stored, model } : stored
  const plan = usePlan(draft)
  const deploy = useMutation(
    api.inference.deploy.mutationOptions({
      onSuccess: deployment => {
        clear()
        if (onDeployed) onDeployed(deployment)
        else go('deployments', deployment.id)
      },
    }),
  )
  const change = (part: Partial<DeploymentDraft>) => setDraft({ ...draft, ...part })
  return (
    <DeploymentModal
      title={text.deployTitle}
      action={text.deploy}
      isRunning={deploy.isPending}
      isReady={draft.model !== undefined && !plan.error && plan.data?.memory.verdict !== 'too_large'}
      onClose={onClose}
      onSubmit={() => {
        const { model: chosen, name, description } = draft
        if (chosen === undefined) return
        deploy.mutate({
          model: chosen,
          ...(name.trim() !== '' && { name: name.trim() }),
          ...(description !== '' && { description }),
          ...settingsOf(draft),
        })
      }}
      form={id => <DeploymentForm id={id} draft={draft} onChange={change} plan={plan.data} hasName />}
      side={<PlanView draft={draft} plan={plan} onChange={change} />}
      error={
        deploy.error && (
          <FailureFault
            error={deploy.error}
            title={text.failed}
            actions={<ErrorActions error={deploy.error} name={draft.name.trim()} />}
          />
        )
      }
    />
  )
}

type ModalProps = {
  readonly title: string
  readonly action: string
  readonly note?: string
  readonly isReady: boolean
  readonly isRunning: boolean
  /** Given the beginning of its fields' ids. */
  readonly form: (id: string) => ReactNode
  readonly side: ReactNode
  readonly error: ReactNode
  readonly onSubmit: () => void
  readonly onClose: () => void
}

/** Settings at the left, what they take at the right. */
export function DeploymentModal(props: ModalProps) {
  const id = useId()
  return (
    <Modal
      open
      afterOpenChange={() => document.getElementById(`${id}model`)?.focus()}
      title={props.title}
      width={880}
      onCancel={props.onClose}
      footer={
        <>
          {props.note !== undefined && <span className="hint grow">{props.note}</span>}
          <DialogButtons
            action={props.action}
            isReady={props.isReady}
            isRunning={props.isRunning}
            onAct={props.onSubmit}
            onCancel={props.onClose}
          />
        </>
      }
    >
      <div className="deploy-grid">
        {props.form(id)}
        <aside>{props.side}</aside>
      </div>
      {props.error}
    </Modal>
  )
}

/** What a draft would take; asked again when it changes, and never started by asking. */
export function usePlan(draft: DeploymentDraft) {
  return useQuery({
    ...api.inference.plan.queryOptions({ input: { model: draft.model ?? '', ...settingsOf(draft) } }),
    enabled: draft.model !== undefined,
    placeholderData: keepPreviousData,
    // What is free changes with everything else that runs.
    staleTime: 5_000,
  })
}

type PlanProps = {
  readonly draft: DeploymentDraft
  readonly plan: ReturnType<typeof usePlan>
  readonly onChange: (change: Partial<DeploymentDraft>) => void
}
export function PlanView({ draft, plan, onChange }: PlanProps) {
  const text = useText(formText)
  if (draft.model === undefined) return <p className="dim">{text.planNone}</p>
  if (plan.error)
    return (
      <FailureFault
        error={plan.error}
        title={text.planFailed}
        onRetry={() => void plan.refetch()}
        actions={<ErrorActions error={plan.error} name="" />}
      />
    )
  if (!plan.data) return <i className="bone" style={{ width: '70%' }} />
  const { engine, device, memory } = plan.data
  return (
    <>
      <dl className="kv plan-facts">
        <dt>{text.engine}</dt>
        <dd>{engineName[engine]}</dd>
        <dt>{text.device}</dt>
        <dd className="ell" title={memory.device}>
          {deviceName(device)}
        </dd>
      </dl>
      <h2 className="h2">{text.memory}</h2>
      <MemoryView plan={memory} onApply={onChange} />
    </>
  )
}

/** The way out that a failure itself names. */
function ErrorActions({ error, name }: { readonly error: Error; readonly name: string }) {
  const text = useText(formText)
  const { code, details } = failureOf(error)
  if (code === 'conflict' && name !== '')
    return (
      <Button size="small" type="primary" href={hrefTo('deployments', name)}>
        {text.toUpdate}
      </Button>
    )
  // A plan in the details means memory; without one, it is the environment that is missing.
  if (code === 'missing_requirement' && details?.plan === undefined)
    return (
      <Button size="small" type="primary" href={hrefTo('environments')}>
        {text.toEnvironments}
      </Button>
    )
  return null
}
