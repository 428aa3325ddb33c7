import { useMutation } from '@tanstack/react-query'
import { Button } from 'antd'
import { Pencil } from 'lucide-react'
import { api } from '../../../lib/client.ts'
import { isText, useDraft } from '../../../lib/draft.ts'
import { useText } from '../../../lib/i18n.ts'
import { ActionButton, ActionIcon } from '../../../ui/ActionButton.tsx'
import { FailureFault } from '../../../ui/Fault.tsx'
import { GrowingText } from '../../../ui/GrowingText.tsx'
import { mostDescriptionLetters } from '../numbers.ts'
import { runText } from './text.ts'
import type { ShownRun } from './use-run.ts'

/** What the run is for, in its owner's words; changed where it stands. */
export function RunDescription({ shown: { run } }: { readonly shown: ShownRun }) {
  const text = useText(runText)
  const [draft, setDraft, close] = useDraft<string | undefined>(`training.description.${run.id}`, undefined, isText)
  const update = useMutation(api.training.update.mutationOptions({ onSuccess: close }))
  if (draft === undefined) {
    const hasWords = run.description !== ''
    const edit = () => {
      update.reset()
      setDraft(run.description)
    }
    return (
      <div className="run-about">
        {hasWords ? (
          <>
            <p className="ell" dir="auto" title={run.description}>
              {run.description}
            </p>
            <ActionIcon needs="write" aria-label={text.describe} title={text.describe} onClick={edit}>
              <Pencil size={13} />
            </ActionIcon>
          </>
        ) : (
          <ActionButton needs="write" type="text" size="small" icon={<Pencil size={13} />} onClick={edit}>
            {text.describe}
          </ActionButton>
        )}
      </div>
    )
  }
  const save = () => {
    const description = draft.trim()
    if (description === run.description) close()
    else if (!update.isPending) update.mutate({ id: run.id, description })
  }
  return (
    <div className="run-about editing">
      <GrowingText
        autoFocus
        aria-label={text.description}
        dir="auto"
        minRows={1}
        maxRows={6}
        maxLength={mostDescriptionLetters}
        value={draft}
        onChange={event => setDraft(event.target.value)}
        onKeyDown={event => {
          if (event.nativeEvent.isComposing) return
          if (event.key === 'Escape') close()
          if (event.key !== 'Enter' || event.shiftKey) return
          event.preventDefault()
          save()
        }}
      />
      <Button size="small" onClick={close}>
        {text.cancel}
      </Button>
      <ActionButton needs="write" size="small" type="primary" loading={update.isPending} onClick={save}>
        {text.saveWords}
      </ActionButton>
      {update.error && <FailureFault error={update.error} title={text.describeFailed} onRetry={save} />}
    </div>
  )
}
