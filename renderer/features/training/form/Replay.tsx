import { useQueries, useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { Plus } from 'lucide-react'
import { api } from '../../../lib/client.ts'
import { middle, percent } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { FieldRow } from './FieldRow.tsx'
import { kindsOf } from './options.ts'
import { formText } from './text.ts'
import type { RunForm } from './use-run-form.ts'

/** What Qianfan mixes in when it trains a tuned model further: enough to be remembered, little enough to cost little. */
const share = 0.1

/** A model that was tuned here forgets what it learned unless it meets some of it again: one click mixes that in. */
export function Replay({ form }: { readonly form: RunForm }) {
  const text = useText(formText)
  const { draft, update } = form
  const tuned = draft.from ?? draft.model
  const model = useQuery({
    ...api.models.show.queryOptions({ input: { id: tuned?.id ?? '' } }),
    enabled: tuned !== undefined,
  }).data
  const chosen = new Set([...draft.datasets, ...draft.validation].map(({ id }) => id))
  const learned = (model?.lineage.madeBy ?? []).filter(({ role, id }) => role === 'data' && !chosen.has(id))
  const found = useQueries({ queries: learned.map(({ id }) => api.datasets.show.queryOptions({ input: { id } })) })
  const usable = found.flatMap(({ data }) =>
    data?.kind !== undefined && kindsOf[draft.method].includes(data.kind)
      ? [{ id: data.id as string, name: `${data.name}@${data.version}` }]
      : [],
  )
  if (usable.length === 0) return null
  return (
    <FieldRow label={text.replay} hint={text.replayHint}>
      <div className="replay">
        {usable.map(({ id, name }) => (
          <Button
            key={id}
            size="small"
            icon={<Plus size={13} />}
            title={name}
            onClick={() =>
              update({ datasets: [...draft.datasets, { id, name }], rates: { ...draft.rates, [id]: share } })
            }
          >
            {text.mixIn(percent(share, 0), middle(name, 30))}
          </Button>
        ))}
      </div>
    </FieldRow>
  )
}
