import { type UseQueryResult, useMutation } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import type { Outputs } from '../../../main/contract/index.ts'
import type { Deployment } from '../../../main/contract/inference.ts'
import { api } from '../../lib/client.ts'
import { useText } from '../../lib/i18n.ts'
import { go, hrefTo } from '../../lib/route.ts'
import { ActionButton } from '../../ui/ActionButton.tsx'
import { FailureFault, Fault } from '../../ui/Fault.tsx'
import { deploymentStateText, isComing, isStartable } from '../inference/deployment-words.ts'
import { ModelSelect } from '../inference/ModelSelect.tsx'
import { emptyText, playgroundText } from './text.ts'

type Props = {
  readonly name: string | undefined
  readonly deployment: Deployment | undefined
  readonly deployments: UseQueryResult<Outputs['inference']['list']>
  readonly hasTurns: boolean
  readonly onDeployed: (name: string) => void
}

/** What stands between a person and an answer, with the button that removes it; or how to begin. */
export function PaneNote({ name, deployment, deployments, hasTurns, onDeployed }: Props) {
  const text = useText(playgroundText)
  const empty = useText(emptyText)
  const states = useText(deploymentStateText)
  const start = useMutation(api.inference.start.mutationOptions())
  if (deployments.error)
    return <FailureFault error={deployments.error} title={text.failure} onRetry={() => void deployments.refetch()} />
  if (!deployments.data) return null
  if (deployments.data.items.length === 0) return <DeployHere onDeployed={onDeployed} />
  if (name === undefined || name === '') return <p className="pane-note dim">{text.pickOne}</p>
  if (!deployment) return <p className="pane-note dim">{text.gone(name)}</p>
  if (isComing(deployment))
    return (
      <p className="pane-note sub" role="status">
        {text.loading(name)}
      </p>
    )
  if (deployment.state !== 'serving')
    return (
      <Fault
        tone={deployment.state === 'failed' || deployment.state === 'lost' ? 'fail' : 'warn'}
        title={text.notServing(name, states[deployment.state])}
        cause={start.error?.message ?? deployment.failure?.message}
        remedy={deployment.failure?.hint}
        actions={
          <>
            {isStartable(deployment) && (
              <ActionButton
                needs="write"
                size="small"
                type="primary"
                loading={start.isPending}
                onClick={() => start.mutate({ id: deployment.id })}
              >
                {text.startIt}
              </ActionButton>
            )}
            <Button size="small" href={hrefTo('deployments', deployment.id, { tab: 'log' })}>
              {text.showLog}
            </Button>
          </>
        }
      />
    )
  if (hasTurns) return null
  return (
    <div className="pane-note">
      <h2>{empty.ask}</h2>
      <p className="sub">{deployment.hasChatTemplate === false ? text.baseNote : empty.askWhat}</p>
    </div>
  )
}

/** The shortest way from nothing to an answer: choose a model, deploy it with what is usual. */
function DeployHere({ onDeployed }: { readonly onDeployed: (name: string) => void }) {
  const text = useText(emptyText)
  const [model, setModel] = useState<string>()
  const deploy = useMutation(api.inference.deploy.mutationOptions({ onSuccess: ({ name }) => onDeployed(name) }))
  return (
    <div className="pane-note deploy-here">
      <h2>{text.title}</h2>
      <p className="sub">{text.what}</p>
      <ModelSelect value={model} onChange={setModel} label={text.choose} />
      <div className="acts">
        <ActionButton
          needs="write"
          type="primary"
          disabled={model === undefined}
          loading={deploy.isPending}
          onClick={() => {
            if (model !== undefined) deploy.mutate({ model })
          }}
        >
          {text.deploy}
        </ActionButton>
        <ActionButton needs="write" onClick={() => go('models', { dialog: 'import' })}>
          {text.noModels}
        </ActionButton>
      </div>
      {deploy.error && <FailureFault error={deploy.error} title={text.failed} />}
    </div>
  )
}
