import type { Outputs } from '../../../main/contract/index.ts'
import { bytes } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { LoadBar } from '../../ui/LoadBar.tsx'
import { resourcesText } from './text.ts'

const lowBytes = 5e9

/** The disk that the data folder lies on. */
export function DiskSection({ disk }: { readonly disk: Outputs['resources']['show']['disk'] }) {
  const text = useText(resourcesText)
  const { path, totalBytes, freeBytes } = disk
  const words = text.diskFree(bytes(freeBytes), bytes(totalBytes))
  return (
    <section className="device" aria-labelledby="disk">
      <header>
        <h2 id="disk">{text.disk}</h2>
        <span className="ell dim" title={path}>
          {text.diskOf(path)}
        </span>
      </header>
      <div className="memory-bar">
        <LoadBar
          look="big"
          heightPx={12}
          limit={totalBytes}
          segments={[{ key: 'used', value: totalBytes - freeBytes, kind: 'foreign' }]}
          label={words}
        />
        <p className="sub">{words}</p>
        {freeBytes < lowBytes && <p className="tx-warn">{text.diskLow}</p>}
      </div>
    </section>
  )
}
