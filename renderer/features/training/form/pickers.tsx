import { useState } from 'react'
import { useText } from '../../../lib/i18n.ts'
import { AssetPicker } from './AssetPicker.tsx'
import type { Method, Picked } from './draft.ts'
import { useDatasets, useModels } from './options.ts'
import { formText } from './text.ts'

type One = {
  readonly id: string
  readonly value: Picked | undefined
  readonly onChange: (picked: Picked | undefined) => void
}

/** A model that can be trained: weights as safetensors. */
export function BasePicker({ id, value, onChange }: One) {
  const text = useText(formText)
  const [words, setWords] = useState('')
  return (
    <AssetPicker
      id={id}
      label={text.model}
      placeholder={text.pickModel}
      nothing={text.noModel}
      value={value ? [value] : []}
      found={useModels(words, 'safetensors')}
      words={words}
      onWords={setWords}
      onChange={([picked]) => onChange(picked)}
    />
  )
}

/** An adapter to train further. */
export function AdapterPicker({ id, value, onChange }: One) {
  const text = useText(formText)
  const [words, setWords] = useState('')
  return (
    <AssetPicker
      id={id}
      label={text.from}
      placeholder={text.pickAdapter}
      nothing={text.noAdapter}
      value={value ? [value] : []}
      canClear
      found={useModels(words, 'adapter')}
      words={words}
      onWords={setWords}
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
  const [words, setWords] = useState('')
  return (
    <AssetPicker
      id={id}
      label={label}
      placeholder={placeholder}
      nothing={text.noDataset}
      value={value}
      isMultiple
      found={useDatasets(words, method)}
      words={words}
      onWords={setWords}
      onChange={onChange}
    />
  )
}
