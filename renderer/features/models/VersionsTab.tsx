import type { ModelDetail } from '../../../main/contract/models.ts'
import { dateTime } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { hrefTo, useRoute } from '../../lib/route.ts'
import { Chip, Status } from '../../ui/bits.tsx'
import { inspectorText } from './inspector-text.ts'
import { modelStateGlyph, modelsText } from './text.ts'

/** The versions of the model, the newest first; each opens in place of this one. */
export function VersionsTab({ model }: { readonly model: ModelDetail }) {
  const text = useText(inspectorText)
  const names = useText(modelsText)
  const { query } = useRoute()
  return (
    <div className="scroll grow">
      <table className="plain">
        <thead>
          <tr>
            <th>{text.version}</th>
            <th>{text.state}</th>
            <th>{text.created}</th>
          </tr>
        </thead>
        <tbody>
          {model.versions.map(({ id, version, state, createdAt }) => (
            <tr key={id}>
              <td>
                <a className="link" href={hrefTo('models', id, query)}>
                  {names.version(version)}
                </a>{' '}
                {id === model.id && <Chip tone="acc">{text.current}</Chip>}
              </td>
              <td>
                <Status state={modelStateGlyph[state]}>{names[state]}</Status>
              </td>
              <td className="dim">{dateTime(createdAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
