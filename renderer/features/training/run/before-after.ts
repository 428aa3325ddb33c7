import { useQuery } from '@tanstack/react-query'
import type { RunDetail } from '../../../../main/contract/runs.ts'
import { api } from '../../../lib/client.ts'
import { hrefTo } from '../../../lib/route.ts'
import { heldOutPart, rowsHeldBack } from './held-out.ts'

/**
 * Where an evaluation of what a run changed begins: what it started from beside what it made, on rows that it did not
 * learn from, where there are such.
 */
export function useBeforeAndAfter({ id, model, datasets, result, lineage, facts }: RunDetail): string | undefined {
  const of = (role: string) => lineage.madeBy.find(each => each.role === role)?.id
  const measured = of('validation')
  const learned = datasets.find(({ id }) => id !== measured)?.id
  const data = useQuery({
    ...api.datasets.show.queryOptions({ input: { id: learned ?? '' } }),
    enabled: result !== undefined && learned !== undefined,
  }).data
  if (!result) return undefined
  const dataset = (data && heldOutPart(data)) ?? measured
  // A run that went on from an adapter is compared with that adapter, not with the bare base.
  return hrefTo('evaluations', {
    dialog: 'new',
    model: [of('adapter') ?? model.id, result.id].join(','),
    ...(dataset === undefined ? rowsHeldBack({ id, facts }) : { dataset }),
  })
}
