import { useMutation } from '@tanstack/react-query'
import { Dropdown, Tooltip } from 'antd'
import { ChevronDown, Ellipsis, Square } from 'lucide-react'
import type { EvaluationDetail } from '../../../main/contract/evaluation.ts'
import { api, client } from '../../lib/client.ts'
import { middle } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { isEnded } from '../../lib/job-words.ts'
import { go, setQuery } from '../../lib/route.ts'
import { ActionButton } from '../../ui/ActionButton.tsx'
import { useUndo } from '../../ui/undo.tsx'
import { reportFormats } from './ReportDialog.tsx'
import { pageText } from './text.ts'

type Props = {
  readonly evaluation: EvaluationDetail
  /** Told what did not work; undefined when something is tried anew. */
  readonly onFailure: (error: Error | undefined) => void
}

/** Stop, report, run again, remove. */
export function EvaluationActions({ evaluation, onFailure }: Props) {
  const said = { onError: onFailure, onMutate: () => onFailure(undefined) }
  const text = useText(pageText)
  const undo = useUndo()
  const stop = useMutation(api.evaluation.stop.mutationOptions(said))
  const { id, name, state } = evaluation
  const remove = useMutation(
    api.evaluation.remove.mutationOptions({
      ...said,
      onSuccess: () => {
        go('evaluations')
        undo(text.removed(middle(name)), () => client.evaluation.restore({ id }))
      },
    }),
  )
  if (!isEnded(state))
    return (
      <Tooltip title={text.stopNote}>
        <ActionButton
          needs="write"
          icon={<Square size={12} />}
          loading={stop.isPending}
          disabled={state === 'stopping'}
          onClick={() => stop.mutate({ id })}
        >
          {text.stop}
        </ActionButton>
      </Tooltip>
    )
  return (
    <>
      <Dropdown
        trigger={['click']}
        menu={{
          items: reportFormats.map(format => ({
            key: format,
            label: text.reportAs(format.toUpperCase()),
            onClick: () => setQuery({ dialog: `report-${format}` }),
          })),
        }}
      >
        <ActionButton needs="write">
          {text.report}
          <ChevronDown size={13} />
        </ActionButton>
      </Dropdown>
      <ActionButton needs="write" onClick={() => setQuery({ dialog: 'new' })}>
        {text.again}
      </ActionButton>
      <Dropdown
        trigger={['click']}
        menu={{ items: [{ key: 'remove', danger: true, label: text.remove, onClick: () => remove.mutate({ id }) }] }}
      >
        <ActionButton needs="write" icon={<Ellipsis size={14} />} aria-label={text.more} title={text.more} />
      </Dropdown>
    </>
  )
}
