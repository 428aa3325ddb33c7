import type { DatasetVersion } from '../../../main/contract/dataset-versions.ts'
import type { Environment } from '../../../main/contract/environments.ts'
import type { Evaluation } from '../../../main/contract/evaluation.ts'
import type { Deployment } from '../../../main/contract/inference.ts'
import type { Job } from '../../../main/contract/jobs.ts'
import type { ModelVersion } from '../../../main/contract/models.ts'
import type { Run } from '../../../main/contract/runs.ts'

/** What the tour calls its things: the same names as in `npm run tour`, so that both lead to the same place. */
export const tourNames = {
  model: 'sample-base',
  train: 'lab-notes',
  heldOut: 'lab-notes-heldout',
  run: 'sample-tuned',
  evaluation: 'before-and-after',
  deployment: 'assistant',
} as const

export const tourStepIds = ['model', 'data', 'tune', 'evaluate', 'serve', 'chat'] as const
export type TourStepId = (typeof tourStepIds)[number]

/** What exists in the backend of the tour's things; each undefined until it was made. */
export type TourFacts = {
  readonly model?: Pick<ModelVersion, 'id' | 'state' | 'problem' | 'summary' | 'sizeBytes'> | undefined
  readonly train?: DatasetVersion | undefined
  readonly heldOut?: DatasetVersion | undefined
  readonly run?: Run | undefined
  readonly evaluation?: Evaluation | undefined
  readonly deployment?: Deployment | undefined
  /** How many requests the deployment has answered. */
  readonly requests: number
  readonly environment?: Pick<Environment, 'state'> | undefined
  /** Jobs that run or wait. */
  readonly liveJobs: readonly Job[]
}

/**
 * `ready`: it is its turn, and nothing stands against it. `blocked`: its turn, but the training environment is missing.
 * `failed`: its turn again, because the last try failed. `waits`: for the steps before.
 */
export type TourStepState = 'done' | 'running' | 'ready' | 'blocked' | 'failed' | 'waits'

export type TourStep = {
  readonly id: TourStepId
  readonly state: TourStepState
  /** What works on it now. */
  readonly jobs: readonly Job[]
  /** What the last try said. */
  readonly problem?: string
  readonly hint?: string
}

const hasPython = ({ environment }: TourFacts) =>
  environment === undefined || ['ready', 'outdated', 'drifted'].includes(environment.state)

const isEndedBadly = (state: Run['state']) => state === 'failed' || state === 'lost' || state === 'cancelled'

type Judged = {
  readonly isDone: boolean
  readonly isRunning: boolean
  readonly problem?: string
  readonly hint?: string
}

const judges: Record<TourStepId, (facts: TourFacts) => Judged> = {
  model: ({ model }) => ({
    isDone: model?.state === 'ready',
    isRunning: model?.state === 'verifying',
    ...(model?.problem !== undefined && { problem: model.problem }),
  }),
  data: ({ train, heldOut }) => ({
    isDone: train?.state === 'frozen' && heldOut?.state === 'frozen',
    isRunning: train?.state === 'importing' || heldOut?.state === 'importing',
    ...(train?.state === 'failed' && { problem: train.problem ?? '' }),
    ...(heldOut?.state === 'failed' && { problem: heldOut.problem ?? '' }),
  }),
  tune: ({ run }) => ({
    isDone: run?.state === 'done' && run.result !== undefined,
    isRunning: run !== undefined && run.state !== 'done' && !isEndedBadly(run.state),
    ...(run && isEndedBadly(run.state) && { problem: run.failure?.message ?? '' }),
    ...(run?.failure?.hint !== undefined && { hint: run.failure.hint }),
  }),
  evaluate: ({ evaluation }) => ({
    isDone: evaluation?.state === 'done',
    isRunning: evaluation !== undefined && evaluation.state !== 'done' && !isEndedBadly(evaluation.state),
    ...(evaluation && isEndedBadly(evaluation.state) && { problem: evaluation.failure?.message ?? '' }),
    ...(evaluation?.failure?.hint !== undefined && { hint: evaluation.failure.hint }),
  }),
  serve: ({ deployment, requests }) => ({
    isDone: deployment?.state === 'serving' || (deployment !== undefined && requests > 0),
    isRunning: deployment !== undefined && ['queued', 'starting', 'loading', 'stopping'].includes(deployment.state),
    ...((deployment?.state === 'failed' || deployment?.state === 'lost') && {
      problem: deployment.failure?.message ?? '',
      ...(deployment.failure?.hint !== undefined && { hint: deployment.failure.hint }),
    }),
  }),
  chat: ({ requests }) => ({ isDone: requests > 0, isRunning: false }),
}

const subjectsOf = (id: TourStepId, facts: TourFacts): readonly (string | undefined)[] =>
  ({
    model: [facts.model?.id],
    data: [facts.train?.id, facts.heldOut?.id],
    tune: [facts.run?.id, 'training'],
    evaluate: [facts.evaluation?.id],
    serve: [facts.deployment?.id],
    chat: [],
  })[id]

/** Steps that run the Python engine cannot begin before its environment is built. */
const needsPython: readonly TourStepId[] = ['tune']

/**
 * Where the tour stands, told from what exists alone: it can be left and taken up again at any moment, from any window.
 * At most one step is `ready`, `blocked` or `failed`: the first that is not done while none of the earlier ones is.
 */
export function tourSteps(facts: TourFacts): readonly TourStep[] {
  let isOpen = true
  return tourStepIds.map(id => {
    const { isDone, isRunning, problem, hint } = judges[id](facts)
    const jobs = facts.liveJobs.filter(job => subjectsOf(id, facts).includes(job.subjectId))
    const wasOpen = isOpen
    if (!isDone) isOpen = false
    const state = ((): TourStepState => {
      if (isDone) return 'done'
      if (!wasOpen) return 'waits'
      if (isRunning) return 'running'
      if (needsPython.includes(id) && !hasPython(facts)) return 'blocked'
      return problem === undefined ? 'ready' : 'failed'
    })()
    return {
      id,
      state,
      jobs: state === 'done' || state === 'waits' ? [] : jobs,
      ...(state === 'failed' && { ...(problem && { problem }), ...(hint !== undefined && { hint }) }),
    }
  })
}

/** Whether every step was gone at least once. */
export const isTourDone = (steps: readonly TourStep[]): boolean => steps.every(({ state }) => state === 'done')

/**
 * Seconds that a step takes on two processor cores, as measured with this sample, and what of it gains from more cores.
 * Small models stop gaining early, so four cores count at most.
 */
const measuredSeconds: Record<TourStepId, number> = {
  model: 2,
  data: 4,
  tune: 140,
  evaluate: 60,
  serve: 8,
  chat: 2,
}

/** About how long the given steps take here, seconds: whole minutes where it is more than one. */
export function estimateSeconds(ids: readonly TourStepId[], logicalCores: number): number {
  const speed = Math.min(4, Math.max(1, logicalCores)) / 2
  const seconds = ids.reduce((sum, id) => sum + measuredSeconds[id] / (measuredSeconds[id] > 10 ? speed : 1), 0)
  return seconds > 60 ? Math.ceil(seconds / 60) * 60 : seconds
}
