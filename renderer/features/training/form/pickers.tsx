import { useState } from 'react'
import { useDebounced } from '../../../lib/debounced.ts'
import { useText } from '../../../lib/i18n.ts'
import { AssetPicker } from './AssetPicker.tsx'
import type { Method, Picked } from './draft.ts'
import { useDatasets, useModels } from './options.ts'
import { formText } from './text.ts'

const searchAfterMs = 150

function useSearch() {
  const [text, setText] = useState('')
  return [useDebounced(text.trim(), searchAfterMs), setText] as const
}

type One = {
  readonly id: string
  readonly value: Picked | undefined
  readonly onChange: (picked: Picked | undefined) => void
}

/** A model that can be trained: weights as safetensors. */
export function BasePicker({ id, value, onChange }: One) {
  const text = useText(formText)
  const [query, search] = useSearch()
  return (
    <AssetPicker
      id={id}
      label={text.model}
      placeholder={text.pickModel}
      nothing={text.noModel}
      value={value ? [value] : []}
      found={useModels(query, 'safetensors')}
      onSearch={search}
      onChange={([picked]) => onChange(picked)}
    />
  )
}

/** An adapter to train further. */
export function AdapterPicker({ id, value, onChange }: One) {
  const text = useText(formText)
  const [query, search] = useSearch()
  return (
    <AssetPicker
      id={id}
      label={text.from}
      placeholder={text.pickAdapter}
      nothing={text.noAdapter}
      value={value ? [value] : []}
      canClear
      found={useModels(query, 'adapter')}
      onSearch={search}
      onChange={([picked]) => onChange(picked)}
    />
  )
}

type Many = {
  readonly id: string
  readonly label: string
  readonly placeholder: string
  readonly method: Method
  readonly value: readonly Picked[]
  readonly onChange: (picked: readonly Picked[]) => void
}

/** Datasets whose rows the method learns from; others are shown with the reason why not. */
export function DatasetPicker({ id, label, placeholder, method, value, onChange }: Many) {
  const text = useText(formText)
  const [query, search] = useSearch()
  return (
    <AssetPicker
      id={id}
      label={label}
      placeholder={placeholder}
      nothing={text.noDataset}
      value={value}
      isMultiple
      found={useDatasets(query, method)}
      onSearch={search}
      onChange={onChange}
    />
  )
}
