import { InputNumber, Select } from 'antd'
import { useEffect, useId, useState } from 'react'
import type { DatasetDetail } from '../../../../main/contract/dataset-versions.ts'
import { useText } from '../../../lib/i18n.ts'
import { setQuery } from '../../../lib/route.ts'
import { ModelSelect } from '../../inference/ModelSelect.tsx'
import { AgainstSelect } from './AgainstSelect.tsx'
import { type CheckSettings, checkMethods } from './settings.ts'
import { checkText } from './text.ts'

type Props = { readonly dataset: DatasetDetail; readonly settings: CheckSettings }
const typingMs = 600

/** The model, method, limit and held-out set that rows are looked at with; the address keeps them. */
export function CheckSettingsBar({ dataset, settings }: Props) {
  const text = useText(checkText)
  const ids = { model: useId(), method: useId(), max: useId(), against: useId() }
  const [max, setMax] = useState<number | null>(settings.maxSequenceLength ?? null)
  const inAddress = settings.maxSequenceLength
  useEffect(() => setMax(inAddress ?? null), [inAddress])
  // All rows are rendered again for another limit: not for every digit of it.
  const isSent = max === (inAddress ?? null)
  const send = () => {
    if (!isSent) setQuery({ max: max === null ? undefined : String(max) })
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is sent is the limit that was typed.
  useEffect(() => {
    if (isSent) return
    const timer = window.setTimeout(send, typingMs)
    return () => window.clearTimeout(timer)
  }, [max, isSent])
  const nameOf = (method: string) => (method === 'pretrain' ? text.pretrain : method.toUpperCase())
  return (
    <div className="toolbar check-bar">
      <label htmlFor={ids.model}>{text.model}</label>
      <ModelSelect id={ids.model} value={settings.model} isClearable onChange={model => setQuery({ model })} />
      <label htmlFor={ids.method}>{text.method}</label>
      <Select
        id={ids.method}
        value={settings.method ?? ''}
        style={{ width: 104 }}
        onChange={method => setQuery({ method })}
        options={[
          { value: '', label: nameOf(dataset.kind === 'text' ? 'pretrain' : (dataset.kind ?? '')) },
          ...checkMethods
            .filter(method => method !== dataset.kind && !(method === 'pretrain' && dataset.kind === 'text'))
            .map(method => ({ value: method as string, label: nameOf(method) })),
        ]}
      />
      <label htmlFor={ids.max}>{text.maxLength}</label>
      <InputNumber
        id={ids.max}
        min={16}
        max={1_048_576}
        precision={0}
        placeholder="2048"
        style={{ width: 92 }}
        value={max}
        onChange={setMax}
        // What is done next is done with this limit, not with the one before.
        onBlur={send}
        onPressEnter={send}
      />
      <label htmlFor={ids.against}>{text.against}</label>
      <AgainstSelect id={ids.against} dataset={dataset} value={settings.against} />
    </div>
  )
}
