import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { useDeferredValue, useState } from 'react'
import { api } from '../../lib/client.ts'
import { useText } from '../../lib/i18n.ts'
import { servedName } from '../inference/deployment-words.ts'
import { isServable } from '../inference/ModelSelect.tsx'
import { mostObjects } from './evaluation-draft.ts'
import { formText } from './text.ts'

type Props = {
  readonly id: string
  readonly value: readonly string[]
  readonly onChange: (ids: readonly string[]) => void
}

const shown = 30

/** Chooses what is measured: deployments as they run, and models, which are served for as long as they are asked. */
export function ObjectSelect({ id, value, onChange }: Props) {
  const text = useText(formText)
  const [typed, setTyped] = useState('')
  const q = useDeferredValue(typed.trim())
  const models = useQuery({
    ...api.models.list.queryOptions({ input: { limit: shown, ...(q !== '' && { q }) } }),
    placeholderData: keepPreviousData,
  })
  const deployments = useQuery(api.inference.list.queryOptions({ input: { limit: 1_000 } }))
  const labels = useChosenLabels(value)
  const words = q.toLowerCase()
  const serving = (deployments.data?.items ?? []).filter(
    each => each.state === 'serving' && (value.includes(each.id) || each.name.toLowerCase().includes(words)),
  )
  const listed = models.data?.items ?? []
  const listedIds = new Set<string>([...serving, ...listed].map(each => each.id))
  const others = value.filter(each => !listedIds.has(each))
  return (
    <Select
      id={id}
      mode="multiple"
      className="object-select"
      placeholder={text.objectsPlaceholder}
      maxCount={mostObjects}
      value={[...value]}
      onChange={(next: string[]) => onChange(next)}
      showSearch={{ filterOption: false, onSearch: setTyped, autoClearSearchValue: true }}
      loading={models.isFetching}
      options={[
        {
          label: text.deployments,
          options: serving.map(each => ({ value: each.id as string, label: `${each.name} (${servedName(each)})` })),
        },
        {
          label: text.models,
          options: [
            ...listed.map(each => ({
              value: each.id as string,
              label: `${each.name} v${each.version}`,
              disabled: !isServable(each),
            })),
            // Last, so that Enter takes what was searched for and not what is chosen already.
            ...others.map(each => ({ value: each, label: labels.get(each) ?? each, disabled: false })),
          ],
        },
      ].filter(group => group.options.length > 0)}
    />
  )
}

/** Names of the chosen models that the present search does not list. */
function useChosenLabels(ids: readonly string[]): ReadonlyMap<string, string> {
  const models = ids.filter(each => each.startsWith('mdv_'))
  const found = useQueries({ queries: models.map(id => api.models.show.queryOptions({ input: { id } })) })
  return new Map(
    models.flatMap((id, index) => {
      const model = found[index]?.data
      return model ? [[id, `${model.name} v${model.version}`] as const] : []
    }),
  )
}
