import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useDeferredValue, useState } from 'react'
import type { DatasetDetail } from '../../../../main/contract/dataset-versions.ts'
import { api } from '../../../lib/client.ts'
import { useText } from '../../../lib/i18n.ts'
import { setQuery } from '../../../lib/route.ts'
import { datasetsText } from '../text.ts'
import { checkText } from './text.ts'

type Props = { readonly id: string; readonly dataset: DatasetDetail; readonly value: string | undefined }
const shown = 50

/** The version that must share no question with this one: its own other parts first, then any dataset. */
export function AgainstSelect({ id, dataset, value }: Props) {
  const text = useText(checkText)
  const names = useText(datasetsText)
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
  const siblings = dataset.versions
    .filter(each => each.id !== dataset.id && (each.state === 'draft' || each.state === 'frozen'))
    .map(each => ({
      value: each.id as string,
      label: `${dataset.name} ${names.version(each.version)}${each.splitRole ? `, ${names[each.splitRole]}` : ''}`,
    }))
  const others = (list.data?.items ?? [])
    .filter(each => each.datasetId !== dataset.datasetId && (each.state === 'draft' || each.state === 'frozen'))
    .map(each => ({ value: each.id as string, label: `${each.name} ${names.version(each.version)}` }))
  const options = [...siblings, ...others]
  const isListed = options.some(option => option.value === value)
  return (
    <Select
      id={id}
      className="against-select"
      allowClear
      placeholder={text.noAgainst}
      {...(value !== undefined && { value })}
      showSearch={{ filterOption: false, onSearch: setTyped }}
      loading={list.isFetching}
      onChange={(against: string | undefined) => setQuery({ against })}
      options={
        chosen && !isListed
          ? [{ value: value ?? '', label: `${chosen.name} ${names.version(chosen.version)}` }, ...options]
          : options
      }
    />
  )
}
