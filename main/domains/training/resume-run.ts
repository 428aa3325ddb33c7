import { AppError } from '../../contract/errors.ts'
import { isEnded } from '../../contract/jobs.ts'
import type { Handlers } from '../../contract/method.ts'
import type { Provenance, Run } from '../../contract/runs.ts'
import type { training } from '../../contract/training.ts'
import { parseParameters } from '../../contract/training-parameters.ts'
import { checkpointsOf } from './checkpoint-repo.ts'
import type { TrainingDeps } from './deps.ts'
import type { LaunchRun } from './launch-run.ts'
import { limitsOf, typed } from './prepare-run.ts'
import { type RunRecord, updateRun } from './repo.ts'
import { threadsOf } from './threads.ts'

type Deps = Pick<TrainingDeps, 'store' | 'clock' | 'models' | 'pythonFor'> & {
  readonly launch: LaunchRun
  readonly existing: (ref: string) => RunRecord
  readonly toRun: (run: RunRecord) => Run
}

/** Goes on with an ended run from one of its checkpoints, with settings of its own where some are given. */
export function createResume(deps: Deps): Handlers<typeof training>['resume'] {
  const { store, clock, models, pythonFor, launch, existing, toRun } = deps
  return async ({ id, step, set, acceptDrift }, call) => {
    const run = existing(id)
    const state = toRun(run).state
    if (!isEnded(state))
      throw new AppError('conflict', `${run.name} is ${state}.`, { hint: 'Stop it first, with --save.' })
    // To go on from the end of what is done would only take its true state away.
    if (state === 'done' && Object.keys(set).length === 0)
      throw new AppError('conflict', `${run.name} is done: nothing is left of it to go on with.`, {
        hint: 'To train it further, set more: --set epochs=N --accept-drift.',
      })
    const checkpoints = checkpointsOf(store.read, run.id)
    const checkpoint = step === undefined ? checkpoints.at(-1) : checkpoints.find(each => each.step === step)
    if (!checkpoint) {
      throw new AppError(
        'not_found',
        step === undefined
          ? `${run.name} has no checkpoint to go on from.`
          : `${run.name} has no checkpoint at step ${step}.`,
        {
          hint:
            checkpoints.length > 0
              ? `It has: ${checkpoints.map(each => each.step).join(', ')}.`
              : 'Start it again; save checkpoints more often with --set saveSteps=N.',
        },
      )
    }
    // What is not changed was checked when the run began: a base that was removed since is no hindrance yet.
    const limits = Object.keys(set).length > 0 ? limitsOf(models.readyVersion(run.model.id)) : {}
    const parameters = parseParameters(run.method, { ...run.parameters, ...typed(set) }, limits)
    const { threads = threadsOf(run), ...passedOn } = parameters
    const config = { ...run.config, ...passedOn, resumeFrom: checkpoint.path, acceptDrift }
    const { name: environment, lockHash } = pythonFor(run.provenance.environment.name)
    if (lockHash !== run.provenance.environment.lockHash && !acceptDrift)
      throw new AppError(
        'conflict',
        `The environment "${environment}" holds other packages than when ${run.name} began: the curve might not continue.`,
        {
          hint: 'Go on all the same with --accept-drift, or begin anew: slipway training retry.',
          details: { changed: { environment: { checkpoint: run.provenance.environment.lockHash, now: lockHash } } },
        },
      )
    const provenance: Provenance = { ...run.provenance, environment: { name: environment, lockHash } }
    store.commit(call, run.id, tx => {
      const job = launch(call, {
        id: run.id,
        name: run.name,
        config,
        environment: run.provenance.environment.name,
        device: String(run.config.device ?? 'auto'),
        threads,
        memoryPlan: run.memoryPlan,
      })
      updateRun(
        tx,
        run.id,
        {
          ...{ jobId: job.id, state: 'queued', failure: null, endedAtMs: null },
          proposed: { config, parameters, provenance },
        },
        clock.nowMs(),
      )
      tx.announce({ topic: 'runs', kind: 'changed', id: run.id })
    })
    return toRun(existing(run.id))
  }
}
