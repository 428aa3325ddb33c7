import { useMutation } from '@tanstack/react-query'
import { Button, Input, Modal, Select } from 'antd'
import { useId, useState } from 'react'
import type { ModelDetail } from '../../../main/contract/models.ts'
import { api } from '../../lib/client.ts'
import { dictionary, useText } from '../../lib/i18n.ts'
import { FailureFault } from '../../ui/Fault.tsx'

const phrases = dictionary({
  title: [(name: string) => `What ${name} is called and said of it`, (name: string) => `${name} 的名称与说明`],
  name: ['Name', '名称'],
  nameHint: ['All versions have it.', '所有版本共用。'],
  description: ['Description', '说明'],
  labels: ['Labels', '标签'],
  labelsHint: ['Enter after each', '输入后按回车'],
  alias: [(n: number) => `Alias of v${n}`, (n: number) => `v${n} 的别名`],
  aliasHint: [
    'Such as best: then NAME@best means this version. Another version that has it loses it.',
    '例如 best，之后“名称@best”即指此版本；其他版本若有同一别名会被取代。',
  ],
  refused: ['It was not changed', '未能修改'],
  cancel: ['Cancel', '取消'],
  save: ['Save', '保存'],
})

/** Name, description and labels of a model, and a new alias for the version that is shown. */
export function EditDialog({ model, onClose }: { readonly model: ModelDetail; readonly onClose: () => void }) {
  const text = useText(phrases)
  const ids = { name: useId(), description: useId(), labels: useId(), alias: useId() }
  const [name, setName] = useState(model.name)
  const [description, setDescription] = useState(model.description)
  const [labels, setLabels] = useState([...model.labels])
  const [alias, setAlias] = useState('')
  const update = useMutation(api.models.update.mutationOptions({ onSuccess: onClose }))
  const save = () =>
    update.mutate({
      id: model.id,
      ...(name.trim() !== model.name && { name: name.trim() }),
      ...(description !== model.description && { description }),
      label: labels,
      ...(alias.trim() !== '' && { alias: alias.trim() }),
    })
  return (
    <Modal
      open
      width={560}
      title={<span dir="auto">{text.title(model.name)}</span>}
      onCancel={onClose}
      footer={
        <>
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button type="primary" disabled={name.trim() === ''} loading={update.isPending} onClick={save}>
            {text.save}
          </Button>
        </>
      }
    >
      <div className="import-form">
        <div className="field">
          <label htmlFor={ids.name}>{text.name}</label>
          <div className="ctl">
            <Input
              id={ids.name}
              autoFocus
              dir="auto"
              maxLength={300}
              value={name}
              onChange={event => setName(event.target.value)}
              onPressEnter={save}
            />
          </div>
        </div>
        <div className="field">
          <label htmlFor={ids.description}>{text.description}</label>
          <div className="ctl">
            <Input.TextArea
              id={ids.description}
              dir="auto"
              maxLength={300}
              rows={3}
              value={description}
              onChange={event => setDescription(event.target.value)}
            />
          </div>
        </div>
        <div className="field">
          <label htmlFor={ids.labels}>{text.labels}</label>
          <div className="ctl">
            <Select
              id={ids.labels}
              mode="tags"
              open={false}
              suffixIcon={null}
              placeholder={text.labelsHint}
              value={labels}
              onChange={setLabels}
              style={{ width: '100%' }}
            />
          </div>
        </div>
        <div className="field">
          <label htmlFor={ids.alias}>{text.alias(model.version)}</label>
          <div className="ctl">
            <Input
              id={ids.alias}
              className="mono"
              maxLength={60}
              placeholder={model.aliases.join(', ')}
              value={alias}
              onChange={event => setAlias(event.target.value)}
            />
          </div>
        </div>
        <p className="hint indent">{text.aliasHint}</p>
      </div>
      {update.error && <FailureFault error={update.error} title={text.refused} />}
    </Modal>
  )
}
