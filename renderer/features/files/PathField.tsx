import { useQuery } from '@tanstack/react-query'
import { Dropdown, Input } from 'antd'
import { FolderOpen } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { FileKind } from '../../../preload/desktop-api.ts'
import { useMay } from '../../lib/access.ts'
import { api } from '../../lib/client.ts'
import { desktop } from '../../lib/desktop.ts'
import { useText } from '../../lib/i18n.ts'
import { ActionButton } from '../../ui/ActionButton.tsx'
import { cleanPath } from './clean-path.ts'
import { FolderDialog, type PickKind } from './FolderDialog.tsx'
import { filesText } from './text.ts'

type Props = {
  readonly id?: string
  readonly label: string
  readonly value: string
  readonly pick: PickKind
  readonly onChange: (path: string) => void
  /** Enter in the field. */
  readonly onEnter?: () => void
  /** For native dialogs: which files are listed first. */
  readonly kinds?: readonly FileKind[]
  readonly autoFocus?: boolean
  readonly isInvalid?: boolean
}

/** A path of this machine: typed, pasted, or chosen. In the desktop window with its own dialog, else by walking folders. */
export function PathField({ id, label, value, pick, onChange, onEnter, kinds, autoFocus = false, isInvalid }: Props) {
  const text = useText(filesText)
  const [isBrowsing, setIsBrowsing] = useState(false)
  useHomeExpanded(value, onChange)
  const native = async (what: 'file' | 'folder' | 'save') => {
    const start = { title: label, ...(value !== '' && { defaultPath: value }), ...(kinds && { kinds }) }
    const path =
      what === 'save'
        ? await desktop?.saveFile(start)
        : what === 'folder'
          ? await desktop?.openFolder(start)
          : (await desktop?.openFiles(start))?.[0]
    if (path !== undefined) onChange(path)
  }
  return (
    <div className="path-field">
      <Input
        {...(id !== undefined && { id })}
        className="mono"
        aria-label={label}
        value={value}
        dir="ltr"
        spellCheck={false}
        autoComplete="off"
        placeholder={text.pathPlaceholder}
        autoFocus={autoFocus}
        {...(isInvalid && { status: 'error' as const })}
        onChange={event => onChange(event.target.value)}
        onPaste={event => {
          const pasted = event.clipboardData.getData('text')
          const clean = cleanPath(pasted)
          if (clean === pasted || value !== '') return
          event.preventDefault()
          onChange(clean)
        }}
        onBlur={() => onChange(cleanPath(value))}
        {...(onEnter && { onPressEnter: () => onEnter() })}
      />
      {desktop && pick === 'any' ? (
        <Dropdown
          trigger={['click']}
          menu={{
            items: [
              { key: 'file', label: text.chooseFile },
              { key: 'folder', label: text.chooseFolder },
            ],
            onClick: ({ key }) => void native(key === 'file' ? 'file' : 'folder'),
          }}
        >
          <ActionButton needs="write" icon={<FolderOpen size={14} />}>
            {text.browse}
          </ActionButton>
        </Dropdown>
      ) : (
        <ActionButton
          needs="write"
          icon={<FolderOpen size={14} />}
          onClick={() => (desktop ? void native(pick === 'save' ? 'save' : 'folder') : setIsBrowsing(true))}
        >
          {text.browse}
        </ActionButton>
      )}
      {isBrowsing && (
        <FolderDialog
          pick={pick}
          start={value}
          onClose={() => setIsBrowsing(false)}
          onChoose={path => {
            setIsBrowsing(false)
            onChange(path)
          }}
        />
      )}
    </div>
  )
}

/** `~/models` becomes the whole path: what is imported must be told without knowing whose home is meant. */
function useHomeExpanded(value: string, onChange: (path: string) => void): void {
  const isShort = value === '~/' || value.startsWith('~/')
  const mayBrowse = useMay('write') === true
  const { data } = useQuery({
    ...api.files.browse.queryOptions({ input: { path: '~' } }),
    enabled: isShort && mayBrowse,
  })
  const home = data?.home
  useEffect(() => {
    if (isShort && home !== undefined) onChange(home + value.slice(1))
  }, [isShort, home, value, onChange])
}
