import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { ModelDetail } from '../../../main/contract/models.ts'
import { api } from '../../lib/client.ts'
import { dictionary, useText } from '../../lib/i18n.ts'
import { hrefTo } from '../../lib/route.ts'
import { FailureFault } from '../../ui/Fault.tsx'
import { LineageView } from '../lineage/LineageView.tsx'
import { surroundingsOf } from '../lineage/surroundings.ts'
import { methodText } from '../training/parameter-text.ts'
import { modelsText } from './text.ts'

const phrases = dictionary({
  unread: ['The lineage could not be read', '无法读取来源'],
  made: ['Made by', '由何产生'],
  method: ['Method', '方法'],
  settings: ['Its settings', '训练设置'],
})

/** How a version came about, and the command that would do it again. */
export function LineageTab({ model }: { readonly model: ModelDetail }) {
  const text = useText(phrases)
  const names = useText(modelsText)
  const methods = useText(methodText)
  const graph = useQuery(api.models.graph.queryOptions({ input: { id: model.id, depth: 2 } }))
  const name = `${model.name} ${names.version(model.version)}`
  const around = useMemo(
    () => graph.data && surroundingsOf(graph.data, { id: model.id, kind: 'model', name }),
    [graph.data, model.id, name],
  )
  const run = model.lineage.madeBy.find(({ kind }) => kind === 'run')
  const { data } = useQuery({
    ...api.training.show.queryOptions({ input: { id: run?.id ?? '' }, retry: false }),
    enabled: run !== undefined,
  })
  return (
    <div className="scroll grow">
      {graph.error && (
        <div className="sec">
          <FailureFault error={graph.error} title={text.unread} onRetry={() => void graph.refetch()} />
        </div>
      )}
      {around && <LineageView around={around} />}
      {run && (
        <dl className="kv sec">
          <dt>{text.made}</dt>
          <dd>
            <a className="link" dir="auto" href={hrefTo('training', run.id)}>
              {run.name}
            </a>
          </dd>
          {data && (
            <>
              <dt>{text.method}</dt>
              <dd>{methods[data.method]}</dd>
            </>
          )}
          <dt>{text.settings}</dt>
          <dd className="mono">{`slipway training show ${run.id}`}</dd>
        </dl>
      )}
    </div>
  )
}
