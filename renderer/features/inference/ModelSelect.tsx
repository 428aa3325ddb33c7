import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useDeferredValue, useState } from 'react'
import type { ModelVersion } from '../../../main/contract/models.ts'
import { Said } from '../../lib/backend-words.ts'
import { api } from '../../lib/client.ts'
import { failureOf } from '../../lib/failure.ts'
import { bytes } from '../../lib/format.ts'
import { dictionary, useText } from '../../lib/i18n.ts'

const phrases = dictionary({
  choose: ['Search models', '搜索模型'],
  none: ['No model matches.', '没有匹配的模型。'],
  notServed: ['cannot be served', '无法部署'],
  notReady: ['not ready', '未就绪'],
})

type Props = {
  /** A version's id. */
  readonly value: string | undefined
  readonly onChange: (id: string | undefined, version: ModelVersion | undefined) => void
  readonly id?: string
  readonly label?: string
  /** Adapters laid over a base are chosen among adapters only. */
  readonly only?: 'adapter' | 'base'
  readonly isClearable?: boolean
}

const shown = 50

export const isServable = ({ summary, state }: Pick<ModelVersion, 'summary' | 'state'>): boolean =>
  state === 'ready' && (summary.format === 'gguf' || summary.format === 'safetensors' || summary.format === 'adapter')

/** Chooses a model by its name; the backend searches, because there may be a hundred thousand. */
export function ModelSelect({ value, onChange, id, label, only, isClearable = false }: Props) {
  const text = useText(phrases)
  const [typed, setTyped] = useState('')
  const q = useDeferredValue(typed.trim())
  const list = useQuery({
    ...api.models.list.queryOptions({ input: { limit: shown, ...(q !== '' && { q }) } }),
    placeholderData: keepPreviousData,
  })
  const chosen = useQuery({
    ...api.models.show.queryOptions({ input: { id: value ?? '' } }),
    enabled: value !== undefined,
  }).data
  const items = (list.data?.items ?? []).filter(
    ({ summary }) => only === undefined || (summary.format === 'adapter') === (only === 'adapter'),
  )
  const known = chosen && !items.some(item => item.id === chosen.id) ? [chosen, ...items] : items
  const byId = new Map(known.map(item => [item.id as string, item]))
  return (
    <Select
      {...(id !== undefined && { id })}
      className="model-select"
      aria-label={label}
      placeholder={text.choose}
      value={value}
      allowClear={isClearable}
      loading={list.isFetching}
      showSearch={{ filterOption: false, onSearch: setTyped }}
      onChange={(next: string | undefined) => onChange(next, next === undefined ? undefined : byId.get(next))}
      notFoundContent={list.error ? <Said>{failureOf(list.error).message}</Said> : text.none}
      options={known.map(item => ({
        value: item.id as string,
        label: `${item.name} v${item.version}`,
        disabled: !isServable(item),
      }))}
      optionRender={({ value: optionId }) => {
        const item = byId.get(String(optionId))
        return item ? <Option model={item} /> : null
      }}
    />
  )
}

function Option({ model }: { readonly model: ModelVersion }) {
  const text = useText(phrases)
  const why = model.state !== 'ready' ? text.notReady : isServable(model) ? undefined : text.notServed
  return (
    <span className="model-option">
      <span className="ell" dir="auto" title={model.name}>
        {model.name}
      </span>
      <span className="dim">{`v${model.version}`}</span>
      <span className="grow" />
      <span className="dim">{why ?? `${model.summary.format}, ${bytes(model.sizeBytes)}`}</span>
    </span>
  )
}
