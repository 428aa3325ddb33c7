import { useMutation } from '@tanstack/react-query'
import { App, Modal } from 'antd'
import { api } from '../../lib/client.ts'
import { isText, useDraft } from '../../lib/draft.ts'
import { number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { setQuery } from '../../lib/route.ts'
import { DialogButtons } from '../../ui/DialogButtons.tsx'
import { FailureFault } from '../../ui/Fault.tsx'
import { PathField } from '../files/PathField.tsx'
import { auditText } from './text.ts'

/** Writes all records to a new file of this machine. */
export function ExportDialog() {
  const text = useText(auditText)
  const { message } = App.useApp()
  const [path, setPath, forget] = useDraft('audit.export', '', isText)
  const close = () => {
    forget()
    setQuery({ dialog: undefined })
  }
  const write = useMutation(
    api.audit.export.mutationOptions({
      onSuccess: written => {
        void message.success(text.exported(number(written.records), written.path), 6)
        close()
      },
    }),
  )
  const start = () => path.trim() !== '' && write.mutate({ path: path.trim() })
  return (
    <Modal
      open
      title={text.exportTitle}
      width={560}
      onCancel={close}
      footer={
        <DialogButtons
          action={text.exportDo}
          needs="admin"
          isReady={path.trim() !== ''}
          isRunning={write.isPending}
          onAct={start}
          onCancel={close}
        />
      }
    >
      <div className="audit-export">
        <p className="sub">{text.exportWhy}</p>
        <PathField
          label={text.file}
          pick="save"
          value={path}
          onChange={setPath}
          onEnter={start}
          autoFocus
          kinds={[{ name: 'JSON Lines', extensions: ['jsonl'] }]}
        />
        {write.error && <FailureFault error={write.error} title={text.notExported} />}
      </div>
    </Modal>
  )
}
