import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useDeferredValue, useState } from 'react'
import type { DatasetVersion } from '../../../main/contract/dataset-versions.ts'
import { api } from '../../lib/client.ts'
import { number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
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

/** Chooses the questions. */
export function DatasetSelect({ id, value, heldBack, onChange }: Props) {
  const text = useText(formText)
  const [typed, setTyped] = useState('')
  const q = useDeferredValue(typed.trim())
  const list = useQuery({
    ...api.datasets.list.queryOptions({ input: { limit: shown, ...(q !== '' && { q }) } }),
    placeholderData: keepPreviousData,
  })
  const chosen = useQuery({
    ...api.datasets.show.queryOptions({ input: { id: value ?? '' } }),
    enabled: value !== undefined,
  }).data
  const listed: readonly DatasetVersion[] = list.data?.items ?? []
  const all = chosen && !listed.some(each => each.id === chosen.id) ? [chosen, ...listed] : listed
  const byId = new Map(all.map(each => [each.id as string, each]))
  return (
    <Select
      id={id}
      className="object-select"
      placeholder={text.datasetPlaceholder}
      value={heldBack?.isChosen ? heldBackRows : (value ?? null)}
      onChange={(next: string) => onChange(next === heldBackRows ? undefined : next)}
      showSearch={{ filterOption: false, onSearch: setTyped }}
      loading={list.isFetching}
      options={[
        ...(heldBack ? [{ value: heldBackRows, label: heldBack.label, disabled: false }] : []),
        ...all.map(each => ({
          value: each.id as string,
          label: `${each.name} v${each.version}`,
          disabled: !hasQuestions(each),
        })),
      ]}
      optionRender={({ value: optionId, label }) => {
        const each = byId.get(String(optionId))
        if (optionId === heldBackRows) return <span dir="auto">{label}</span>
        return each ? (
          <span className="model-option">
            <span className="ell" dir="auto" title={each.name}>
              {each.name}
            </span>
            <span className="dim">{`v${each.version}`}</span>
            <span className="grow" />
            <span className="dim">{hasQuestions(each) ? text.datasetRows(number(each.rows)) : text.noQuestions}</span>
          </span>
        ) : null
      }}
    />
  )
}
