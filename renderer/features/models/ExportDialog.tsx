import { useMutation } from '@tanstack/react-query'
import { Button, Input, Modal } from 'antd'
import { useId } from 'react'
import type { ModelDetail } from '../../../main/contract/models.ts'
import { api } from '../../lib/client.ts'
import { isLike, useDraft } from '../../lib/draft.ts'
import { bytes } from '../../lib/format.ts'
import { dictionary, useText } from '../../lib/i18n.ts'
import { DialogButtons } from '../../ui/DialogButtons.tsx'
import { FailureFault } from '../../ui/Fault.tsx'
import { joinPath } from '../files/clean-path.ts'
import { PathField } from '../files/PathField.tsx'
import { JobLine } from '../jobs/JobLine.tsx'

const phrases = dictionary({
  title: [(name: string) => `Export ${name}`, (name: string) => `导出 ${name}`],
  what: [
    (size: string) =>
      `Copies ${size} into a new folder, with a manifest of every SHA-256. Nothing that is there is overwritten.`,
    (size: string) => `将 ${size} 复制到新文件夹，并附上每个文件的 SHA-256 清单，不覆盖已有内容。`,
  ],
  into: ['Within', '上级文件夹'],
  folder: ['New folder', '新文件夹'],
  refused: ['It was not exported', '未能导出'],
  close: ['Close', '关闭'],
  start: ['Export', '导出'],
  copying: [(path: string) => `Copying to ${path}`, (path: string) => `正在复制到 ${path}`],
})

/** Characters that a folder may not hold on one of the systems where it may be opened. */
const folderNameOf = (model: ModelDetail): string =>
  `${model.name}-v${model.version}`.replace(/[/\\:*?"<>|]+/g, '-').slice(0, 120)

/** Copies the files of a version out of Slipway's sight, such as onto another disk. */
export function ExportDialog({ model, onClose }: { readonly model: ModelDetail; readonly onClose: () => void }) {
  const text = useText(phrases)
  const ids = { into: useId(), folder: useId() }
  const usual = { into: '', folder: folderNameOf(model) }
  const [draft, setDraft, forget] = useDraft(`models.export.${model.id}`, usual, isLike(usual))
  const { into, folder } = draft
  const change = (part: Partial<typeof usual>) => setDraft(before => ({ ...before, ...part }))
  const close = () => {
    forget()
    onClose()
  }
  const start = useMutation(api.models.export.mutationOptions())
  const dir = joinPath(into.trim(), folder.trim())
  const isComplete = into.trim() !== '' && folder.trim() !== ''
  const send = () => {
    if (isComplete) start.mutate({ id: model.id, dir })
  }
  return (
    <Modal
      open
      width={600}
      title={<span dir="auto">{text.title(`${model.name} v${model.version}`)}</span>}
      onCancel={close}
      footer={
        start.data ? (
          <Button type="primary" onClick={close}>
            {text.close}
          </Button>
        ) : (
          <DialogButtons
            action={text.start}
            isReady={isComplete}
            isRunning={start.isPending}
            onAct={send}
            onCancel={close}
          />
        )
      }
    >
      <p className="sub">{text.what(bytes(model.sizeBytes))}</p>
      {start.data ? (
        <JobLine id={start.data.jobId} title={text.copying(dir)} />
      ) : (
        <div className="dialog-form">
          <div className="field">
            <label htmlFor={ids.into}>{text.into}</label>
            <div className="ctl">
              <PathField
                id={ids.into}
                label={text.into}
                value={into}
                pick="folder"
                onChange={next => change({ into: next })}
                onEnter={send}
                autoFocus
              />
            </div>
          </div>
          <div className="field">
            <label htmlFor={ids.folder}>{text.folder}</label>
            <div className="ctl">
              <Input
                id={ids.folder}
                dir="auto"
                value={folder}
                onChange={event => change({ folder: event.target.value })}
                onPressEnter={send}
              />
            </div>
          </div>
        </div>
      )}
      {start.error && <FailureFault error={start.error} title={text.refused} />}
    </Modal>
  )
}
