import type { Device } from '../../../main/contract/resources.ts'
import { memory } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { facts } from '../../lib/marks.ts'
import { LoadBar } from '../../ui/LoadBar.tsx'
import { resourcesText } from './text.ts'

type Props = {
  readonly device: Pick<Device, 'totalBytes' | 'usedBytes' | 'oursBytes' | 'othersBytes' | 'leasedBytes' | 'freeBytes'>
}

/** A device's memory: ours, others', promised but not yet used, free. Where the driver tells no owners, just "in use". */
export function MemoryBar({ device }: Props) {
  const text = useText(resourcesText)
  const { totalBytes, usedBytes, oursBytes, leasedBytes, freeBytes } = device
  const isKnown = oursBytes !== null
  const ours = isKnown ? Math.min(oursBytes, usedBytes) : 0
  const others = Math.max(0, usedBytes - ours)
  const promised = Math.max(0, Math.min(leasedBytes - ours, totalBytes - usedBytes))
  const words = [
    ...(ours > 0 ? [text.ours(memory(ours))] : []),
    isKnown ? text.others(memory(others)) : text.inUse(memory(usedBytes)),
    ...(promised > 0 ? [text.promised(memory(promised))] : []),
    text.free(memory(freeBytes)),
  ]
  return (
    <div className="memory-bar">
      <LoadBar
        look="big"
        heightPx={12}
        limit={totalBytes}
        segments={[
          { key: 'ours', value: ours },
          { key: 'others', value: others, kind: 'foreign' },
          { key: 'promised', value: promised, kind: 'kept' },
        ]}
        label={facts(...words)}
      />
      <p className="sub">{words.join(' · ')}</p>
    </div>
  )
}
