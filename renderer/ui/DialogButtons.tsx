import { Button } from 'antd'
import type { Scope } from '../../main/contract/method.ts'
import { dictionary, useText } from '../lib/i18n.ts'
import { ActionButton } from './ActionButton.tsx'

const phrases = dictionary({ cancel: ['Cancel', '取消'] })

type Props = {
  /** What the dialog does. */
  readonly action: string
  readonly needs?: Scope
  readonly isReady?: boolean
  readonly isRunning: boolean
  readonly onAct: () => void
  readonly onCancel: () => void
}

/** The two ways out of a dialog: leave it, or do what it is for. */
export function DialogButtons({ action, needs = 'write', isReady = true, isRunning, onAct, onCancel }: Props) {
  const text = useText(phrases)
  return (
    <>
      <Button onClick={onCancel}>{text.cancel}</Button>
      <ActionButton needs={needs} type="primary" disabled={!isReady} loading={isRunning} onClick={onAct}>
        {action}
      </ActionButton>
    </>
  )
}
