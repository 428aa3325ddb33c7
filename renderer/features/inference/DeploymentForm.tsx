import { useQuery } from '@tanstack/react-query'
import { Button, Input, InputNumber, Select } from 'antd'
import { useState } from 'react'
import type { DeploymentPlan } from '../../../main/contract/inference.ts'
import { api } from '../../lib/client.ts'
import { memory, number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { CodeEditor } from '../../ui/CodeEditor.tsx'
import type { DeploymentDraft } from './deployment-draft.ts'
import { ModelSelect } from './ModelSelect.tsx'
import { formText } from './text.ts'

type Props = {
  /** Begins the ids of the fields: the first one is `…model`. */
  readonly id: string
  readonly draft: DeploymentDraft
  readonly onChange: (change: Partial<DeploymentDraft>) => void
  /** What the draft would take, as far as it is known. */
  readonly plan: DeploymentPlan | undefined
  /** A deployment keeps its name. */
  readonly hasName: boolean
}

/** The settings of a deployment. What is left open is decided by the backend, and the hints say how. */
export function DeploymentForm({ id, draft, onChange, plan, hasName }: Props) {
  const text = useText(formText)
  const chosen = useQuery({
    ...api.models.show.queryOptions({ input: { id: draft.model ?? '' } }),
    enabled: draft.model !== undefined,
  }).data
  const takesAdapter = chosen?.summary.format === 'safetensors'
  return (
    <div className="deploy-form">
      <Field id={`${id}model`} label={text.model}>
        <ModelSelect
          id={`${id}model`}
          value={draft.model}
          onChange={model => onChange({ model, adapter: undefined })}
        />
      </Field>
      {chosen && chosen.versions.length > 1 && (
        <Field id={`${id}version`} label={text.version}>
          <Select
            id={`${id}version`}
            value={chosen.id as string}
            onChange={(model: string) => onChange({ model })}
            options={chosen.versions.map(version => ({
              value: version.id as string,
              label: `v${version.version}`,
              disabled: version.state !== 'ready',
            }))}
          />
        </Field>
      )}
      {takesAdapter && (
        <Field id={`${id}adapter`} label={text.adapter} hint={text.adapterHint}>
          <ModelSelect
            id={`${id}adapter`}
            only="adapter"
            isClearable
            value={draft.adapter}
            onChange={adapter => onChange({ adapter })}
          />
        </Field>
      )}
      {hasName && (
        <Field id={`${id}name`} label={text.name} hint={text.nameHint}>
          <Input
            id={`${id}name`}
            value={draft.name}
            dir="auto"
            maxLength={300}
            placeholder={chosen?.name ?? ''}
            onChange={event => onChange({ name: event.target.value })}
          />
        </Field>
      )}
      <Field id={`${id}device`} label={text.device}>
        <DeviceSelect id={`${id}device`} value={draft.device} onChange={device => onChange({ device })} />
      </Field>
      <Field
        id={`${id}context`}
        label={text.contextLength}
        hint={
          plan?.contextLength !== undefined && draft.contextLength === undefined
            ? text.contextHint(number(plan.contextLength))
            : text.contextHintUnknown
        }
      >
        <InputNumber
          id={`${id}context`}
          min={16}
          max={10_000_000}
          value={draft.contextLength ?? null}
          placeholder={plan?.contextLength === undefined ? '' : number(plan.contextLength)}
          onChange={value => onChange({ contextLength: value ?? undefined })}
        />
      </Field>
      <Field id={`${id}parallel`} label={text.parallel} hint={text.parallelHint}>
        <InputNumber
          id={`${id}parallel`}
          min={1}
          max={64}
          value={draft.parallel}
          onChange={value => onChange({ parallel: value ?? 1 })}
        />
      </Field>
      <Field id={`${id}threads`} label={text.threads} hint={text.threadsHint}>
        <InputNumber
          id={`${id}threads`}
          min={1}
          max={1024}
          value={draft.threads ?? null}
          onChange={value => onChange({ threads: value ?? undefined })}
        />
      </Field>
      <Template draft={draft} onChange={onChange} hasOwn={plan?.hasChatTemplate ?? chosen?.summary.hasChatTemplate} />
    </div>
  )
}

type FieldProps = {
  readonly id: string
  readonly label: string
  readonly hint?: string
  readonly children: React.ReactNode
}
const Field = ({ id, label, hint, children }: FieldProps) => (
  <div className="field">
    <label htmlFor={id}>{label}</label>
    <div className="ctl">
      {children}
      {hint !== undefined && <span className="hint">{hint}</span>}
    </div>
  </div>
)

type DeviceProps = {
  readonly id: string
  readonly value: string
  readonly onChange: (device: string) => void
}
function DeviceSelect({ id, value, onChange }: DeviceProps) {
  const text = useText(formText)
  const devices = useQuery(api.resources.show.queryOptions({ input: {} })).data?.devices ?? []
  const options = [
    { value: 'auto', label: text.deviceAuto },
    ...devices.map(device => ({
      value: device.id,
      label: text.deviceFree(
        device.kind === 'cpu' ? text.cpu : `${device.id} ${device.name}`,
        memory(device.freeBytes),
      ),
    })),
  ]
  return (
    <Select
      id={id}
      value={value}
      onChange={onChange}
      // A device that has been unplugged since is still what the draft says.
      options={options.some(option => option.value === value) ? options : [...options, { value, label: value }]}
    />
  )
}

type TemplateProps = Pick<Props, 'draft' | 'onChange'> & { readonly hasOwn: boolean | undefined }
/** One line that states the value; the editor opens below it. */
function Template({ draft: { chatTemplate }, onChange, hasOwn }: TemplateProps) {
  const text = useText(formText)
  const [isOpen, setIsOpen] = useState(false)
  const isSet = chatTemplate !== undefined && chatTemplate !== ''
  return (
    <>
      <div className="field">
        <span className="field-name">{text.template}</span>
        <div className="ctl">
          <span className="sub">
            {isSet
              ? text.templateSet(chatTemplate.split('\n').length)
              : hasOwn === false
                ? text.templateMissing
                : text.templateOwn}
          </span>
          <Button size="small" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
            {isOpen ? text.templateHide : text.templateEdit}
          </Button>
          {isSet && (
            <Button size="small" type="text" onClick={() => onChange({ chatTemplate: undefined })}>
              {text.templateUseOwn}
            </Button>
          )}
        </div>
      </div>
      {isOpen && (
        <div className="template-editor">
          <CodeEditor
            language="jinja"
            label={text.template}
            value={chatTemplate ?? ''}
            onChange={value => onChange({ chatTemplate: value === '' ? undefined : value })}
          />
        </div>
      )}
    </>
  )
}
