import { useMutation } from '@tanstack/react-query'
import { Button, Checkbox, Input, Modal, Select } from 'antd'
import type { Scope } from '../../../main/contract/method.ts'
import { api } from '../../lib/client.ts'
import { useDraft } from '../../lib/draft.ts'
import { number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { scopeText } from '../../lib/scope-words.ts'
import { CommandLine } from '../../ui/CommandLine.tsx'
import { FailureFault, Fault } from '../../ui/Fault.tsx'
import { emptyKeyDraft, isKeyDraft, type KeyDraft, keyCommand, lifetimes } from './key-draft.ts'
import { keysText, scopeWhy } from './text.ts'

const allScopes: readonly Scope[] = ['inference', 'read', 'write', 'admin']

type Props = { readonly onCreated: (secret: string) => void; readonly onClose: () => void }

/** Names a key, says what it may do and for how long. */
export function CreateKeyDialog({ onCreated, onClose }: Props) {
  const text = useText(keysText)
  const scopes = useText(scopeText)
  const why = useText(scopeWhy)
  const [draft, setDraft, clear] = useDraft<KeyDraft>('keys.new', emptyKeyDraft, isKeyDraft)
  const create = useMutation({
    ...api.keys.create.mutationOptions(),
    gcTime: 0,
    onSuccess: made => {
      onCreated(made.secret)
      clear()
    },
  })
  const set = (part: Partial<KeyDraft>) => setDraft(before => ({ ...before, ...part }))
  const canCreate = draft.name.trim() !== '' && draft.scopes.length > 0
  const start = () =>
    canCreate && create.mutate({ name: draft.name.trim(), scope: [...draft.scopes], expires: draft.expires })
  return (
    <Modal
      open
      title={text.create}
      width={600}
      onCancel={onClose}
      footer={
        <>
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button type="primary" disabled={!canCreate} loading={create.isPending} onClick={start}>
            {text.createDo}
          </Button>
        </>
      }
    >
      <div className="key-form">
        <div className="field">
          <label htmlFor="key-name">{text.name}</label>
          <div className="ctl">
            <Input
              id="key-name"
              autoFocus
              maxLength={300}
              dir="auto"
              placeholder={text.forWhom}
              value={draft.name}
              onChange={event => set({ name: event.target.value })}
              onPressEnter={start}
            />
          </div>
        </div>
        <fieldset className="key-scope-list">
          <legend>{text.scopes}</legend>
          {allScopes.map(scope => (
            <Checkbox
              key={scope}
              checked={draft.scopes.includes(scope)}
              onChange={event =>
                set({
                  scopes: allScopes.filter(each =>
                    each === scope ? event.target.checked : draft.scopes.includes(each),
                  ),
                })
              }
            >
              <b>{scopes[scope]}</b>
              <span className="dim mono"> {scope}</span>
              <p className="dim">{why[scope]}</p>
            </Checkbox>
          ))}
        </fieldset>
        <div className="field">
          <label htmlFor="key-expires">{text.lifetime}</label>
          <div className="ctl">
            <Select
              id="key-expires"
              style={{ width: 160 }}
              value={draft.expires}
              options={lifetimes.map(value => ({
                value,
                label: value.endsWith('h')
                  ? text.hours(number(Number.parseInt(value, 10)))
                  : text.days(number(Number.parseInt(value, 10))),
              }))}
              onChange={expires => set({ expires })}
            />
          </div>
        </div>
        {draft.scopes.includes('admin') && <Fault tone="warn" title={scopes.admin} cause={text.adminNote} />}
        <p className="dim">{text.cli}</p>
        <CommandLine command={keyCommand(draft)} />
        {create.error && <FailureFault error={create.error} title={text.notCreated} />}
      </div>
    </Modal>
  )
}
