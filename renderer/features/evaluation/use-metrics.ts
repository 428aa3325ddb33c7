import { useQuery } from '@tanstack/react-query'
import type { MetricFacts } from '../../../main/contract/evaluation.ts'
import { api } from '../../lib/client.ts'
import { useView } from '../../lib/view.ts'

export type MetricWords = Pick<MetricFacts, 'name' | 'direction' | 'unit'> & {
  readonly title: string
  readonly description: string
}

/** What the metrics are called and mean, in the language that is on. */
export function useMetrics() {
  const language = useView(view => (view.language === 'zh' ? 'zh-CN' : 'en'))
  const query = useQuery(api.evaluation.metrics.queryOptions({ input: {} }))
  const all = (query.data?.items ?? []).map(
    ({ name, direction, unit, title, description }): MetricWords => ({
      name,
      direction,
      unit,
      title: title[language],
      description: description[language],
    }),
  )
  return { ...query, all, byName: new Map(all.map(metric => [metric.name as string, metric])) }
}
