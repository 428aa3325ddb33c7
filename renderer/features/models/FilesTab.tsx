import { useState } from 'react'
import type { ModelDetail } from '../../../main/contract/models.ts'
import { useNow } from '../../lib/clock.ts'
import { ago, bytes, dateTime, number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { useView } from '../../lib/view.ts'
import { Hash } from '../../ui/bits.tsx'
import { type Column, VirtualGrid } from '../../ui/VirtualGrid.tsx'
import { inspectorText } from './inspector-text.ts'

/** Every file with its size, its SHA-256, and when its bytes were last compared. */
export function FilesTab({ model: { files, sizeBytes } }: { readonly model: ModelDetail }) {
  const text = useText(inspectorText)
  const language = useView(view => view.language)
  const nowMs = useNow()
  const [cursor, setCursor] = useState(-1)
  const columns: readonly Column[] = [
    {
      key: 'file',
      title: text.file,
      width: 'minmax(120px,1fr)',
      cell: index => (
        <span className="mono" dir="ltr" title={files[index]?.path}>
          {files[index]?.path}
        </span>
      ),
    },
    {
      key: 'size',
      title: text.size,
      width: '82px',
      align: 'right',
      cell: index => bytes(files[index]?.sizeBytes ?? 0),
    },
    {
      key: 'sha256',
      title: 'SHA-256',
      width: '116px',
      cell: index => {
        const hash = files[index]?.sha256
        return hash === undefined ? <span className="dim">–</span> : <Hash hash={hash} />
      },
    },
    {
      key: 'verified',
      title: text.verified,
      width: '92px',
      align: 'right',
      cell: index => {
        const at = files[index]?.verifiedAt
        return (
          <span className="dim" title={at && dateTime(at)}>
            {at === undefined ? text.notVerified : ago(at, nowMs, language)}
          </span>
        )
      },
    },
  ]
  return (
    <>
      <VirtualGrid
        label={text.tabFiles}
        count={files.length}
        columns={columns}
        selected={cursor}
        onSelect={setCursor}
      />
      <p className="foot">{text.filesSum(number(files.length), bytes(sizeBytes))}</p>
    </>
  )
}
