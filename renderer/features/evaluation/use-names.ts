import { useQueries, useQuery } from '@tanstack/react-query'
import { api } from '../../lib/client.ts'
import type { EvaluationDraft } from './evaluation-draft.ts'

/** What the command line calls the chosen things: models and datasets with their version, deployments by their name. */
export function useNames({
  objects,
  dataset,
  heldBack,
}: Pick<EvaluationDraft, 'objects' | 'dataset' | 'heldBack'>): ReadonlyMap<string, string> {
  const models = objects.filter(id => id.startsWith('mdv_'))
  const found = useQueries({ queries: models.map(id => api.models.show.queryOptions({ input: { id } })) })
  const deployments = useQuery(api.inference.list.queryOptions({ input: { limit: 1_000 } })).data?.items ?? []
  const data = useQuery({
    ...api.datasets.show.queryOptions({ input: { id: dataset ?? '' } }),
    enabled: dataset !== undefined,
  }).data
  const run = useQuery({
    ...api.training.show.queryOptions({ input: { id: heldBack ?? '' } }),
    enabled: heldBack !== undefined,
  }).data
  const versions = [...found.map(each => each.data), data].filter(each => each !== undefined)
  return new Map<string, string>([
    ...deployments.map(({ id, name }) => [id, name] as const),
    ...(run ? [[run.id, run.name] as const] : []),
    ...versions.map(({ id, name, version }) => [id, `${name}@${version}`] as const),
  ])
}
