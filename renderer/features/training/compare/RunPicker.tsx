import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../../lib/client.ts'
import { figure, middle } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { matching, SearchSelect } from '../../../ui/SearchSelect.tsx'
import { compareText } from './text.ts'

type Props = { readonly taken: readonly string[]; readonly onPick: (id: string) => void }

/** Finds another run by a few letters of its name. */
export function RunPicker({ taken, onPick }: Props) {
  const text = useText(compareText)
  const [words, setWords] = useState('')
  const runs = useQuery({
    ...api.training.list.queryOptions({ input: { limit: 40, ...matching(words) } }),
    placeholderData: keepPreviousData,
  })
  return (
    <SearchSelect
      className="run-picker"
      label={text.add}
      placeholder={text.add}
      none={<span className="sub">{text.nothing}</span>}
      popupMatchSelectWidth={360}
      words={words}
      onWords={setWords}
      answer={runs}
      chosen={[]}
      options={(runs.data?.items ?? [])
        .filter(run => !taken.includes(run.id) && !taken.includes(run.name))
        .map(run => ({ value: run.id, label: middle(run.name, 36), title: run.name, loss: run.loss }))}
      renderOption={({ label, loss }) => (
        <span className="pick">
          <span className="ell" dir="auto">
            {label}
          </span>
          <small>{figure(loss)}</small>
        </span>
      )}
      onChange={([id]) => {
        if (id !== undefined) onPick(id)
      }}
    />
  )
}
