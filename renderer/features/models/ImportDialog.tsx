import { useMutation, useQuery } from '@tanstack/react-query'
import { Button, Input, Modal, Select } from 'antd'
import { useDeferredValue, useId, useState } from 'react'
import type { FoundModel } from '../../../main/contract/models.ts'
import { api } from '../../lib/client.ts'
import { bytes } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { go } from '../../lib/route.ts'
import { FailureFault, Fault } from '../../ui/Fault.tsx'
import { folderOf, nameOf } from '../files/clean-path.ts'
import { PathField } from '../files/PathField.tsx'
import { JobLine } from '../jobs/JobLine.tsx'
import { FoundFacts } from './FoundFacts.tsx'
import { FoundList } from './FoundList.tsx'
import { importText } from './import-text.ts'

type Props = {
  /** The path that the dialog opens with; empty: none. */
  readonly start: string
  readonly onClose: () => void
}

const isAbsolute = (path: string): boolean => /^(\/|[a-z]:[/\\]|\\\\)/i.test(path)
const isFile = (path: string): boolean => /\.(gguf|safetensors|onnx|json|bin|pt|pth)$/i.test(path)

/** One model that lies at a path, or all that lie below it: what they are is shown before anything is registered. */
export function ImportDialog({ start, onClose }: Props) {
  const text = useText(importText)
  const [path, setPath] = useState(start)
  const asked = useDeferredValue(path.trim())
  const found = useFound(asked)
  const items = found.data?.items ?? []
  const [single] = items.length === 1 ? items : []
  return (
    <Modal open width={720} title={text.title} footer={null} onCancel={onClose} destroyOnHidden>
      <div className="import">
        <PathField label={text.path} value={path} pick="any" onChange={setPath} autoFocus={start === ''} />
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
        {single && <SingleImport key={single.path} model={single} onClose={onClose} />}
        {items.length > 1 && <FoundList items={items} onClose={onClose} />}
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

/** The facts of one model, what it shall be called, and where its bytes shall be. */
function SingleImport({ model, onClose }: { readonly model: FoundModel; readonly onClose: () => void }) {
  const text = useText(importText)
  const ids = { name: useId(), description: useId(), labels: useId(), bytes: useId() }
  const [name, setName] = useState(nameOf(model.name).replace(/\.gguf$/i, ''))
  const [description, setDescription] = useState('')
  const [labels, setLabels] = useState<string[]>([])
  const [isCopied, setIsCopied] = useState(false)
  const start = useMutation(api.models.import.mutationOptions())
  const jobId = start.data?.jobId
  const send = () =>
    start.mutate({
      path: model.path,
      name: name.trim(),
      description: description.trim(),
      label: labels,
      copy: isCopied,
    })
  const isReadable = model.summary !== undefined
  if (start.data && jobId !== undefined)
    return (
      <>
        <JobLine id={jobId} title={text.hashing(start.data.name)} />
        <p className="hint">{text.goesOn}</p>
        <div className="acts end">
          <Button onClick={onClose}>{text.close}</Button>
          <Button
            type="primary"
            onClick={() => {
              go('models', start.data.id)
            }}
          >
            {text.open}
          </Button>
        </div>
      </>
    )
  return (
    <>
      <FoundFacts model={model} />
      {isReadable && (
        <div className="import-form">
          <div className="field">
            <label htmlFor={ids.name}>{text.name}</label>
            <div className="ctl">
              <Input
                id={ids.name}
                autoFocus
                dir="auto"
                maxLength={300}
                value={name}
                onChange={event => setName(event.target.value)}
                onPressEnter={send}
              />
            </div>
          </div>
          <div className="field">
            <label htmlFor={ids.description}>{text.description}</label>
            <div className="ctl">
              <Input
                id={ids.description}
                dir="auto"
                maxLength={300}
                value={description}
                onChange={event => setDescription(event.target.value)}
              />
            </div>
          </div>
          <div className="field">
            <label htmlFor={ids.labels}>{text.labels}</label>
            <div className="ctl">
              <Select
                id={ids.labels}
                mode="tags"
                open={false}
                suffixIcon={null}
                placeholder={text.labelsHint}
                value={labels}
                onChange={setLabels}
                style={{ width: '100%' }}
              />
            </div>
          </div>
          <div className="field">
            <label htmlFor={ids.bytes}>{text.bytes}</label>
            <div className="ctl">
              <Select
                id={ids.bytes}
                value={isCopied ? 'copy' : 'place'}
                onChange={value => setIsCopied(value === 'copy')}
                options={[
                  { value: 'place', label: text.inPlace },
                  { value: 'copy', label: text.copy },
                ]}
                style={{ width: 260 }}
              />
            </div>
          </div>
          <p className="hint indent">{isCopied ? text.copyHint(bytes(model.sizeBytes)) : text.inPlaceHint}</p>
        </div>
      )}
      {start.error && <FailureFault error={start.error} title={text.refused} />}
      <div className="acts end">
        <Button onClick={onClose}>{text.cancel}</Button>
        {isReadable && (
          <Button type="primary" disabled={name.trim() === ''} loading={start.isPending} onClick={send}>
            {text.start}
          </Button>
        )}
      </div>
    </>
  )
}
