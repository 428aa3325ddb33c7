import { useQuery } from '@tanstack/react-query'
import { Button, Modal } from 'antd'
import { useState } from 'react'
import { Said } from '../../lib/backend-words.ts'
import { api } from '../../lib/client.ts'
import { isText, useDraft } from '../../lib/draft.ts'
import { number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { named } from '../../lib/marks.ts'
import { FailureFault } from '../../ui/Fault.tsx'
import { PathField } from '../files/PathField.tsx'
import { FoundList } from './FoundList.tsx'
import { importText } from './import-text.ts'

/** The models that this machine has already, in the stores of other programs and in folders that a person names. */
export function FindDialog({ onClose }: { readonly onClose: () => void }) {
  const text = useText(importText)
  const [folder, setFolder] = useDraft('models.find', '', isText)
  const [dirs, setDirs] = useState<string[]>([])
  const { data, error, isFetching, refetch } = useQuery({
    ...api.models.find.queryOptions({ input: { dir: dirs } }),
    staleTime: 0,
    refetchOnMount: 'always',
  })
  const search = () => setDirs(folder.trim() === '' ? [] : [folder.trim()])
  return (
    <Modal open width={860} style={{ top: 40 }} title={text.findTitle} footer={null} onCancel={onClose} destroyOnHidden>
      <div className="dialog-body">
        <p className="sub">{text.findNote}</p>
        <div className="find-bar">
          <PathField label={text.alsoIn} value={folder} pick="folder" onChange={setFolder} onEnter={search} />
          <Button onClick={search} loading={isFetching}>
            {folder.trim() === '' ? text.searchStores : text.searchThere}
          </Button>
        </div>
        {error && <FailureFault error={error} title={text.unread} onRetry={() => void refetch()} />}
        {!data && !error && (
          <p className="looking" role="status" aria-busy>
            {text.looking}
          </p>
        )}
        {data && data.items.length === 0 && (
          <div className="none" role="status">
            <b>{dirs.length === 0 ? text.foundNone : text.noModel}</b>
            <p className="sub">{dirs.length === 0 ? text.foundNoneHint : text.noModelHint}</p>
          </div>
        )}
        {data && data.items.length > 0 && <FoundList key={dirs.join('\n')} items={data.items} onClose={onClose} />}
        {data && data.warnings.length > 0 && (
          <details className="hint">
            <summary>{named(text.unreadableNote, number(data.warnings.length))}</summary>
            {data.warnings.map(warning => (
              <p key={warning}>
                <Said>{warning}</Said>
              </p>
            ))}
          </details>
        )}
      </div>
    </Modal>
  )
}
