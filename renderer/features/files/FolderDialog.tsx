import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Button, Checkbox, Input, Modal } from 'antd'
import { CornerLeftUp, File, Folder } from 'lucide-react'
import { type KeyboardEvent, useEffect, useId, useState } from 'react'
import type { FolderEntry } from '../../../main/contract/files.ts'
import { api } from '../../lib/client.ts'
import { bytes, dateTime, middle, number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { Chip } from '../../ui/bits.tsx'
import { FailureFault } from '../../ui/Fault.tsx'
import { type Column, VirtualGrid } from '../../ui/VirtualGrid.tsx'
import { cleanPath, folderOf, joinPath, nameOf } from './clean-path.ts'
import { filesText } from './text.ts'
import './files.css'

/** What may be chosen. `any`: an existing file or folder; `folder`: an existing folder; `save`: a file to be written. */
export type PickKind = 'any' | 'folder' | 'save'

type Props = {
  readonly pick: PickKind
  /** The path that the field holds; empty: the home folder. */
  readonly start: string
  readonly onChoose: (path: string) => void
  readonly onClose: () => void
}

const rowHeightPx = 28

/** Walks this machine's folders where no native dialog is: the backend lists them, and reads no file. */
export function FolderDialog({ pick, start, onChoose, onClose }: Props) {
  const text = useText(filesText)
  const nameId = useId()
  const [folder, setFolder] = useState<string | undefined>(
    start === '' ? undefined : pick === 'save' ? folderOf(start) : start,
  )
  const [typed, setTyped] = useState<string>()
  const [filter, setFilter] = useState('')
  const [isHidden, setIsHidden] = useState(false)
  // By its path: the list under it becomes another one while folders are walked and names are typed.
  const [chosen, setChosen] = useState<string>()
  const [fileName, setFileName] = useState(pick === 'save' ? nameOf(start) : '')
  const input = { ...(folder !== undefined && { path: folder }), hidden: isHidden, ...(filter !== '' && { q: filter }) }
  const { data, error, isPending, isPlaceholderData, refetch } = useQuery({
    ...api.files.browse.queryOptions({ input }),
    // Folders change without telling: each visit looks again.
    staleTime: 0,
    placeholderData: keepPreviousData,
  })
  // A field that holds a file opens at its folder.
  useEffect(() => {
    if (error && folder === start && folderOf(start) !== start) setFolder(folderOf(start))
  }, [error, folder, start])
  const entries = (data?.entries ?? []).filter(({ kind }) => pick === 'any' || pick === 'save' || kind === 'folder')
  const entry = entries.find(({ path }) => path === chosen)
  // What is listed may still be the folder before.
  const listed = isPlaceholderData ? (folder ?? data?.path) : (data?.path ?? folder)
  const here = typed === undefined ? (listed ?? '') : cleanPath(typed)

  const visit = (path: string) => {
    setFolder(path)
    setTyped(undefined)
    setFilter('')
    setChosen(undefined)
  }
  const open = (each: FolderEntry | undefined) => {
    if (!each || each.problem) return
    if (each.kind === 'folder') visit(each.path)
    else if (pick === 'any') onChoose(each.path)
    else setFileName(each.name)
  }
  const target =
    pick === 'save'
      ? fileName.trim() === ''
        ? undefined
        : joinPath(here, fileName.trim())
      : typed === undefined && entry && !entry.problem
        ? entry.path
        : here || undefined
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Backspace' || event.target instanceof HTMLInputElement) return
    event.preventDefault()
    if (data?.parent !== undefined) visit(data.parent)
  }
  return (
    <Modal
      open
      width={800}
      title={pick === 'any' ? text.openAny : pick === 'folder' ? text.openFolder : text.saveFile}
      onCancel={onClose}
      footer={
        <>
          <span className="hint grow">{text.keys}</span>
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button
            type="primary"
            disabled={target === undefined}
            onClick={() => target !== undefined && onChoose(target)}
          >
            {pick !== 'save' && typed === undefined && entry ? text.choose(middle(entry.name, 32)) : text.chooseThis}
          </Button>
        </>
      }
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: Backspace goes up, as the button beside the path does. */}
      <div className="folder-dialog" onKeyDown={onKeyDown}>
        <div className="folder-bar">
          <Button
            icon={<CornerLeftUp size={14} />}
            aria-label={text.up}
            title={text.up}
            disabled={data?.parent === undefined}
            onClick={() => data?.parent !== undefined && visit(data.parent)}
          />
          <Input
            className="mono"
            aria-label={text.address}
            dir="ltr"
            spellCheck={false}
            value={typed ?? listed ?? ''}
            onChange={event => setTyped(event.target.value)}
            onPressEnter={() => visit(here)}
          />
          <Input
            className="folder-filter"
            aria-label={text.filter}
            placeholder={text.filter}
            allowClear
            value={filter}
            onChange={event => {
              setFilter(event.target.value)
              setChosen(undefined)
            }}
          />
          <Checkbox checked={isHidden} onChange={event => setIsHidden(event.target.checked)}>
            {text.hidden}
          </Checkbox>
        </div>
        <div className="folder-body">
          <nav aria-label={text.places}>
            {(data?.shortcuts ?? []).map(place => (
              <button
                type="button"
                key={place.kind}
                title={place.path}
                aria-current={place.path === here}
                onClick={() => visit(place.path)}
              >
                {text[place.kind]}
              </button>
            ))}
          </nav>
          <div className="col">
            {error ? (
              <FailureFault error={error} title={text.unreadable} onRetry={() => void refetch()} />
            ) : (
              <VirtualGrid
                label={text.entries}
                count={entries.length}
                columns={columnsOf(entries, text)}
                rowHeightPx={rowHeightPx}
                selected={entries.findIndex(({ path }) => path === chosen)}
                onSelect={index => {
                  const each = entries[index]
                  setChosen(each?.path)
                  setTyped(undefined)
                  if (pick === 'save' && each?.kind === 'file') setFileName(each.name)
                }}
                onOpen={index => open(entries[index])}
                isLoading={isPending}
                rowClass={index => (entries[index]?.problem ? 'off' : undefined)}
              />
            )}
            {data && !error && entries.length === 0 && (
              <p className="folder-none">{filter === '' ? text.nothing : text.nothingMatches}</p>
            )}
          </div>
        </div>
        {data && data.more > 0 && <p className="hint">{text.more(number(data.more))}</p>}
        {pick === 'save' && (
          <div className="folder-name">
            <label htmlFor={nameId}>{text.fileName}</label>
            <Input id={nameId} value={fileName} dir="auto" onChange={event => setFileName(event.target.value)} />
          </div>
        )}
      </div>
    </Modal>
  )
}

type Text = ReturnType<typeof useText<typeof filesText>>

function columnsOf(entries: readonly FolderEntry[], text: Text): readonly Column[] {
  return [
    {
      key: 'name',
      title: text.name,
      width: 'minmax(220px,1fr)',
      cell: index => {
        const entry = entries[index]
        if (!entry) return null
        const Icon = entry.kind === 'folder' ? Folder : File
        const note = entry.problem
          ? text[entry.problem === 'unreadable' ? 'noAccess' : entry.problem]
          : entry.hint && text[entry.hint]
        return (
          <span className="nm">
            <Icon size={14} strokeWidth={1.6} className="dim" />
            <span className="ell" dir="auto" title={entry.name}>
              {entry.name}
            </span>
            {note !== undefined && <Chip {...(entry.problem && { tone: 'warn' as const })}>{note}</Chip>}
          </span>
        )
      },
    },
    {
      key: 'size',
      title: text.size,
      width: '84px',
      align: 'right',
      cell: index => {
        const size = entries[index]?.sizeBytes
        return <span className="dim">{size === undefined ? '' : bytes(size)}</span>
      },
    },
    {
      key: 'changed',
      title: text.changed,
      width: '142px',
      cell: index => {
        const at = entries[index]?.modifiedAt
        return <span className="dim">{at === undefined ? '' : dateTime(at).slice(0, 16)}</span>
      },
    },
  ]
}
