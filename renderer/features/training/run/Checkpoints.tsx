import { useMutation } from '@tanstack/react-query'
import { App, Button, Input, Modal } from 'antd'
import { useId, useState } from 'react'
import { api } from '../../../lib/client.ts'
import { isText, useDraft } from '../../../lib/draft.ts'
import { bytes, dateTime, figure, middle, number } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { hrefTo } from '../../../lib/route.ts'
import { ActionButton } from '../../../ui/ActionButton.tsx'
import { Chip } from '../../../ui/bits.tsx'
import { DialogButtons } from '../../../ui/DialogButtons.tsx'
import { FailureFault } from '../../../ui/Fault.tsx'
import { best, type Columns, valueAt } from '../curve/curve.ts'
import type { LiveCurve } from '../curve/use-curve.ts'
import type { OnFailed } from './RunFailure.tsx'
import { runText } from './text.ts'
import type { ShownRun } from './use-run.ts'

/** The validation loss that was last measured when a checkpoint was written. */
const lossAt = ({ step, loss }: Columns, at: number): number | undefined => {
  const index = step.findLastIndex(each => each <= at)
  return index < 0 ? undefined : valueAt(loss, index)
}

type Props = { readonly shown: ShownRun; readonly live: LiveCurve; readonly onFailed: OnFailed }

/** Every checkpoint that is kept: go on from it, or make a model of it. */
export function Checkpoints({ shown, live, onFailed }: Props) {
  const text = useText(runText)
  const { run, isAlive } = shown
  const [publishing, setPublishing] = useState<number>()
  const resume = useMutation(
    api.training.resume.mutationOptions({
      onError: error => onFailed({ title: text.resumeFailed, error }),
      onSuccess: () => onFailed(undefined),
    }),
  )
  const { validation } = live.curve
  const losses = run.checkpoints.map(({ step }) => lossAt(validation, step))
  const lowest = best({
    ...validation,
    step: run.checkpoints.map(({ step }) => step),
    loss: losses.map(each => each ?? null),
  })
  if (run.checkpoints.length === 0) {
    const every = run.parameters.saveStrategy === 'steps' ? run.parameters.saveSteps : undefined
    return (
      <div className="sec dim">
        <p>{isAlive ? text.noCheckpoints : text.noCheckpointsKept}</p>
        {isAlive && every !== undefined && <p>{text.noCheckpointsHint(number(Number(every)))}</p>}
      </div>
    )
  }
  const newestFirst = run.checkpoints.map((checkpoint, index) => ({ checkpoint, loss: losses[index] })).reverse()
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keys.
    <div className="scroll grow" tabIndex={0}>
      <table className="plain checkpoints">
        <thead>
          <tr>
            <th>{text.step}</th>
            <th className="right">{text.lossThere}</th>
            <th className="right">{text.size}</th>
            <th>{text.when}</th>
            <th>
              <span className="sr-only">{text.checkpoints}</span>
            </th>
            <th>
              <span className="sr-only">{text.more}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {newestFirst.map(({ checkpoint: { step, sizeBytes, createdAt, publishedAs }, loss }, index) => (
            <tr key={step}>
              <td>
                <b>{number(step)}</b>
              </td>
              <td className="right">{figure(loss)}</td>
              <td className="right">{bytes(sizeBytes)}</td>
              <td className="dim">{dateTime(createdAt)}</td>
              <td>
                {index === 0 && <Chip>{text.latestChip}</Chip>}{' '}
                {lowest?.step === step && <Chip tone="ok">{text.bestChip}</Chip>}
              </td>
              <td className="right">
                {!isAlive && shown.state !== 'done' && (
                  <ActionButton
                    needs="write"
                    size="small"
                    type="text"
                    loading={resume.isPending && resume.variables.step === step}
                    onClick={() => resume.mutate({ id: run.id, step })}
                  >
                    {text.resumeHere}
                  </ActionButton>
                )}{' '}
                {publishedAs === undefined ? (
                  <ActionButton needs="write" size="small" onClick={() => setPublishing(step)}>
                    {text.publish}
                  </ActionButton>
                ) : (
                  <Button size="small" type="link" href={hrefTo('models', publishedAs)}>
                    {text.published}
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {publishing !== undefined && (
        <PublishDialog
          runId={run.id}
          usualName={`${run.name}-step-${publishing}`}
          step={publishing}
          onClose={() => setPublishing(undefined)}
        />
      )}
    </div>
  )
}

type DialogProps = {
  readonly runId: string
  readonly usualName: string
  readonly step: number
  readonly onClose: () => void
}

function PublishDialog({ runId, usualName, step, onClose }: DialogProps) {
  const text = useText(runText)
  const id = useId()
  const { message } = App.useApp()
  const [name, setName, forget] = useDraft(`training.publish.${runId}.${step}`, usualName, isText)
  const close = () => {
    forget()
    onClose()
  }
  const publish = useMutation(
    api.training.publish.mutationOptions({
      onSuccess: made => {
        void message.success(text.madeModel(middle(made.name)))
        close()
      },
    }),
  )
  const submit = () => publish.mutate({ id: runId, step, ...(name.trim() !== '' && { name: name.trim() }) })
  return (
    <Modal
      open
      width={480}
      title={text.publishTitle(number(step))}
      onCancel={close}
      footer={<DialogButtons action={text.publish} isRunning={publish.isPending} onAct={submit} onCancel={close} />}
    >
      <p className="sub">{text.publishText}</p>
      <div className="field">
        <label htmlFor={id}>{text.name}</label>
        <Input
          id={id}
          autoFocus
          maxLength={300}
          dir="auto"
          value={name}
          onChange={event => setName(event.target.value)}
          onPressEnter={submit}
        />
      </div>
      {publish.error && <FailureFault error={publish.error} title={text.publishFailed} onRetry={submit} />}
    </Modal>
  )
}
