import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { DatasetVersion } from '../../../main/contract/dataset-versions.ts'
import { api } from '../../lib/client.ts'
import { number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { OptionLine } from '../../ui/OptionLine.tsx'
import { matching, SearchSelect } from '../../ui/SearchSelect.tsx'
import { formText } from './text.ts'

type Props = {
  readonly id: string
  readonly value: string | undefined
  /** A run whose held-back rows can be asked instead, and whether they are. */
  readonly heldBack: { readonly label: string; readonly isChosen: boolean } | undefined
  /** Undefined: the rows that the run held back. */
  readonly onChange: (id: string | undefined) => void
}

const heldBackRows = 'held-back'

const shown = 50

/** Texts and scored answers ask nothing that a model could answer. */
const hasQuestions = ({ kind, state }: DatasetVersion): boolean =>
  (state === 'draft' || state === 'frozen') && kind !== undefined && kind !== 'text' && kind !== 'reward'

const nameOf = ({ name, version }: DatasetVersion): string => `${name} v${version}`

/** Chooses the questions. */
export function DatasetSelect({ id, value, heldBack, onChange }: Props) {
  const text = useText(formText)
  const [words, setWords] = useState('')
  const list = useQuery({
    ...api.datasets.list.queryOptions({ input: { limit: shown, ...matching(words) } }),
    placeholderData: keepPreviousData,
  })
  const dataset = useQuery({
    ...api.datasets.show.queryOptions({ input: { id: value ?? '' } }),
    enabled: value !== undefined,
  }).data
  const isHeldBackFound = heldBack?.label.toLowerCase().includes(words.trim().toLowerCase())
  const chosen = heldBack?.isChosen
    ? [{ id: heldBackRows, label: heldBack.label }]
    : value === undefined
      ? []
      : [{ id: value, label: dataset && nameOf(dataset) }]
  return (
    <SearchSelect
      id={id}
      className="object-select"
      placeholder={text.datasetPlaceholder}
      none={text.noDataset}
      words={words}
      onWords={setWords}
      answer={list}
      chosen={chosen}
      onChange={([next]) => onChange(next === heldBackRows ? undefined : next)}
      options={[
        ...(heldBack && isHeldBackFound ? [{ value: heldBackRows, label: heldBack.label, dataset: undefined }] : []),
        ...(list.data?.items ?? []).map(each => ({
          value: each.id as string,
          label: nameOf(each),
          disabled: !hasQuestions(each),
          dataset: each,
        })),
      ]}
      renderOption={option =>
        option.dataset ? <Option dataset={option.dataset} /> : <span dir="auto">{option.label}</span>
      }
    />
  )
}

function Option({ dataset }: { readonly dataset: DatasetVersion }) {
  const text = useText(formText)
  return (
    <OptionLine
      name={dataset.name}
      version={dataset.version}
      note={hasQuestions(dataset) ? text.datasetRows(number(dataset.rows)) : text.noQuestions}
    />
  )
}
