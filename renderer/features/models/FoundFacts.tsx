import type { FoundModel } from '../../../main/contract/models.ts'
import { useSaid } from '../../lib/backend-words.ts'
import { bytes, count, number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { listed } from '../../lib/marks.ts'
import { hrefTo } from '../../lib/route.ts'
import { Chip } from '../../ui/bits.tsx'
import { Fault } from '../../ui/Fault.tsx'
import { importText } from './import-text.ts'
import { formatNames, storedAs } from './text.ts'

/** What the headers of a found model say, before it is registered. */
export function FoundFacts({ model }: { readonly model: FoundModel }) {
  const text = useText(importText)
  const said = useSaid()
  const { summary, problem, sizeBytes, registeredAs } = model
  if (!summary)
    return <Fault tone="warn" title={text.noModel} cause={problem ?? model.path} remedy={text.noModelHint} />
  return (
    <section className="found-model">
      <p className="ins-m">
        <b className="ell" dir="auto" title={model.name}>
          {model.name}
        </b>
        <span>{`${formatNames[summary.format]} ${storedAs(summary)}`}</span>
        {summary.parameterCount !== undefined && (
          <span title={number(summary.parameterCount)}>{count(summary.parameterCount)}</span>
        )}
        <span>{bytes(sizeBytes)}</span>
        {summary.architecture !== undefined && <span>{summary.architecture}</span>}
        {summary.license !== undefined && <span>{summary.license}</span>}
        <span>{summary.hasChatTemplate ? text.template : text.noTemplate}</span>
        {registeredAs !== undefined && (
          <a className="link" href={hrefTo('models', registeredAs)}>
            {text.already(registeredAs)}
          </a>
        )}
      </p>
      {summary.containsCode.length > 0 && (
        <p>
          <Chip tone="warn">{text.code(summary.containsCode.map(said).join(text.and))}</Chip>
        </p>
      )}
      {summary.warnings.map(warning => (
        <p key={warning} className="tx-warn">
          {said(warning)}
        </p>
      ))}
      {model.duplicates.length > 0 && <p className="hint">{text.duplicate(listed(model.duplicates))}</p>}
    </section>
  )
}
