import { useMutation } from '@tanstack/react-query'
import { Button, Dropdown } from 'antd'
import { Ellipsis, GitCompareArrows, Play, Square } from 'lucide-react'
import { api } from '../../../lib/client.ts'
import { useText } from '../../../lib/i18n.ts'
import { hrefTo, setQuery } from '../../../lib/route.ts'
import { ActionButton } from '../../../ui/ActionButton.tsx'
import { useBeforeAndAfter } from './before-after.ts'
import type { OnFailed } from './RunFailure.tsx'
import { runText } from './text.ts'
import { useRunRemoval } from './use-removal.ts'
import type { ShownRun } from './use-run.ts'

/**
 * What can be done with a run, by the state that it is in: what changes stands first, so that the rest keeps its place, and
 * one button never becomes another under the pointer.
 */
export function RunActions({ shown, onFailed }: { readonly shown: ShownRun; readonly onFailed: OnFailed }) {
  const text = useText(runText)
  const { run, state, isAlive } = shown
  const resume = useMutation(
    api.training.resume.mutationOptions({
      onError: error => onFailed({ title: text.resumeFailed, error }),
      onSuccess: () => onFailed(undefined),
    }),
  )
  const stop = useMutation(
    api.training.stop.mutationOptions({ onError: error => onFailed({ title: text.stopFailed, error }) }),
  )
  const removal = useRunRemoval(error => onFailed({ title: text.removeFailed, error }))
  const evaluation = useBeforeAndAfter(run)
  const made = run.result
  const items = [
    ...(made
      ? [
          {
            key: 'further',
            label: <a href={hrefTo('training', 'new', { model: made.id })}>{text.tuneFurther}</a>,
          },
        ]
      : []),
    { key: 'again', label: <a href={hrefTo('training', 'new', { run: run.id })}>{text.again}</a> },
    ...(isAlive
      ? []
      : [{ key: 'remove', danger: true, label: text.remove, onClick: () => removal.remove(run.id, run.name) }]),
  ]
  return (
    <>
      {state === 'queued' ? (
        <ActionButton key="dequeue" needs="write" loading={stop.isPending} onClick={() => stop.mutate({ id: run.id })}>
          {text.dequeue}
        </ActionButton>
      ) : isAlive ? (
        <ActionButton
          key="stop"
          needs="write"
          icon={<Square size={12} />}
          disabled={state === 'stopping'}
          onClick={() => setQuery({ dialog: 'stop' })}
        >
          {text.stop}
        </ActionButton>
      ) : (
        run.canResume &&
        state === 'cancelled' && (
          <ActionButton
            key="resume"
            needs="write"
            type="primary"
            icon={<Play size={14} />}
            loading={resume.isPending}
            onClick={() => resume.mutate({ id: run.id })}
          >
            {text.resume}
          </ActionButton>
        )
      )}
      {/* Its result may be known a moment before its end. */}
      {made && !isAlive && (
        <>
          <ActionButton needs="write" href={hrefTo('deployments', { dialog: 'new', model: made.id })}>
            {text.deploy}
          </ActionButton>
          <ActionButton needs="write" type="primary" {...(evaluation !== undefined && { href: evaluation })}>
            {text.evaluate}
          </ActionButton>
        </>
      )}
      <Button type="text" icon={<GitCompareArrows size={14} />} href={hrefTo('training', 'compare', { ids: run.id })}>
        {text.compare}
      </Button>
      <Dropdown menu={{ items }} trigger={['click']} placement="bottomRight">
        <ActionButton
          needs="write"
          type="text"
          icon={<Ellipsis size={16} />}
          aria-label={text.more}
          title={text.more}
        />
      </Dropdown>
    </>
  )
}
