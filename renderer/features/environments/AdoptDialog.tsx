import { useMutation } from '@tanstack/react-query'
import { Modal } from 'antd'
import { api } from '../../lib/client.ts'
import { isText, useDraft } from '../../lib/draft.ts'
import { useText } from '../../lib/i18n.ts'
import { setQuery } from '../../lib/route.ts'
import { DialogButtons } from '../../ui/DialogButtons.tsx'
import { FailureFault } from '../../ui/Fault.tsx'
import { PathField } from '../files/PathField.tsx'
import { environmentsText } from './text.ts'

type Props = { readonly name: string; readonly label: string }

/** Points at a virtual or conda environment that is there already; what it lacks is said before it is used. */
export function AdoptDialog({ name, label }: Props) {
  const text = useText(environmentsText)
  const [path, setPath, clear] = useDraft(`environments.adopt.${name}`, '', isText)
  const close = () => setQuery({ dialog: undefined })
  const adopt = useMutation(
    api.environments.adopt.mutationOptions({
      onSuccess: () => {
        clear()
        close()
      },
    }),
  )
  const start = () => adopt.mutate({ name, path: path.trim() })
  return (
    <Modal
      open
      title={text.adoptTitle(label)}
      width={600}
      onCancel={close}
      footer={
        <DialogButtons
          action={text.adoptDo}
          needs="admin"
          isReady={path.trim() !== ''}
          isRunning={adopt.isPending}
          onAct={start}
          onCancel={close}
        />
      }
    >
      <div className="env-form">
        <p className="sub">{text.adoptWhy}</p>
        <PathField label={text.folder} pick="folder" value={path} onChange={setPath} onEnter={start} autoFocus />
        <p className="sub">
          {text.cli} <code>{`slipway environments adopt ${name} PATH`}</code>
        </p>
        {adopt.error && <FailureFault error={adopt.error} title={text.notAdopted} />}
      </div>
    </Modal>
  )
}
