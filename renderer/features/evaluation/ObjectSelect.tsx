import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../lib/client.ts'
import { useText } from '../../lib/i18n.ts'
import { matching, SearchSelect } from '../../ui/SearchSelect.tsx'
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
  const [words, setWords] = useState('')
  const models = useQuery({
    ...api.models.list.queryOptions({ input: { limit: shown, ...matching(words) } }),
    placeholderData: keepPreviousData,
  })
  const deployments = useQuery(api.inference.list.queryOptions({ input: { limit: 1_000 } }))
  const serving = (deployments.data?.items ?? [])
    .filter(each => each.state === 'serving')
    .map(each => ({ value: each.id as string, label: `${each.name} (${servedName(each)})`, name: each.name }))
  const modelNames = useModelNames(value)
  const nameOf = (each: string) => serving.find(({ value: own }) => own === each)?.label ?? modelNames.get(each)
  return (
    <SearchSelect
      id={id}
      className="object-select"
      isMultiple
      placeholder={text.objectsPlaceholder}
      none={text.noObject}
      maxCount={mostObjects}
      words={words}
      onWords={setWords}
      answer={{ ...models, isPending: models.isPending || deployments.isPending }}
      chosen={value.map(each => ({ id: each, label: nameOf(each) }))}
      onChange={onChange}
      options={[
        {
          label: text.deployments,
          options: serving.filter(({ name }) => name.toLowerCase().includes(words.trim().toLowerCase())),
        },
        {
          label: text.models,
          options: (models.data?.items ?? []).map(each => ({
            value: each.id as string,
            label: `${each.name} v${each.version}`,
            name: each.name,
            disabled: !isServable(each),
          })),
        },
      ]}
    />
  )
}

/** Names of the models that are chosen. */
function useModelNames(ids: readonly string[]): ReadonlyMap<string, string> {
  const models = ids.filter(each => each.startsWith('mdv_'))
  const found = useQueries({ queries: models.map(id => api.models.show.queryOptions({ input: { id } })) })
  return new Map(
    models.flatMap((id, index) => {
      const model = found[index]?.data
      return model ? [[id, `${model.name} v${model.version}`] as const] : []
    }),
  )
}
