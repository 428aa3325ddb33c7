import { useQuery } from '@tanstack/react-query'
import type { StoragePart, StorageUse } from '../../../../main/contract/storage.ts'
import { api } from '../../../lib/client.ts'
import { bytes, number } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { listed } from '../../../lib/marks.ts'
import { hrefTo } from '../../../lib/route.ts'
import { LoadBar } from '../../../ui/LoadBar.tsx'
import { Setting } from '../Setting.tsx'
import { partText, storageText } from './text.ts'

/** What was made here has colours of its own, what only explains or repeats it is grey, and what can go stands out. */
const colourOf: Record<StoragePart, string> = {
  models: 'var(--s1)',
  datasets: 'var(--s3)',
  runs: 'var(--s4)',
  checkpoints: 'var(--s6)',
  evaluations: 'var(--s7)',
  database: 'var(--s5)',
  backups: 'var(--s0)',
  replaced: 'var(--s0)',
  logs: 'var(--s0)',
  working: 'var(--s0)',
  other: 'var(--s0)',
  unneeded: 'var(--warn)',
  quarantine: 'var(--err)',
}

/** The parts of the data folder, and the disk that it lies on. */
export function Use({ use: { parts, sizeBytes, disk } }: { readonly use: StorageUse }) {
  const text = useText(storageText)
  const names = useText(partText)
  const { data: environments } = useQuery(api.environments.list.queryOptions({ input: {} }))
  const built = (environments?.items ?? []).filter(each => each.source !== 'adopted' && each.sizeBytes !== undefined)
  const ordered = parts.filter(part => part.sizeBytes > 0).toSorted((a, b) => b.sizeBytes - a.sizeBytes)
  const files = ordered.reduce((sum, part) => sum + part.files, 0)
  const free = text.diskFree(bytes(disk.freeBytes), bytes(disk.totalBytes))
  return (
    <>
      <h3>{text.holds}</h3>
      <div className="storage-bar">
        <LoadBar
          heightPx={12}
          look="big"
          limit={sizeBytes}
          hasMark={false}
          label={listed(ordered.map(({ part, sizeBytes: size }) => `${names[part]} ${bytes(size)}`))}
          segments={ordered.map(({ part, sizeBytes: size }) => ({
            key: part,
            value: size,
            colour: colourOf[part],
            label: `${names[part]} ${bytes(size)}`,
          }))}
        />
      </div>
      <table className="plain storage-parts">
        <thead>
          <tr>
            <th>{text.part}</th>
            <th className="right">{text.files}</th>
            <th className="right">{text.size}</th>
          </tr>
        </thead>
        <tbody>
          {ordered.map(({ part, files: count, sizeBytes: size }) => (
            <tr key={part}>
              <td>
                <i className="storage-swatch" style={{ background: colourOf[part] }} />
                {names[part]}
              </td>
              <td className="right">{number(count)}</td>
              <td className="right">{bytes(size)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{text.sum}</th>
            <td className="right">{number(files)}</td>
            <td className="right">{bytes(sizeBytes)}</td>
          </tr>
        </tfoot>
      </table>
      <Setting name={text.disk} note={text.reserve(bytes(disk.reserveBytes))}>
        {free}
      </Setting>
      <Setting name={text.environments} note={text.environmentsNote}>
        <a className="link" href={hrefTo('environments')}>
          {built.length > 0
            ? text.environmentsSize(
                bytes(built.reduce((sum, each) => sum + (each.sizeBytes ?? 0), 0)),
                number(built.length),
              )
            : text.noEnvironments}
        </a>
      </Setting>
    </>
  )
}
