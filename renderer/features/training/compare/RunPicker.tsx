import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useState } from 'react'
import { api } from '../../../lib/client.ts'
import { useDebounced } from '../../../lib/debounced.ts'
import { figure, middle } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { compareText } from './text.ts'

type Props = { readonly taken: readonly string[]; readonly onPick: (id: string) => void }

/** Finds another run by a few letters of its name. */
export function RunPicker({ taken, onPick }: Props) {
  const text = useText(compareText)
  const [search, setSearch] = useState('')
  const q = useDebounced(search.trim(), 150)
  const runs = useQuery({
    ...api.training.list.queryOptions({ input: { limit: 40, ...(q !== '' && { q }) } }),
    placeholderData: keepPreviousData,
  })
  return (
    <Select
      className="run-picker"
      showSearch
      filterOption={false}
      value={null}
      placeholder={text.add}
      aria-label={text.add}
      popupMatchSelectWidth={360}
      notFoundContent={<span className="sub">{text.nothing}</span>}
      onSearch={setSearch}
      options={(runs.data?.items ?? [])
        .filter(run => !taken.includes(run.id) && !taken.includes(run.name))
        .map(run => ({ value: run.id, label: middle(run.name, 36), title: run.name, loss: run.loss }))}
      optionRender={({ data }) => (
        <span className="pick">
          <span className="ell" dir="auto">
            {data.label}
          </span>
          <small>{figure(data.loss)}</small>
        </span>
      )}
      onChange={(id: string | null) => {
        if (id !== null) onPick(id)
        setSearch('')
      }}
    />
  )
}
