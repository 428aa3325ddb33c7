import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { Button, Modal } from 'antd'
import { useEffect, useState } from 'react'
import type { DatasetVersion } from '../../../../main/contract/dataset-versions.ts'
import type { Outputs } from '../../../../main/contract/index.ts'
import { useMay } from '../../../lib/access.ts'
import { api } from '../../../lib/client.ts'
import { useDraft } from '../../../lib/draft.ts'
import { number } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { go } from '../../../lib/route.ts'
import { DialogButtons } from '../../../ui/DialogButtons.tsx'
import { FailureFault, Fault } from '../../../ui/Fault.tsx'
import { DescribeFields } from '../../describe/DescribeFields.tsx'
import { PathField } from '../../files/PathField.tsx'
import { JobLine } from '../../jobs/JobLine.tsx'
import { IssueList } from '../IssueList.tsx'
import { canDetect, emptyDraft, type ImportDraft, isImportDraft, nameOfPath, readingOf } from './import-draft.ts'
import { Reading } from './Reading.tsx'
import { importText } from './text.ts'

type Props = {
  /** The path that the dialog opens with; empty: what was typed before. */
  readonly start: string
  /** What is known beforehand, such as the format in which rows shall be read again. */
  readonly preset?: Partial<ImportDraft>
  readonly onClose: () => void
}
type Started = Outputs['datasets']['import']

/** From a path to rows: how the file is read is shown, and corrected, before anything is imported. */
export function ImportDialog({ start, preset, onClose }: Props) {
  const text = useText(importText)
  const [draft, setDraft, clear] = useDraft('datasets.import', emptyDraft, isImportDraft)
  useEffect(() => {
    if (start === '') return
    const origin = JSON.stringify([start, preset])
    setDraft(before => (before.origin === origin ? before : { ...emptyDraft, path: start, ...preset, origin }))
  }, [start, preset, setDraft])
  const begin = useMutation(api.datasets.import.mutationOptions())
  // What was sent is forgotten as a draft, and still at hand should the import fail.
  const [sent, setSent] = useState(draft)
  const change = (part: Partial<ImportDraft>) => setDraft(before => ({ ...before, ...part }))
  return (
    <Modal open width={980} style={{ top: 40 }} title={text.title} footer={null} onCancel={onClose} destroyOnHidden>
      <div className="dialog-body">
        {begin.data ? (
          <Imported
            started={begin.data}
            onClose={onClose}
            onAnother={() => {
              begin.reset()
              clear()
            }}
            onAgain={() => {
              begin.reset()
              setDraft(sent)
            }}
          />
        ) : (
          <Form
            draft={draft}
            onChange={change}
            onClose={onClose}
            isSending={begin.isPending}
            error={begin.error}
            onSend={() =>
              begin.mutate(
                {
                  ...readingOf(draft),
                  name: draft.name.trim() || nameOfPath(draft.path),
                  description: draft.description.trim(),
                  label: [...draft.labels],
                },
                {
                  onSuccess: () => {
                    setSent(draft)
                    clear()
                  },
                },
              )
            }
          />
        )}
      </div>
    </Modal>
  )
}

type FormProps = {
  readonly draft: ImportDraft
  readonly onChange: (part: Partial<ImportDraft>) => void
  readonly onSend: () => void
  readonly onClose: () => void
  readonly isSending: boolean
  readonly error: Error | null
}

function Form({ draft, onChange, onSend, onClose, isSending, error }: FormProps) {
  const text = useText(importText)
  const mayImport = useMay('write') === true
  const enabled = mayImport && canDetect(draft)
  const detection = useQuery({
    ...api.datasets.detect.queryOptions({ input: readingOf(draft), retry: false }),
    enabled,
    // The columns stay where they are while another mapping is tried.
    placeholderData: keepPreviousData,
    // A file may have been corrected since it was looked at.
    staleTime: 0,
  })
  const isReadable = enabled && detection.data !== undefined && !detection.error && !detection.isPlaceholderData
  const send = () => {
    if (isReadable && !isSending) onSend()
  }
  return (
    <>
      <PathField
        label={text.path}
        value={draft.path}
        pick="any"
        autoFocus
        onChange={path => {
          if (path !== draft.path) onChange({ path, name: '', format: undefined, map: {}, split: undefined })
        }}
        onEnter={send}
      />
      <p className="hint">{text.pathHint}</p>
      {enabled && (
        <Reading
          draft={draft}
          onChange={onChange}
          detection={detection.error ? undefined : detection.data}
          error={detection.error}
          isLooking={detection.isFetching}
          onRetry={() => void detection.refetch()}
        />
      )}
      {enabled && (
        <div className="dialog-form two">
          <DescribeFields value={draft} usualName={nameOfPath(draft.path)} onChange={onChange} onEnter={send} />
          <p className="hint indent">{text.nameHint}</p>
        </div>
      )}
      {error && <FailureFault error={error} title={text.refused} />}
      <div className="acts end">
        <DialogButtons action={text.start} isReady={isReadable} isRunning={isSending} onAct={send} onCancel={onClose} />
      </div>
    </>
  )
}

type ImportedProps = {
  readonly started: Started
  readonly onClose: () => void
  readonly onAnother: () => void
  /** Back to the form as it was sent. */
  readonly onAgain: () => void
}

/** The import as it runs, and what came of it: how many rows, and each that was left out. */
function Imported({ started, onClose, onAnother, onAgain }: ImportedProps) {
  const text = useText(importText)
  const { data = started } = useQuery(api.datasets.show.queryOptions({ input: { id: started.id } }))
  const isIn = data.state === 'draft' || data.state === 'frozen'
  return (
    <>
      <JobLine id={started.jobId} title={text.reading(`${started.name} v${started.version}`)} />
      {isIn && <Outcome version={data} />}
      {data.state === 'importing' && <p className="hint">{text.goesOn}</p>}
      {isIn && data.badRows > 0 && (
        <div className="issues-box col">
          <IssueList id={started.id} />
        </div>
      )}
      <div className="acts end">
        <Button onClick={onAnother}>{text.another}</Button>
        <Button onClick={onClose}>{text.close}</Button>
        {isIn && <Button onClick={() => go('datasets', started.id, { tab: 'check' })}>{text.check}</Button>}
        {data.state === 'failed' ? (
          <Button type="primary" onClick={onAgain}>
            {text.again}
          </Button>
        ) : (
          <Button type="primary" onClick={() => go('datasets', started.id)}>
            {text.open}
          </Button>
        )}
      </div>
    </>
  )
}

function Outcome({ version }: { readonly version: DatasetVersion }) {
  const text = useText(importText)
  const hasBad = version.badRows > 0
  return (
    <Fault
      tone={hasBad ? 'warn' : 'ok'}
      title={`${version.name} v${version.version}`}
      cause={text.imported(number(version.rows), number(version.badRows))}
    />
  )
}
