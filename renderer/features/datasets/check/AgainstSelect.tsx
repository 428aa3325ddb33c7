import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { DatasetDetail } from '../../../../main/contract/dataset-versions.ts'
import { api } from '../../../lib/client.ts'
import { useText } from '../../../lib/i18n.ts'
import { setQuery } from '../../../lib/route.ts'
import { matching, SearchSelect } from '../../../ui/SearchSelect.tsx'
import { datasetsText } from '../text.ts'
import { checkText } from './text.ts'

type Props = { readonly id: string; readonly dataset: DatasetDetail; readonly value: string | undefined }
const shown = 50

/** The version that must share no question with this one: its own other parts first, then any dataset. */
export function AgainstSelect({ id, dataset, value }: Props) {
  const text = useText(checkText)
  const names = useText(datasetsText)
  const [words, setWords] = useState('')
  const list = useQuery({
    ...api.datasets.list.queryOptions({ input: { limit: shown, ...matching(words) } }),
    placeholderData: keepPreviousData,
  })
  const chosen = useQuery({
    ...api.datasets.show.queryOptions({ input: { id: value ?? '' } }),
    enabled: value !== undefined,
  }).data
  const siblings = dataset.versions
    .filter(each => each.id !== dataset.id && (each.state === 'draft' || each.state === 'frozen'))
    .map(each => ({
      value: each.id as string,
      label: `${dataset.name} ${names.version(each.version)}${each.splitRole ? `, ${names[each.splitRole]}` : ''}`,
    }))
    .filter(each => each.label.toLowerCase().includes(words.trim().toLowerCase()))
  const others = (list.data?.items ?? [])
    .filter(each => each.datasetId !== dataset.datasetId && (each.state === 'draft' || each.state === 'frozen'))
    .map(each => ({ value: each.id as string, label: `${each.name} ${names.version(each.version)}` }))
  return (
    <SearchSelect
      id={id}
      className="against-select"
      allowClear
      placeholder={text.noAgainst}
      none={text.noneMatches}
      words={words}
      onWords={setWords}
      answer={list}
      chosen={
        value === undefined ? [] : [{ id: value, label: chosen && `${chosen.name} ${names.version(chosen.version)}` }]
      }
      onChange={([against]) => setQuery({ against })}
      options={[...siblings, ...others]}
    />
  )
}
