import { useMutation } from '@tanstack/react-query'
import { Button, Modal } from 'antd'
import { Save } from 'lucide-react'
import { api } from '../../../lib/client.ts'
import { middle, number } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { ActionButton } from '../../../ui/ActionButton.tsx'
import { runText } from './text.ts'
import type { ShownRun } from './use-run.ts'

type Props = {
  readonly shown: ShownRun
  readonly onClose: () => void
  readonly onFailed: (error: unknown) => void
}

/** Stop and save stands first and has the focus; without saving, it says what is lost. */
export function StopDialog({ shown: { run, job }, onClose, onFailed }: Props) {
  const text = useText(runText)
  const stop = useMutation(api.training.stop.mutationOptions({ onError: onFailed, onSettled: onClose }))
  const last = run.checkpoints.at(-1)
  // The job says each step; the run's own row is as old as the last time that it was read.
  const step = Math.max(run.step, job?.progress?.done ?? 0)
  const lost = step - (last?.step ?? 0)
  return (
    <Modal
      open
      closable={false}
      width={480}
      title={text.stopTitle(middle(run.name, 36))}
      onCancel={onClose}
      footer={
        <>
          <ActionButton
            needs="write"
            type="text"
            danger
            className="stop-without"
            disabled={stop.isPending}
            onClick={() => stop.mutate({ id: run.id, save: false })}
          >
            {text.stopWithout}
          </ActionButton>
          <Button onClick={onClose}>{text.keep}</Button>
          <ActionButton
            needs="write"
            autoFocus
            type="primary"
            icon={<Save size={14} />}
            loading={stop.isPending}
            onClick={() => stop.mutate({ id: run.id, save: true })}
          >
            {text.stop}
          </ActionButton>
        </>
      }
    >
      <p className="sub">{text.stopText}</p>
      {step > 0 && (
        <p className="dim">{last ? text.stopLoss(number(lost), number(last.step)) : text.stopLossAll(number(step))}</p>
      )}
    </Modal>
  )
}
