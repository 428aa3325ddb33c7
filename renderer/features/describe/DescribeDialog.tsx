import { Input, Modal } from 'antd'
import { useId } from 'react'
import { useDraft } from '../../lib/draft.ts'
import { dictionary, useText } from '../../lib/i18n.ts'
import { listed } from '../../lib/marks.ts'
import { DialogButtons } from '../../ui/DialogButtons.tsx'
import { FailureFault } from '../../ui/Fault.tsx'
import { DescribeFields, type Description } from './DescribeFields.tsx'

const phrases = dictionary({
  title: [(name: string) => `Name and description of ${name}`, (name: string) => `${name} 的名称与说明`],
  alias: [(n: number) => `Alias of v${n}`, (n: number) => `v${n} 的别名`],
  aliasHint: [
    'Such as best: then NAME@best means this version. Another version that has it loses it.',
    '例如 best，之后“名称@best”即指此版本；其他版本若有同一别名会被取代。',
  ],
  refused: ['It was not changed', '未能修改'],
  save: ['Save', '保存'],
})

/** What people say of a thing with versions. */
export type Described = Description & { readonly version: number; readonly aliases: readonly string[] }

/** Only what was changed. */
export type Changes = { name?: string; description?: string; label?: string[]; alias?: string }

/** Only what a person typed: the rest is what the thing says of itself, also if that changes meanwhile. */
type DescribeDraft = Partial<Description> & { readonly alias?: string }
const emptyDraft: DescribeDraft = {}
const isDescribeDraft = (value: unknown): value is DescribeDraft =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(value).every(([field, typed]) =>
    field === 'labels' ? Array.isArray(typed) : typeof typed === 'string',
  )

type Props = {
  readonly id: string
  readonly described: Described
  readonly error: Error | null
  readonly isSaving: boolean
  readonly onSave: (changes: Changes, onSaved: () => void) => void
  readonly onClose: () => void
}

/** Name, description and labels of a model or dataset, and a new alias for the version that is shown. */
export function DescribeDialog({ id, described, error, isSaving, onSave, onClose }: Props) {
  const text = useText(phrases)
  const aliasId = useId()
  const [draft, setDraft, forget] = useDraft(`described.${id}`, emptyDraft, isDescribeDraft)
  const { name, description, labels, alias = '' } = { ...described, ...draft }
  const change = (part: DescribeDraft) => setDraft(before => ({ ...before, ...part }))
  const close = () => {
    forget()
    onClose()
  }
  const save = () => {
    if (name.trim() === '' || isSaving) return
    const changes = {
      ...(name.trim() !== described.name && { name: name.trim() }),
      ...(description !== described.description && { description }),
      ...(labels.join('\n') !== described.labels.join('\n') && { label: [...labels] }),
      ...(alias.trim() !== '' && { alias: alias.trim() }),
    }
    onSave(changes, close)
  }
  return (
    <Modal
      open
      width={560}
      title={
        <span dir="auto" className="wrap">
          {text.title(described.name)}
        </span>
      }
      onCancel={close}
      footer={
        <DialogButtons
          action={text.save}
          isReady={name.trim() !== ''}
          isRunning={isSaving}
          onAct={save}
          onCancel={close}
        />
      }
    >
      <div className="dialog-form">
        <DescribeFields autoFocus value={{ name, description, labels }} onChange={change} onEnter={save} />
        <div className="field">
          <label htmlFor={aliasId}>{text.alias(described.version)}</label>
          <div className="ctl">
            <Input
              id={aliasId}
              className="mono"
              maxLength={60}
              placeholder={listed(described.aliases)}
              value={alias}
              onChange={event => change({ alias: event.target.value })}
              onPressEnter={save}
            />
          </div>
        </div>
        <p className="hint indent">{text.aliasHint}</p>
      </div>
      {error && <FailureFault error={error} title={text.refused} />}
    </Modal>
  )
}
