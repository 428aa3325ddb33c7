import { Segmented } from 'antd'
import { useState } from 'react'
import type { SampledRow } from '../../../../main/contract/datasets.ts'
import { number } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { Glyph } from '../../../ui/Glyph.tsx'
import { issueText } from '../issue-text.ts'
import { Readable } from '../rows/RowView.tsx'
import type { Detection } from './Reading.tsx'
import { importText } from './text.ts'

/** The first rows, as they are written or as they are read, and why some of them would be left out. */
export function Sample({ detection }: { readonly detection: Detection }) {
  const text = useText(importText)
  const [view, setView] = useState<'mapped' | 'raw'>('mapped')
  const bad = detection.samples.filter(({ problem }) => problem).length
  return (
    <div className="reading-sample col">
      <div className="toolbar tight">
        <b>{text.sample}</b>
        {bad > 0 && <span className="tx-warn">{text.sampleBad(number(bad))}</span>}
        <span className="grow" />
        <Segmented
          size="small"
          value={view}
          onChange={setView}
          options={[
            { value: 'mapped', label: text.mapped },
            { value: 'raw', label: text.raw },
          ]}
        />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys. */}
      <ol className="scroll grow" tabIndex={0} aria-label={text.sample}>
        {detection.samples.map((row, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the rows of a sample have nothing but their place.
          <li key={index} className={row.problem ? 'bad' : undefined}>
            <span className="dim fig">{number(row.line)}</span>
            <div>
              {row.problem && <Problem problem={row.problem} />}
              {view === 'raw' || !row.data ? (
                <pre className="mono row-source" dir="auto">
                  {row.raw}
                </pre>
              ) : (
                <Readable kind={detection.kind} data={row.data} />
              )}
            </div>
          </li>
        ))}
      </ol>
    </div>
  )
}

function Problem({ problem }: { readonly problem: NonNullable<SampledRow['problem']> }) {
  const reasons = useText(issueText)
  return (
    <p className="sample-problem">
      <Glyph state="warn" />
      <b>{reasons[problem.reason]}</b>
      <span className="sub">{problem.message}</span>
    </p>
  )
}
