import { useQuery } from '@tanstack/react-query'
import type { ModelDetail } from '../../../main/contract/models.ts'
import { api } from '../../lib/client.ts'
import { dictionary, useText } from '../../lib/i18n.ts'
import { hrefTo } from '../../lib/route.ts'
import { LineageView } from '../lineage/LineageView.tsx'
import { modelsText } from './text.ts'

const phrases = dictionary({
  made: ['Made by', '由何产生'],
  method: ['Method', '方法'],
  again: ['Again', '复现'],
})

/** How a version came about, and the command that would do it again. */
export function LineageTab({ model }: { readonly model: ModelDetail }) {
  const text = useText(phrases)
  const names = useText(modelsText)
  const run = model.lineage.madeBy.find(({ kind }) => kind === 'run')
  const { data } = useQuery({
    ...api.training.show.queryOptions({ input: { id: run?.id ?? '' }, retry: false }),
    enabled: run !== undefined,
  })
  return (
    <div className="scroll grow">
      <LineageView
        centre={{ id: model.id, kind: 'model', name: `${model.name} ${names.version(model.version)}` }}
        lineage={model.lineage}
      />
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
              <dd>{data.method}</dd>
            </>
          )}
          <dt>{text.again}</dt>
          <dd className="mono">{`slipway training show ${run.id}`}</dd>
        </dl>
      )}
    </div>
  )
}
