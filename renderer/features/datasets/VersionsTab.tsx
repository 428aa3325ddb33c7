import type { DatasetDetail } from '../../../main/contract/dataset-versions.ts'
import { dateTime } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { hrefTo } from '../../lib/route.ts'
import { Chip, Status } from '../../ui/bits.tsx'
import { pageText } from './page-text.ts'
import { datasetGlyph, datasetsText } from './text.ts'

/** All versions, the newest first, with the parts that each was divided into. */
export function VersionsTab({ dataset }: { readonly dataset: DatasetDetail }) {
  const text = useText(pageText)
  const names = useText(datasetsText)
  return (
    <div className="scroll grow">
      <table className="plain">
        <thead>
          <tr>
            <th>{text.version}</th>
            <th>{text.state}</th>
            <th>{text.part}</th>
            <th>{text.created}</th>
          </tr>
        </thead>
        <tbody>
          {dataset.versions.map(({ id, version, state, splitRole, createdAt }) => (
            <tr key={id}>
              <td>
                <a className="link" href={hrefTo('datasets', id)}>
                  {names.version(version)}
                </a>{' '}
                {id === dataset.id && <Chip tone="acc">{text.current}</Chip>}
              </td>
              <td>
                <Status state={datasetGlyph[state]}>{names[state]}</Status>
              </td>
              <td className="sub">{splitRole ? names[splitRole] : ''}</td>
              <td className="dim">{dateTime(createdAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
