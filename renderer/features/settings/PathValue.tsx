import { Tooltip } from 'antd'
import { Copy, FolderOpen } from 'lucide-react'
import { desktop } from '../../lib/desktop.ts'
import { useText } from '../../lib/i18n.ts'
import { named } from '../../lib/marks.ts'
import { useCopy } from '../../ui/use-copy.ts'
import { settingsText } from './text.ts'

/** A path of this machine, to copy or to look at. */
export function PathValue({ path }: { readonly path: string }) {
  const text = useText(settingsText)
  const copy = useCopy()
  return (
    <span className="path-value">
      <span className="mono ell" title={path}>
        {path}
      </span>
      <Tooltip title={text.copyPath}>
        <button type="button" className="icon" aria-label={named(text.copyPath, path)} onClick={() => copy(path)}>
          <Copy size={13} />
        </button>
      </Tooltip>
      {desktop && (
        <Tooltip title={text.show}>
          <button
            type="button"
            className="icon"
            aria-label={named(text.show, path)}
            onClick={() => void desktop?.showItemInFolder(path)}
          >
            <FolderOpen size={13} />
          </button>
        </Tooltip>
      )}
    </span>
  )
}
