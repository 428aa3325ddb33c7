import { useQuery } from '@tanstack/react-query'
import type { Outputs } from '../../../main/contract/index.ts'
import { api } from '../../lib/client.ts'
import { liveJobsQuery } from '../../lib/live-jobs.ts'
import { isTourDone, type TourFacts, type TourStep, tourNames, tourSteps } from './tour.ts'

export type Samples = Outputs['system']['samples']
export type Tour = {
  /** Undefined until everything that decides the steps was read. */
  readonly steps: readonly TourStep[] | undefined
  readonly facts: TourFacts
  readonly samples: Samples | undefined
  readonly isDone: boolean
  /** Whether anything of the tour exists yet. */
  readonly isBegun: boolean
  readonly error: Error | null
  readonly retry: () => void
}

const few = 50

/** Reads what exists of the tour's things. Nothing of it is remembered by this window. */
export function useTour(): Tour {
  const samples = useQuery(api.system.samples.queryOptions({ input: {} }))
  const models = useQuery(api.models.list.queryOptions({ input: { q: tourNames.model, limit: few } }))
  const datasets = useQuery(api.datasets.list.queryOptions({ input: { q: tourNames.train, limit: few } }))
  const runs = useQuery(api.training.list.queryOptions({ input: { q: tourNames.run, limit: few } }))
  const evaluations = useQuery(api.evaluation.list.queryOptions({ input: { limit: few } }))
  const deployments = useQuery(api.inference.list.queryOptions({ input: { limit: few } }))
  const environments = useQuery(api.environments.list.queryOptions({ input: {} }))
  const jobs = useQuery(liveJobsQuery())
  const deployment = deployments.data?.items.find(each => each.name === tourNames.deployment)
  const detail = useQuery({
    ...api.inference.show.queryOptions({ input: { id: deployment?.id ?? '', minutes: 0 } }),
    enabled: deployment !== undefined,
    // An answered request is no event: it is counted when this page is opened again.
    refetchOnMount: 'always',
  })
  const named = <T extends { readonly name: string }>(items: readonly T[] | undefined, name: string) =>
    items?.find(each => each.name === name)
  const facts: TourFacts = {
    // By name alone: an update may have moved the samples, and what was made of them is still what it was.
    model: named(models.data?.items, tourNames.model),
    train: named(datasets.data?.items, tourNames.train),
    heldOut: named(datasets.data?.items, tourNames.heldOut),
    run: named(runs.data?.items, tourNames.run),
    evaluation: named(evaluations.data?.items, tourNames.evaluation),
    deployment,
    requests: detail.data?.stats.total.requests ?? 0,
    environment: named(environments.data?.items, 'training'),
    liveJobs: jobs.data?.items ?? [],
  }
  // The environments take a moment to be checked; the tour need not wait for them.
  const needed = [samples, models, datasets, runs, evaluations, deployments, jobs]
  const isRead = needed.every(({ isPending }) => !isPending) && (!deployment || !detail.isPending)
  const steps = isRead ? tourSteps(facts) : undefined
  return {
    steps,
    facts,
    samples: samples.data,
    isDone: steps !== undefined && isTourDone(steps),
    isBegun: facts.model !== undefined || facts.train !== undefined || facts.run !== undefined,
    error: needed.find(({ error }) => error)?.error ?? null,
    retry: () => {
      for (const query of needed) if (query.error) void query.refetch()
    },
  }
}
