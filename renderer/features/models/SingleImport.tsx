import { Button, Select } from 'antd'
import { useId } from 'react'
import type { FoundModel } from '../../../main/contract/models.ts'
import { bytes } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { ActionButton } from '../../ui/ActionButton.tsx'
import { FailureFault } from '../../ui/Fault.tsx'
import { DescribeFields } from '../describe/DescribeFields.tsx'
import { nameOf } from '../files/clean-path.ts'
import { FoundFacts } from './FoundFacts.tsx'
import type { ModelDraft } from './import-draft.ts'
import { importText } from './import-text.ts'

type Props = {
  readonly model: FoundModel
  readonly draft: ModelDraft
  readonly onChange: (part: Partial<ModelDraft>) => void
  readonly onSend: (name: string) => void
  readonly isSending: boolean
  readonly error: Error | null
  readonly onClose: () => void
}

/** The facts of one model, what it shall be called, and where its bytes shall be. */
export function SingleImport({ model, draft, onChange, onSend, isSending, error, onClose }: Props) {
  const text = useText(importText)
  const bytesId = useId()
  const name = draft.name ?? nameOf(model.name).replace(/\.gguf$/i, '')
  const isReadable = model.summary !== undefined
  const send = () => {
    if (name.trim() !== '' && !isSending) onSend(name.trim())
  }
  return (
    <>
      <FoundFacts model={model} />
      {isReadable && (
        <div className="dialog-form">
          <DescribeFields value={{ ...draft, name }} onChange={onChange} onEnter={send} />
          <div className="field">
            <label htmlFor={bytesId}>{text.bytes}</label>
            <div className="ctl">
              <Select
                id={bytesId}
                value={draft.isCopied ? 'copy' : 'place'}
                onChange={value => onChange({ isCopied: value === 'copy' })}
                options={[
                  { value: 'place', label: text.inPlace },
                  { value: 'copy', label: text.copy },
                ]}
                style={{ width: 260 }}
              />
            </div>
          </div>
          <p className="hint indent">{draft.isCopied ? text.copyHint(bytes(model.sizeBytes)) : text.inPlaceHint}</p>
        </div>
      )}
      {error && <FailureFault error={error} title={text.refused} />}
      <div className="acts end">
        <Button onClick={onClose}>{text.cancel}</Button>
        {isReadable && (
          <ActionButton needs="write" type="primary" disabled={name.trim() === ''} loading={isSending} onClick={send}>
            {text.start}
          </ActionButton>
        )}
      </div>
    </>
  )
}
