import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { Copy } from 'lucide-react'
import type { DeploymentDetail } from '../../../main/contract/inference.ts'
import { api } from '../../lib/client.ts'
import { useText } from '../../lib/i18n.ts'
import { named } from '../../lib/marks.ts'
import { hrefTo } from '../../lib/route.ts'
import { ActionButton } from '../../ui/ActionButton.tsx'
import { FailureFault, Fault } from '../../ui/Fault.tsx'
import { useCopy } from '../../ui/use-copy.ts'
import { callExamples, terminalExample } from './call-examples.ts'
import { callText } from './page-text.ts'

/** How other programs reach it: address, name, key, and code to paste. */
export function CallTab({ deployment: { name, hasChatTemplate } }: { readonly deployment: DeploymentDetail }) {
  const text = useText(callText)
  const status = useQuery(api.system.status.queryOptions({ input: {} })).data
  const isChat = hasChatTemplate !== false
  return (
    <div className="scroll grow call-tab">
      <p className="sub">{text.intro}</p>
      {!isChat && <p className="sub">{text.noTemplate}</p>}
      {status && status.address === undefined && (
        <Fault tone="warn" title={text.off} cause={text.offCause} remedy={text.offRemedy} actions={<TurnOn />} />
      )}
      {status?.address !== undefined && (
        <>
          <dl className="kv">
            <dt>{text.base}</dt>
            <dd>
              <code>{`${status.address}/v1`}</code>
            </dd>
            <dt>{text.name}</dt>
            <dd className="ell" title={name} dir="auto">
              <code>{name}</code>
            </dd>
            <dt>{text.key}</dt>
            <dd>
              {`${text.keyHow} `}
              <a className="link" href={hrefTo('keys', { dialog: 'new', scope: 'inference' })}>
                {text.makeKey}
              </a>
            </dd>
          </dl>
          {callExamples({ address: status.address, name, isChat }).map(example => (
            <CodeBlock key={example.key} title={example.title} code={example.code} />
          ))}
        </>
      )}
      {isChat && <CodeBlock title={text.terminal} code={terminalExample(name)} />}
    </div>
  )
}

/** Opens the one port of the backend, on this machine's loopback address. */
export function TurnOn() {
  const text = useText(callText)
  const queries = useQueryClient()
  const settings = (
    <Button size="small" href={hrefTo('settings', { section: 'api' })}>
      {text.settings}
    </Button>
  )
  const turnOn = useMutation(
    api.settings.update.mutationOptions({
      onSuccess: () => queries.invalidateQueries({ queryKey: api.system.key() }),
    }),
  )
  const listener = turnOn.data?.listener
  if (listener?.state === 'failed')
    return <Fault title={text.offStill} cause={listener.message} remedy={listener.hint} actions={settings} />
  if (turnOn.error) return <FailureFault error={turnOn.error} title={text.offStill} onRetry={() => turnOn.reset()} />
  return (
    <>
      <ActionButton
        needs="admin"
        size="small"
        type="primary"
        loading={turnOn.isPending}
        onClick={() => turnOn.mutate({ apiListener: true })}
      >
        {text.turnOn}
      </ActionButton>
      {settings}
    </>
  )
}

/** Code to be copied. */
export function CodeBlock({ title, code }: { readonly title: string; readonly code: string }) {
  const text = useText(callText)
  const copy = useCopy()
  return (
    <figure className="code-block">
      <figcaption>
        <b>{title}</b>
        <Button
          size="small"
          type="text"
          icon={<Copy size={13} />}
          aria-label={named(text.copy, title)}
          onClick={() => copy(code)}
        >
          {text.copy}
        </Button>
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <pre className="mono" tabIndex={0}>
        {code}
      </pre>
    </figure>
  )
}
