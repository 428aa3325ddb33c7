import { useMutation } from '@tanstack/react-query'
import { ChevronDown, ChevronUp } from 'lucide-react'
import type { Job, JobPriority } from '../../../../main/contract/jobs.ts'
import { api } from '../../../lib/client.ts'
import { useText } from '../../../lib/i18n.ts'
import { ActionIcon } from '../../../ui/ActionButton.tsx'
import { listText } from './text.ts'

const order: readonly JobPriority[] = ['low', 'normal', 'high']

/** Where a waiting run stands in the queue, and whether it goes before or after others. */
export function QueuePlace({ job, onFailed }: { readonly job: Job; readonly onFailed: (error: unknown) => void }) {
  const text = useText(listText)
  const move = useMutation(api.jobs.prioritize.mutationOptions({ onError: onFailed }))
  const at = order.indexOf(job.priority)
  const button = (to: JobPriority | undefined, label: string, icon: React.ReactNode) => (
    <ActionIcon
      needs="write"
      className="small"
      aria-label={label}
      title={label}
      disabled={to === undefined || move.isPending}
      onClick={event => {
        event.stopPropagation()
        if (to) move.mutate({ id: job.id, priority: to })
      }}
    >
      {icon}
    </ActionIcon>
  )
  return (
    <span className="queue-place">
      <span className="sub">
        {job.queuePosition === undefined ? '' : text.place(job.queuePosition)}
        {job.priority !== 'normal' && <span className="dim"> {text[job.priority]}</span>}
      </span>
      {button(order[at + 1], text.sooner(job.name), <ChevronUp size={14} />)}
      {button(order[at - 1], text.later(job.name), <ChevronDown size={14} />)}
    </span>
  )
}
