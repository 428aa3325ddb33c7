import { useMutation } from '@tanstack/react-query'
import { Button, Dropdown } from 'antd'
import { Ellipsis, MessagesSquare, Play, Square } from 'lucide-react'
import type { DeploymentDetail } from '../../../main/contract/inference.ts'
import { api, client } from '../../lib/client.ts'
import { middle } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { go, hrefTo, setQuery } from '../../lib/route.ts'
import { ActionButton } from '../../ui/ActionButton.tsx'
import { useUndo } from '../../ui/undo.tsx'
import { isComing, isStartable } from './deployment-words.ts'
import { pageText } from './page-text.ts'

type Props = {
  readonly deployment: DeploymentDetail
  /** Told what did not work; undefined when something is tried anew. */
  readonly onFailure: (error: Error | undefined) => void
}

/** Try it, switch versions, stop and start, remove. */
export function DeploymentActions({ deployment, onFailure }: Props) {
  const said = { onError: onFailure, onMutate: () => onFailure(undefined) }
  const text = useText(pageText)
  const undo = useUndo()
  const stop = useMutation(api.inference.stop.mutationOptions(said))
  const start = useMutation(api.inference.start.mutationOptions(said))
  const { id, name, state } = deployment
  const remove = useMutation(
    api.inference.remove.mutationOptions({
      ...said,
      // Noted before it is stopped: the page follows that at once.
      onMutate: () => {
        onFailure(undefined)
        return { wasServing: state === 'serving' }
      },
      onSuccess: (_removed, _asked, { wasServing }) => {
        go('deployments')
        undo(text.removed(middle(name)), async () => {
          await client.inference.restore({ id })
          if (!wasServing) return
          // Its engine may still be ending; a second one would find the name taken.
          await client.inference.stop({ id, wait: true })
          await client.inference.start({ id })
        })
      },
    }),
  )
  return (
    <>
      {state === 'serving' && (
        <Button type="primary" icon={<MessagesSquare size={14} />} href={hrefTo('playground', { a: name })}>
          {text.playground}
        </Button>
      )}
      {isStartable({ state }) && (
        <ActionButton
          needs="write"
          type="primary"
          icon={<Play size={13} />}
          loading={start.isPending}
          onClick={() => start.mutate({ id })}
        >
          {text.start}
        </ActionButton>
      )}
      <ActionButton needs="write" onClick={() => setQuery({ dialog: 'update' })}>
        {text.update}
      </ActionButton>
      {(state === 'serving' || isComing({ state })) && (
        <ActionButton
          needs="write"
          icon={<Square size={12} />}
          loading={stop.isPending}
          onClick={() => stop.mutate({ id, wait: false })}
        >
          {text.stop}
        </ActionButton>
      )}
      <Dropdown
        trigger={['click']}
        menu={{ items: [{ key: 'remove', danger: true, label: text.remove, onClick: () => remove.mutate({ id }) }] }}
      >
        <ActionButton needs="write" icon={<Ellipsis size={14} />} aria-label={text.more} title={text.more} />
      </Dropdown>
    </>
  )
}
