import type { DatasetDetail } from '../../../main/contract/dataset-versions.ts'
import { bytes, dateTime, number, percent } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { listed, named } from '../../lib/marks.ts'
import { Hash, Section } from '../../ui/bits.tsx'
import { fieldText } from './import/text.ts'
import { pageText } from './page-text.ts'
import { formatText } from './text.ts'

/** The files that a version was read from, as they were then, and how they were read. */
export function SourcesTab({ dataset }: { readonly dataset: DatasetDetail }) {
  const text = useText(pageText)
  const fields = useText(fieldText)
  const formats = useText(formatText)
  const { sources, files, settings, format, description, frozenAt, id } = dataset
  const columns = Object.entries(settings.columns ?? {}) as [keyof typeof fields, string][]
  return (
    <div className="scroll grow">
      {sources.length > 0 ? (
        <table className="plain">
          <thead>
            <tr>
              <th>{text.file}</th>
              <th className="right">{text.sourceSize}</th>
              <th className="right">{text.rows}</th>
              <th className="right">{text.leftOut}</th>
              <th>SHA-256</th>
            </tr>
          </thead>
          <tbody>
            {sources.map(source => (
              <tr key={source.path}>
                <td className="mono ell" dir="ltr" title={source.path}>
                  {source.path}
                </td>
                <td className="right">{bytes(source.sizeBytes)}</td>
                <td className="right">{number(source.rows)}</td>
                <td className="right">{number(source.badRows)}</td>
                <td>
                  <Hash hash={source.sha256} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <p className="sec sub">{text.noSources}</p>
      )}
      <Section title={text.stored}>
        <dl className="kv">
          {description !== '' && (
            <>
              <dt>{text.description}</dt>
              <dd dir="auto">{description}</dd>
            </>
          )}
          {format && (
            <>
              <dt>{text.format}</dt>
              <dd>{formats[format]}</dd>
            </>
          )}
          {columns.length > 0 && (
            <>
              <dt>{text.mapping}</dt>
              <dd>{listed(columns.map(([field, column]) => `${fields[field]} ← ${column}`))}</dd>
            </>
          )}
          {settings.ignoredColumns && settings.ignoredColumns.length > 0 && (
            <>
              <dt>{text.ignoredColumns}</dt>
              <dd>{listed(settings.ignoredColumns)}</dd>
            </>
          )}
          {settings.ignoredFiles && settings.ignoredFiles.length > 0 && (
            <>
              <dt>{text.ignoredFiles}</dt>
              <dd>{listed(settings.ignoredFiles.map(({ name, why }) => named(name, why)))}</dd>
            </>
          )}
          {settings.seed !== undefined && settings.share !== undefined && (
            <>
              <dt>{text.splitSeed}</dt>
              <dd>{text.seedOf(percent(settings.share), String(settings.seed))}</dd>
            </>
          )}
          <dt>{text.created}</dt>
          <dd>{dateTime(dataset.createdAt)}</dd>
          {frozenAt !== undefined && (
            <>
              <dt>{text.frozenAt}</dt>
              <dd>{dateTime(frozenAt)}</dd>
            </>
          )}
          {files.map(file => (
            <div key={file.path} className="stored-file">
              <dt>{text.file}</dt>
              <dd>
                {file.sha256 !== undefined && <Hash hash={file.sha256} />} {bytes(file.sizeBytes)}{' '}
                <span className="dim">{text.storedNote}</span>
              </dd>
            </div>
          ))}
          <dt>{text.id}</dt>
          <dd className="mono">{id}</dd>
        </dl>
      </Section>
    </div>
  )
}
