import { Segmented } from 'antd'
import { useState } from 'react'
import type { DatasetKind, SamplePreview } from '../../../../main/contract/dataset-rows.ts'
import { Said } from '../../../lib/backend-words.ts'
import { number } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { Glyph } from '../../../ui/Glyph.tsx'
import { issueText } from '../issue-text.ts'
import { Readable } from '../rows/RowView.tsx'
import { importText } from './text.ts'

type Row = SamplePreview['rows'][number]

type Props = {
  readonly preview: SamplePreview
  /** Undefined where the format is not known: then rows stand as they are written. */
  readonly kind: DatasetKind | undefined
}

/** The first rows, as they are written or as they are read, and why some of them would be left out. */
export function Sample({ preview, kind }: Props) {
  const text = useText(importText)
  const [view, setView] = useState<'mapped' | 'raw'>('mapped')
  const bad = preview.rows.filter(({ problem }) => problem).length
  return (
    <div className="reading-sample col">
      <div className="toolbar tight">
        <b>{text.sample}</b>
        {bad > 0 && <span className="tx-warn">{text.sampleBad(number(bad))}</span>}
        <span className="grow" />
        {/* Of a file whose columns are not assigned yet there is only one way to look at it. */}
        {kind !== undefined && (
          <Segmented
            size="small"
            value={view}
            onChange={setView}
            options={[
              { value: 'mapped', label: text.mapped },
              { value: 'raw', label: text.raw },
            ]}
          />
        )}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys. */}
      <ol className="scroll grow" tabIndex={0} aria-label={text.sample}>
        {preview.rows.map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the rows of a sample have nothing but their place.
          <li key={index} className={row.problem ? 'bad' : undefined}>
            <span className="dim fig">{number(row.line)}</span>
            <div>
              {row.problem && <Problem problem={row.problem} />}
              {view === 'raw' || !row.mapped || !kind ? (
                <pre className="mono row-source" dir="auto">
                  {asWritten(row)}
                </pre>
              ) : (
                <Readable kind={kind} data={row.mapped} />
              )}
            </div>
          </li>
        ))}
      </ol>
    </div>
  )
}

/** Column by column; a row that is no object stands as it is. */
const asWritten = ({ cells }: Row): string =>
  Object.entries(cells)
    .map(([column, value]) => (column === '' ? value : `${column}: ${value}`))
    .join('\n')

function Problem({ problem }: { readonly problem: NonNullable<Row['problem']> }) {
  const reasons = useText(issueText)
  return (
    <p className="sample-problem">
      <Glyph state="warn" />
      <b>{reasons[problem.reason]}</b>
      <span className="sub">
        <Said>{problem.message}</Said>
      </span>
    </p>
  )
}
