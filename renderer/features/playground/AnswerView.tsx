import { Button, Tooltip } from 'antd'
import { RefreshCw } from 'lucide-react'
import { memo } from 'react'
import { number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { facts } from '../../lib/marks.ts'
import { hrefTo } from '../../lib/route.ts'
import { ActionButton, ActionIcon } from '../../ui/ActionButton.tsx'
import { Fault } from '../../ui/Fault.tsx'
import { type Answer, isWriting } from './conversation.ts'
import { CopyButton } from './Question.tsx'
import { TokenView } from './TokenView.tsx'
import { playgroundText } from './text.ts'

type Props = {
  readonly answer: Answer | undefined
  /** Who answers. */
  readonly label: string
  /** Undefined while it cannot be asked. */
  readonly onAgain: (() => void) | undefined
}

/** One answer as it is written, what ended it, and what went wrong. */
export const AnswerView = memo(
  function AnswerView({ answer, label, onAgain }: Props) {
    const text = useText(playgroundText)
    if (!answer)
      return (
        <div className="turn">
          <p className="dim">{text.notAsked}</p>
          {onAgain && (
            <ActionButton needs="inference" size="small" onClick={onAgain}>
              {text.askNow}
            </ActionButton>
          )}
        </div>
      )
    const isLive = isWriting(answer)
    return (
      <div className="turn" aria-busy={isLive || undefined}>
        <div className="turn-head">
          <h2 className="ell" dir="auto" title={facts(label, answer.model)}>
            {label}
          </h2>
          {!isLive && (
            <span className="turn-acts">
              <CopyButton text={answer.text} />
              {onAgain && (
                <Tooltip title={text.again}>
                  <ActionIcon needs="inference" aria-label={text.again} onClick={onAgain}>
                    <RefreshCw size={13} />
                  </ActionIcon>
                </Tooltip>
              )}
            </span>
          )}
        </div>
        {answer.tokens ? (
          <TokenView tokens={answer.tokens} isLive={isLive} />
        ) : (
          <p dir="auto">
            {answer.text}
            {isLive && <i className="caret" />}
          </p>
        )}
        <Ending answer={answer} onAgain={onAgain} />
      </div>
    )
  },
  (before, after) =>
    before.answer === after.answer &&
    before.label === after.label &&
    Boolean(before.onAgain) === Boolean(after.onAgain),
)

function Ending({ answer, onAgain }: Pick<Props, 'onAgain'> & { readonly answer: Answer }) {
  const text = useText(playgroundText)
  const { state, finish, failure, sampling, completionTokens, deployment } = answer
  if (failure)
    return (
      <Fault
        title={answer.text === '' ? text.failure : text.failurePart}
        cause={failure.code === 'unreachable' ? text.unreachable : failure.message}
        remedy={failure.hint}
        actions={
          <>
            {onAgain && (
              <ActionButton needs="inference" size="small" type="primary" onClick={onAgain}>
                {text.tryAgain}
              </ActionButton>
            )}
            <Button size="small" href={hrefTo('deployments', deployment, { tab: 'log' })}>
              {text.showLog}
            </Button>
          </>
        }
        raw={`${failure.code}: ${failure.message}`}
      />
    )
  if (state === 'cut') return <p className="turn-end">{text.wasCut}</p>
  if (state === 'stopped') return <p className="turn-end">{text.wasStopped}</p>
  if (finish === 'length')
    return (
      <p className="turn-end">
        {sampling.maxTokens !== undefined && completionTokens >= sampling.maxTokens
          ? text.endedAtLimit(number(sampling.maxTokens))
          : text.endedAtContext}
      </p>
    )
  return null
}
