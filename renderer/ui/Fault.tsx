import { Button } from 'antd'
import { type Scope, scopes } from '../../main/contract/method.ts'
import { signOut, useAccess, useRefusal } from '../lib/access.ts'
import { useSaid } from '../lib/backend-words.ts'
import { type Failure, failureOf } from '../lib/failure.ts'
import { dictionary, useText } from '../lib/i18n.ts'
import { CommandLine } from './CommandLine.tsx'
import { Glyph } from './Glyph.tsx'

const phrases = dictionary({
  raw: ['What was reported', '原始信息'],
  again: ['Try again', '重试'],
  unreachable: ['The backend does not answer', '后端没有响应'],
  unreachableCause: [
    'What you see may be old. Jobs and deployments go on; this window connects again by itself.',
    '当前内容可能已过时。任务与部署仍在运行，窗口会自动重新连接。',
  ],
  forbidden: ['You may not do this', '没有权限'],
  unseen: ['You may not see this', '没有查看权限'],
  otherKey: ['Sign in with another key', '用其他密钥登录'],
  not_found: ['This is not here', '找不到该对象'],
})

type Props = {
  readonly tone?: 'fail' | 'warn' | 'ok'
  readonly title: React.ReactNode
  /** What happened, with figures. */
  readonly cause: React.ReactNode
  readonly remedy?: React.ReactNode
  /** The first one does what the remedy says. */
  readonly actions?: React.ReactNode
  readonly raw?: string
  readonly children?: React.ReactNode
}

/**
 * Cause, remedy, and the button that does it, in that order; texts of the backend come in the language that is on. The raw
 * message stays one click away, as it was reported.
 */
export function Fault({ tone = 'fail', title, cause, remedy, actions, raw, children }: Props) {
  const text = useText(phrases)
  const said = useSaid()
  const inWords = (node: React.ReactNode) => (typeof node === 'string' ? said(node) : node)
  return (
    <section className={`fault ${tone}`} role={tone === 'fail' ? 'alert' : 'status'}>
      <Glyph state={tone} size={14} />
      <div>
        <h3>{title}</h3>
        <p>{inWords(cause)}</p>
        {remedy !== undefined && <p className="remedy">{inWords(remedy)}</p>}
        {children}
        {actions !== undefined && <div className="acts">{actions}</div>}
        {raw !== undefined && (
          <details>
            <summary>{text.raw}</summary>
            <pre className="mono">{raw}</pre>
          </details>
        )}
      </div>
    </section>
  )
}

type FailureProps = {
  readonly error: unknown
  /** What could not be done, such as "The models could not be read". */
  readonly title: React.ReactNode
  readonly onRetry?: () => void
  readonly actions?: React.ReactNode
}

type NoPermissionProps = { readonly scope: Scope; readonly title?: React.ReactNode }

/** In place of what somebody may not see or do: which permission is missing, who grants it, and another key as the way in. */
export function NoPermission({ scope, title }: NoPermissionProps) {
  const text = useText(phrases)
  const { cause, remedy, command } = useRefusal(scope)
  return (
    <Fault tone="warn" title={title ?? text.unseen} cause={cause} remedy={remedy} actions={<OtherKey />}>
      <CommandLine command={command} />
    </Fault>
  )
}

/** Leaves the session of a key, for one with another; whoever came by a launch link or the desktop window has none to leave. */
export function OtherKey() {
  const text = useText(phrases)
  const access = useAccess()
  if (access?.kind !== 'session' || !access.key) return null
  return (
    <Button size="small" onClick={() => void signOut()}>
      {text.otherKey}
    </Button>
  )
}

const scopeIn = ({ code, details }: Failure): Scope | undefined =>
  code === 'forbidden' ? scopes.find(scope => scope === details?.scope) : undefined

/** The fault of a failed call: the backend's own message and hint, in a person's order. */
export function FailureFault({ error, title, onRetry, actions }: FailureProps) {
  const text = useText(phrases)
  const failure: Failure = failureOf(error)
  const lacking = scopeIn(failure)
  if (lacking !== undefined) return <NoPermission scope={lacking} title={text.forbidden} />
  const isKnown = failure.code === 'unreachable' || failure.code === 'forbidden' || failure.code === 'not_found'
  return (
    <Fault
      title={isKnown ? text[failure.code as 'unreachable'] : title}
      cause={failure.code === 'unreachable' ? text.unreachableCause : failure.message}
      remedy={failure.hint}
      actions={
        onRetry || actions ? (
          <>
            {actions}
            {onRetry && (
              <Button size="small" onClick={onRetry}>
                {text.again}
              </Button>
            )}
          </>
        ) : undefined
      }
      raw={`${failure.code}: ${failure.message}${failure.details ? `\n${JSON.stringify(failure.details, undefined, 2)}` : ''}`}
    />
  )
}
