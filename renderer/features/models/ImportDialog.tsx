import { useMutation, useQuery } from '@tanstack/react-query'
import { Button, Modal } from 'antd'
import { useEffect } from 'react'
import type { FoundModel } from '../../../main/contract/models.ts'
import { api } from '../../lib/client.ts'
import { useDraft } from '../../lib/draft.ts'
import { useText } from '../../lib/i18n.ts'
import { go } from '../../lib/route.ts'
import { FailureFault, Fault } from '../../ui/Fault.tsx'
import { folderOf } from '../files/clean-path.ts'
import { PathField } from '../files/PathField.tsx'
import { JobLine } from '../jobs/JobLine.tsx'
import { FoundList } from './FoundList.tsx'
import { emptyDraft, isModelDraft } from './import-draft.ts'
import { importText } from './import-text.ts'
import { SingleImport } from './SingleImport.tsx'

type Props = {
  /** The path that the dialog opens with; empty: what was typed before. */
  readonly start: string
  readonly onClose: () => void
}

const isAbsolute = (path: string): boolean => /^(\/|[a-z]:[/\\]|\\\\)/i.test(path)
const isFile = (path: string): boolean => /\.(gguf|safetensors|onnx|json|bin|pt|pth)$/i.test(path)

/** One model that lies at a path, or all that lie below it: what they are is shown before anything is registered. */
export function ImportDialog({ start, onClose }: Props) {
  const text = useText(importText)
  const [draft, setDraft, clear] = useDraft('models.import', emptyDraft, isModelDraft)
  useEffect(() => {
    if (start !== '') setDraft(before => (before.path === start ? before : { ...emptyDraft, path: start }))
  }, [start, setDraft])
  const asked = draft.path.trim()
  // Of this path and no other: nothing of a path before is shown, let alone imported, while this one is looked at.
  const found = useFound(asked)
  const items = found.data?.items ?? []
  const [single] = items.length === 1 ? items : []
  const begin = useMutation(api.models.import.mutationOptions())
  const started = begin.data
  return (
    <Modal open width={720} title={text.title} footer={null} onCancel={onClose} destroyOnHidden>
      <div className="dialog-body">
        {started ? (
          <>
            <JobLine id={started.jobId} title={text.hashing(started.name)} />
            <p className="hint">{text.goesOn}</p>
            <div className="acts end">
              <Button onClick={() => begin.reset()}>{text.another}</Button>
              <Button onClick={onClose}>{text.close}</Button>
              <Button type="primary" onClick={() => go('models', started.id)}>
                {text.open}
              </Button>
            </div>
          </>
        ) : (
          <>
            <PathField
              label={text.path}
              value={draft.path}
              pick="any"
              autoFocus
              onChange={path => {
                if (path !== draft.path) setDraft({ ...emptyDraft, path })
              }}
            />
            <p className="hint">{text.pathHint}</p>
            {found.isLooking && (
              <p className="looking" role="status" aria-busy>
                {text.looking}
              </p>
            )}
            {found.error && <FailureFault error={found.error} title={text.unread} onRetry={found.retry} />}
            {found.data && items.length === 0 && (
              <Fault
                tone="warn"
                title={text.noModel}
                cause={found.data.warnings[0] ?? asked}
                remedy={text.noModelHint}
                {...(found.data.warnings.length > 1 && { raw: found.data.warnings.join('\n') })}
              />
            )}
            {single && (
              <SingleImport
                key={single.path}
                model={single}
                draft={draft}
                onChange={part => setDraft(before => ({ ...before, ...part }))}
                isSending={begin.isPending}
                error={begin.error}
                onSend={name => {
                  const { description, labels, isCopied: copy } = draft
                  begin.mutate(
                    { path: single.path, name, description: description.trim(), label: [...labels], copy },
                    { onSuccess: clear },
                  )
                }}
                onClose={onClose}
              />
            )}
            {items.length > 1 && <FoundList items={items} onClose={onClose} />}
          </>
        )}
      </div>
    </Modal>
  )
}

/** What lies at a path. A file is looked for in its folder: the headers of a model may be spread over several files. */
function useFound(path: string) {
  const enabled = isAbsolute(path)
  const dir = isFile(path) ? folderOf(path) : path
  const query = useQuery({
    ...api.models.find.queryOptions({ input: { dir: [dir] } }),
    enabled,
    staleTime: 0,
    select: ({ items, warnings }) => ({ items: atPath(items, path), warnings }),
  })
  return {
    data: enabled ? query.data : undefined,
    error: enabled ? query.error : null,
    isLooking: enabled && query.isFetching && !query.data,
    retry: () => void query.refetch(),
  }
}

function atPath(items: readonly FoundModel[], path: string): readonly FoundModel[] {
  if (!isFile(path)) return items
  const exact = items.filter(item => item.path === path)
  return exact.length > 0 ? exact : items.filter(item => item.path === folderOf(path))
}
