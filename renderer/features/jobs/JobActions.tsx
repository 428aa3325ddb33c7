import { useMutation } from '@tanstack/react-query'
import { App, Dropdown, Select } from 'antd'
import { ChevronDown, Square } from 'lucide-react'
import type { Job, JobPriority } from '../../../main/contract/jobs.ts'
import { useMay } from '../../lib/access.ts'
import { api } from '../../lib/client.ts'
import { useText } from '../../lib/i18n.ts'
import { ActionButton } from '../../ui/ActionButton.tsx'
import { FailureFault } from '../../ui/Fault.tsx'
import { jobsText } from './text.ts'

const priorities: readonly JobPriority[] = ['high', 'normal', 'low']

/** Stop, for a run with its state saved; and, while it waits, who goes first. */
export function JobActions({ job }: { readonly job: Job }) {
  const text = useText(jobsText)
  const { modal } = App.useApp()
  const isClosed = useMay('write') === false
  const stop = useMutation(api.jobs.stop.mutationOptions())
  const prioritize = useMutation(api.jobs.prioritize.mutationOptions())
  const isSaved = job.kind === 'training' && job.state !== 'queued'
  const isStopping = job.state === 'stopping' || stop.isPending
  const askAndStop = () =>
    modal.confirm({
      title: text.stopLoseTitle,
      content: text.stopLoseWhat,
      okText: text.stopLoseDo,
      okButtonProps: { danger: true },
      cancelText: text.keepGoing,
      autoFocusButton: 'cancel',
      onOk: () => stop.mutate({ id: job.id, save: false }),
    })
  return (
    <>
      <div className="acts">
        <ActionButton
          needs="write"
          icon={<Square size={13} />}
          disabled={isStopping}
          onClick={() => stop.mutate({ id: job.id, save: isSaved })}
        >
          {isSaved ? text.stopSave : text.stop}
        </ActionButton>
        {isSaved && (
          <Dropdown
            trigger={['click']}
            disabled={isStopping || isClosed}
            menu={{ items: [{ key: 'lose', label: text.stopLose, danger: true }], onClick: askAndStop }}
          >
            <ActionButton needs="write" aria-label={text.more} title={text.more} icon={<ChevronDown size={14} />} />
          </Dropdown>
        )}
        {job.state === 'queued' && (
          <span className="job-priority">
            <span className="dim">{text.priority}</span>
            <Select
              aria-label={text.priority}
              value={job.priority}
              disabled={isClosed}
              loading={prioritize.isPending}
              options={priorities.map(value => ({ value, label: text[value] }))}
              onChange={priority => prioritize.mutate({ id: job.id, priority })}
            />
          </span>
        )}
      </div>
      {stop.error && <FailureFault error={stop.error} title={text.notStopped} />}
      {prioritize.error && <FailureFault error={prioritize.error} title={text.notMoved} />}
    </>
  )
}
