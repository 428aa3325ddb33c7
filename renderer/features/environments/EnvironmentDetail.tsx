import { useMutation, useQuery } from '@tanstack/react-query'
import { App, Button, Dropdown } from 'antd'
import type { Environment } from '../../../main/contract/environments.ts'
import { useSaid } from '../../lib/backend-words.ts'
import { api } from '../../lib/client.ts'
import { bytes } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { setQuery } from '../../lib/route.ts'
import { ActionButton } from '../../ui/ActionButton.tsx'
import { Chip, Status } from '../../ui/bits.tsx'
import { FailureFault, Fault } from '../../ui/Fault.tsx'
import { BuildProgress } from './BuildProgress.tsx'
import { EnvironmentFacts } from './EnvironmentFacts.tsx'
import { Packages } from './Packages.tsx'
import {
  backendText,
  environmentDescriptionText,
  environmentGlyph,
  environmentStateText,
  environmentsText,
} from './text.ts'
import { VerifyResult } from './VerifyResult.tsx'

type Props = { readonly listed: Environment; readonly label: string }

/** One environment: its state, what is wrong with it, what can be done, and every package in it. */
export function EnvironmentDetail({ listed, label }: Props) {
  const text = useText(environmentsText)
  const states = useText(environmentStateText)
  const backends = useText(backendText)
  const descriptions = useText(environmentDescriptionText)
  const said = useSaid()
  const { modal, message } = App.useApp()
  const { name } = listed
  const environment = useQuery(api.environments.show.queryOptions({ input: { name } })).data ?? listed
  const { state, source, backend, problems, sizeBytes, path, jobId } = environment
  const verify = useMutation({
    mutationFn: (deep: boolean) => api.environments.verify.call({ name, deep }),
  })
  const remove = useMutation(
    api.environments.remove.mutationOptions({
      onSuccess: ({ freedBytes }) => void message.success(text.removed(bytes(freedBytes))),
    }),
  )
  const isThere = state !== 'missing' && path !== undefined
  const askAndRemove = () =>
    modal.confirm({
      title: source === 'adopted' ? text.forgetTitle(label) : text.removeTitle(label),
      content: source === 'adopted' ? text.forgetWhat(path ?? '') : text.removeWhat(bytes(sizeBytes ?? 0)),
      okText: source === 'adopted' ? text.forgetDo : text.removeDo,
      okButtonProps: { danger: true },
      cancelText: text.keep,
      autoFocusButton: 'cancel',
      onOk: () => remove.mutate({ name }),
    })
  return (
    <>
      <section className="sec env-about">
        <div className="ins-t">
          <h2 className="ell">{label}</h2>
          <Status state={environmentGlyph[state]}>{states[state]}</Status>
          {backend && <Chip>{backends[backend]}</Chip>}
          {source === 'adopted' && <Chip tone="line">{text.adopted}</Chip>}
        </div>
        <p className="sub">{descriptionOf(name, descriptions) ?? environment.description}</p>
        <div className="acts">
          <ActionButton
            needs="admin"
            {...(state === 'ready' ? {} : { type: 'primary' as const })}
            disabled={jobId !== undefined}
            onClick={() => setQuery({ dialog: 'build' })}
          >
            {isThere ? text.rebuild : text.build}
          </ActionButton>
          <ActionButton needs="admin" disabled={jobId !== undefined} onClick={() => setQuery({ dialog: 'adopt' })}>
            {text.adopt}
          </ActionButton>
          {isThere && (
            <Dropdown
              trigger={['click']}
              menu={{
                items: [
                  { key: 'quick', label: text.verifyQuick },
                  { key: 'deep', label: text.verifyDeep },
                ],
                onClick: ({ key }) => verify.mutate(key === 'deep'),
              }}
            >
              <Button loading={verify.isPending}>{verify.isPending ? text.verifying : text.verify}</Button>
            </Dropdown>
          )}
          {isThere && (
            <ActionButton
              needs="admin"
              type="text"
              danger
              disabled={jobId !== undefined}
              loading={remove.isPending}
              onClick={askAndRemove}
            >
              {source === 'adopted' ? text.forget : text.remove}
            </ActionButton>
          )}
        </div>
        {verify.error && <FailureFault error={verify.error} title={text.unverified} />}
        {verify.data && (
          <VerifyResult result={verify.data} isAdopted={source === 'adopted'} isDeep={verify.variables === true} />
        )}
        {remove.error && <FailureFault error={remove.error} title={text.notRemoved} />}
        {problems.length > 0 && (
          <div className="env-problems">
            {problems.map(({ severity, cause, remedy }) => (
              <Fault key={cause} tone={severity} title={said(cause)} cause={said(remedy)} />
            ))}
          </div>
        )}
      </section>
      {jobId !== undefined && <BuildProgress jobId={jobId} />}
      <EnvironmentFacts environment={environment} />
      {environment.versions && Object.keys(environment.versions).length > 0 && (
        <Packages versions={environment.versions} />
      )}
    </>
  )
}

const descriptionOf = (name: string, descriptions: Readonly<Record<string, string>>): string | undefined =>
  Object.hasOwn(descriptions, name) ? descriptions[name] : undefined
