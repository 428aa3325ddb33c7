import { useMutation, useQuery } from '@tanstack/react-query'
import { App, Button, Modal } from 'antd'
import { useId } from 'react'
import type { EvaluationDetail } from '../../../main/contract/evaluation.ts'
import { useMay } from '../../lib/access.ts'
import { api } from '../../lib/client.ts'
import { desktop } from '../../lib/desktop.ts'
import { isText, useDraft } from '../../lib/draft.ts'
import { bytes } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { DialogButtons } from '../../ui/DialogButtons.tsx'
import { FailureFault } from '../../ui/Fault.tsx'
import { PathField } from '../files/PathField.tsx'
import { reportText } from './text.ts'

export const reportFormats = ['html', 'md', 'json'] as const
export type ReportFormat = (typeof reportFormats)[number]

type Props = {
  readonly evaluation: EvaluationDetail
  readonly format: ReportFormat
  readonly onClose: () => void
}

/** Names hold what file systems do not. */
const fileName = (name: string): string => name.replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 100) || 'evaluation'

/** Writes the report to a new file of this machine. */
export function ReportDialog({ evaluation, format, onClose }: Props) {
  const text = useText(reportText)
  const id = useId()
  const { message } = App.useApp()
  const home = useQuery({ ...api.files.browse.queryOptions({ input: {} }), enabled: useMay('write') === true }).data
    ?.home
  const [chosen, setChosen, forget] = useDraft<string | undefined>(
    `evaluations.report.${evaluation.id}.${format}`,
    undefined,
    isText,
  )
  const close = () => {
    forget()
    onClose()
  }
  const path = chosen ?? (home === undefined ? '' : `${home}/${fileName(evaluation.name)}.${format}`)
  const save = useMutation(
    api.evaluation.report.mutationOptions({
      onSuccess: ({ path: saved, sizeBytes }) => {
        close()
        void message.success({
          duration: 8,
          content: (
            <>
              {`${text.saved(saved, bytes(sizeBytes))} `}
              {desktop && (
                <Button size="small" onClick={() => void desktop?.showItemInFolder(saved)}>
                  {text.show}
                </Button>
              )}
            </>
          ),
        })
      },
    }),
  )
  const submit = () => {
    if (path.trim() !== '') save.mutate({ id: evaluation.id, path: path.trim() })
  }
  return (
    <Modal
      open
      title={text.title}
      width={600}
      onCancel={close}
      footer={
        <>
          <span className="hint grow">{text.note}</span>
          <DialogButtons
            action={text.save}
            isReady={path.trim() !== ''}
            isRunning={save.isPending}
            onAct={submit}
            onCancel={close}
          />
        </>
      }
    >
      <p className="sub">{text[format]}</p>
      <div className="report-path">
        <label htmlFor={id}>{text.path}</label>
        <PathField
          id={id}
          label={text.path}
          value={path}
          pick="save"
          kinds={[{ name: format.toUpperCase(), extensions: [format] }]}
          onChange={setChosen}
          onEnter={submit}
        />
      </div>
      {save.error && <FailureFault error={save.error} title={text.failed} />}
    </Modal>
  )
}
