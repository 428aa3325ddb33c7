import { useMutation } from '@tanstack/react-query'
import { App, Button, Dropdown, Tooltip } from 'antd'
import { ChevronDown, Ellipsis, Square } from 'lucide-react'
import type { EvaluationDetail } from '../../../main/contract/evaluation.ts'
import { api, client } from '../../lib/client.ts'
import { failureOf } from '../../lib/failure.ts'
import { middle } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { isEnded } from '../../lib/job-words.ts'
import { go, setQuery } from '../../lib/route.ts'
import { useUndo } from '../../ui/undo.tsx'
import { reportFormats } from './ReportDialog.tsx'
import { pageText } from './text.ts'

/** Stop, report, run again, remove. */
export function EvaluationActions({ evaluation }: { readonly evaluation: EvaluationDetail }) {
  const text = useText(pageText)
  const { modal } = App.useApp()
  const undo = useUndo()
  const onError = (error: Error) => {
    const { message, hint } = failureOf(error)
    void modal.error({ title: text.actionFailed, content: [message, hint].filter(Boolean).join(' ') })
  }
  const stop = useMutation(api.evaluation.stop.mutationOptions({ onError }))
  const { id, name, state } = evaluation
  const remove = useMutation(
    api.evaluation.remove.mutationOptions({
      onError,
      onSuccess: () => {
        go('evaluations')
        undo(text.removed(middle(name)), () => client.evaluation.restore({ id }))
      },
    }),
  )
  if (!isEnded(state))
    return (
      <Tooltip title={text.stopNote}>
        <Button
          icon={<Square size={12} />}
          loading={stop.isPending}
          disabled={state === 'stopping'}
          onClick={() => stop.mutate({ id })}
        >
          {text.stop}
        </Button>
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
        <Button>
          {text.report}
          <ChevronDown size={13} />
        </Button>
      </Dropdown>
      <Button onClick={() => setQuery({ dialog: 'new' })}>{text.again}</Button>
      <Dropdown
        trigger={['click']}
        menu={{ items: [{ key: 'remove', danger: true, label: text.remove, onClick: () => remove.mutate({ id }) }] }}
      >
        <Button icon={<Ellipsis size={14} />} aria-label={text.more} />
      </Dropdown>
    </>
  )
}
