import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ModelVersion } from '../../../main/contract/models.ts'
import { api } from '../../lib/client.ts'
import { bytes } from '../../lib/format.ts'
import { dictionary, useText } from '../../lib/i18n.ts'
import { facts } from '../../lib/marks.ts'
import { OptionLine } from '../../ui/OptionLine.tsx'
import { matching, SearchSelect } from '../../ui/SearchSelect.tsx'

const phrases = dictionary({
  choose: ['Search models', '搜索模型'],
  none: ['No model matches.', '没有匹配的模型。'],
  notServed: ['cannot be served', '无法部署'],
  notReady: ['not ready', '未就绪'],
})

type Props = {
  /** A version's id. */
  readonly value: string | undefined
  readonly onChange: (id: string | undefined) => void
  readonly id?: string
  readonly label?: string
  /** Adapters laid over a base are chosen among adapters only. */
  readonly only?: 'adapter'
  readonly isClearable?: boolean
}

const shown = 50

export const isServable = ({ summary, state }: Pick<ModelVersion, 'summary' | 'state'>): boolean =>
  state === 'ready' && (summary.format === 'gguf' || summary.format === 'safetensors' || summary.format === 'adapter')

const nameOf = ({ name, version }: ModelVersion): string => `${name} v${version}`

/** Chooses a model by its name; the backend searches, because there may be a hundred thousand. */
export function ModelSelect({ value, onChange, id, label, only, isClearable = false }: Props) {
  const text = useText(phrases)
  const [words, setWords] = useState('')
  const list = useQuery({
    ...api.models.list.queryOptions({ input: { limit: shown, ...(only && { format: only }), ...matching(words) } }),
    placeholderData: keepPreviousData,
  })
  const chosen = useQuery({
    ...api.models.show.queryOptions({ input: { id: value ?? '' } }),
    enabled: value !== undefined,
  }).data
  return (
    <SearchSelect
      {...(id !== undefined && { id })}
      className="model-select"
      label={label}
      placeholder={text.choose}
      none={text.none}
      allowClear={isClearable}
      words={words}
      onWords={setWords}
      answer={list}
      chosen={value === undefined ? [] : [{ id: value, label: chosen && nameOf(chosen) }]}
      onChange={([next]) => onChange(next)}
      options={(list.data?.items ?? []).map(model => ({
        value: model.id as string,
        label: nameOf(model),
        disabled: !isServable(model),
        model,
      }))}
      renderOption={({ model }) => <Option model={model} />}
    />
  )
}

function Option({ model }: { readonly model: ModelVersion }) {
  const text = useText(phrases)
  const why = model.state !== 'ready' ? text.notReady : isServable(model) ? undefined : text.notServed
  return (
    <OptionLine
      name={model.name}
      version={model.version}
      note={why ?? facts(model.summary.format, bytes(model.sizeBytes))}
    />
  )
}
