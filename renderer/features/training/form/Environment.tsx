import { useMutation, useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { api } from '../../../lib/client.ts'
import { dictionary, useText } from '../../../lib/i18n.ts'
import { hrefTo } from '../../../lib/route.ts'
import { ActionButton } from '../../../ui/ActionButton.tsx'
import { FailureFault, Fault } from '../../../ui/Fault.tsx'
import { formText } from './text.ts'

const phrases = dictionary({
  missing: ['The training environment is not built yet', '训练环境尚未构建'],
  missingCause: [
    'Training runs in a Python environment with PyTorch and TRL, made once from locked versions.',
    '训练在含 PyTorch 与 TRL 的 Python 环境中进行，按锁定版本构建一次即可。',
  ],
  broken: ['The training environment cannot be used', '训练环境无法使用'],
  building: ['The training environment is being built', '正在构建训练环境'],
  buildingCause: ['Fill in the form meanwhile: nothing is lost.', '可以先填写表单，内容不会丢失。'],
})

const name = 'training'

/** Whether training can run on this machine at all; true as long as nobody has said otherwise. */
export function useCanTrain(): boolean {
  const state = useQuery(api.environments.show.queryOptions({ input: { name } })).data?.state
  return state === undefined || state === 'ready' || state === 'outdated' || state === 'drifted'
}

/** Says that the environment is missing, and builds it. Nothing when all is well. */
export function EnvironmentFault() {
  const text = useText(phrases)
  const form = useText(formText)
  const { data } = useQuery(api.environments.show.queryOptions({ input: { name } }))
  const build = useMutation(api.environments.build.mutationOptions())
  if (build.error) return <FailureFault error={build.error} title={form.buildFailed} onRetry={() => build.reset()} />
  if (data?.state === 'building' || build.isSuccess)
    return data?.state === 'ready' ? null : (
      <Fault
        tone="warn"
        title={text.building}
        cause={text.buildingCause}
        actions={<Button href={hrefTo('environments', name)}>{form.openBuild}</Button>}
      />
    )
  if (data?.state !== 'missing' && data?.state !== 'broken') return null
  return (
    <Fault
      tone={data.state === 'broken' ? 'fail' : 'warn'}
      title={data.state === 'broken' ? text.broken : text.missing}
      cause={data.problems[0]?.cause ?? text.missingCause}
      {...(data.problems[0] && { remedy: data.problems[0].remedy })}
      actions={
        <ActionButton
          needs="admin"
          type="primary"
          loading={build.isPending}
          onClick={() => build.mutate({ name, rebuild: data.state === 'broken' })}
        >
          {form.build}
        </ActionButton>
      }
    />
  )
}
