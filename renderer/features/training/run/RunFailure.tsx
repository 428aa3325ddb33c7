import { useMutation } from '@tanstack/react-query'
import type { RunDetail } from '../../../../main/contract/runs.ts'
import { useSaid } from '../../../lib/backend-words.ts'
import { api } from '../../../lib/client.ts'
import { number } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { listed } from '../../../lib/marks.ts'
import { go, hrefTo } from '../../../lib/route.ts'
import { ActionButton } from '../../../ui/ActionButton.tsx'
import { Fault } from '../../../ui/Fault.tsx'
import { useWords } from '../words.ts'
import { Drift, driftOf } from './Drift.tsx'
import { runText } from './text.ts'
import type { ShownRun } from './use-run.ts'

/** Told what did not work; undefined when something is tried anew. */
export type OnFailed = (failed: { readonly title: string; readonly error: unknown } | undefined) => void

/** Whether the trainer ended it because loss or weights are no numbers any more: the same again would end the same. */
export const hasDiverged = ({ failure }: Pick<RunDetail, 'failure'>): boolean =>
  failure?.details?.reason === 'non_finite_loss' || failure?.details?.reason === 'non_finite_weights'

/** Why a run ended before its time, and the button that goes on: cause, remedy, action. */
export function RunFailure({ shown, onFailed }: { readonly shown: ShownRun; readonly onFailed: OnFailed }) {
  const text = useText(runText)
  const said = useSaid()
  const words = useWords()
  const { run, state } = shown
  const resume = useMutation(
    api.training.resume.mutationOptions({
      onError: error => onFailed({ title: text.resumeFailed, error }),
      onSuccess: () => onFailed(undefined),
    }),
  )
  const retry = useMutation(
    api.training.retry.mutationOptions({
      onError: error => onFailed({ title: text.retryFailed, error }),
      onSuccess: made => go('training', made.id),
    }),
  )
  const failure = run.failure
  const checkpoint = run.checkpoints.at(-1)
  const drift = driftOf(failure?.details)
  const isDiverged = hasDiverged(run)
  const title =
    drift !== undefined ? text.drift : isDiverged ? text.diverged : state === 'lost' ? text.lost : text.failed
  // Out of memory: what the plan says would make it smaller is one click away.
  const remedies = (run.memory?.remedies ?? [])
    .filter(({ parameters }) => Object.keys(parameters).length > 0)
    .slice(0, 2)
  const form = (
    <ActionButton
      needs="write"
      {...(isDiverged && { type: 'primary' as const })}
      href={hrefTo('training', 'new', { run: run.id })}
    >
      {text.openForm}
    </ActionButton>
  )
  return (
    <Fault
      tone={drift !== undefined ? 'warn' : 'fail'}
      title={title}
      cause={drift !== undefined ? text.driftCause : (failure?.message ?? text.lostCause)}
      remedy={
        <>
          {drift === undefined && failure?.hint !== undefined && <span className="line">{said(failure.hint)}</span>}
          {isDiverged && <span className="line">{text.noResult}</span>}
          {checkpoint && <span className="line">{text.fromCheckpoint(number(checkpoint.step))}</span>}
        </>
      }
      actions={
        drift !== undefined ? (
          <>
            <ActionButton
              needs="write"
              type="primary"
              loading={resume.isPending}
              onClick={() => resume.mutate({ id: run.id, acceptDrift: true })}
            >
              {text.acceptDrift}
            </ActionButton>
            {form}
          </>
        ) : (
          <>
            {isDiverged && form}
            {run.canResume && checkpoint && (
              <ActionButton
                needs="write"
                type={isDiverged ? 'default' : 'primary'}
                loading={resume.isPending}
                onClick={() => resume.mutate({ id: run.id })}
              >
                {text.resumeFrom(number(checkpoint.step))}
              </ActionButton>
            )}
            {run.canResume &&
              remedies.map(({ change, parameters }) => (
                <ActionButton
                  needs="write"
                  key={change}
                  title={said(change)}
                  onClick={() => resume.mutate({ id: run.id, set: parameters, acceptDrift: true })}
                >
                  {text.resumeWith(
                    listed(
                      Object.entries(parameters).map(
                        ([key, value]) => `${words.label(key)} ${words.value(key, value)}`,
                      ),
                    ),
                  )}
                </ActionButton>
              ))}
            <ActionButton
              needs="write"
              type={run.canResume || isDiverged ? 'default' : 'primary'}
              loading={retry.isPending}
              onClick={() => retry.mutate({ id: run.id })}
            >
              {text.retry}
            </ActionButton>
            {!isDiverged && form}
          </>
        )
      }
      {...(failure && { raw: `${failure.code}: ${failure.message}` })}
    >
      {drift !== undefined && <Drift changed={drift} />}
    </Fault>
  )
}
