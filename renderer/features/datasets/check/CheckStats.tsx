import type { CheckReport } from '../../../../main/contract/dataset-checks.ts'
import type { DatasetDetail } from '../../../../main/contract/dataset-versions.ts'
import { number, percent } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { Stat } from '../../../ui/bits.tsx'
import { Glyph, type GlyphState } from '../../../ui/Glyph.tsx'
import { checkText } from './text.ts'

type Props = {
  readonly dataset: DatasetDetail
  readonly report: CheckReport | undefined
  /** The name of the model, when rows are rendered for one. */
  readonly model: string | undefined
  /** What is being done meanwhile, in place of the verdict's reason. */
  readonly checking: string | undefined
}

const glyphs: Record<CheckReport['verdict'], GlyphState> = { ready: 'ok', usable: 'warn', refused: 'fail' }

/** A count in millions from a million on, with three figures. */
const large = (value: number): { value: string; unit?: string } =>
  value >= 1e6
    ? { value: number(value / 1e6, value >= 1e8 ? 0 : value >= 1e7 ? 1 : 2), unit: 'M' }
    : { value: number(value) }

/** The check in figures. What is not known yet keeps its place. */
export function CheckStats({ dataset, report, model, checking }: Props) {
  const text = useText(checkText)
  const seen = report?.rendered?.report
  const noteOf = { ready: text.readyNote, usable: text.usableNote, refused: text.refusedNote }
  return (
    <div className="stats check-stats" aria-busy={checking !== undefined || undefined}>
      <Stat name={text.rows} value={number(dataset.rows)} />
      <Stat name={text.tokens} {...(seen ? large(seen.tokens.total) : { value: '–' })} />
      <Stat
        name={text.trained}
        {...(seen ? large(seen.tokens.learned) : { value: '–' })}
        {...(seen &&
          seen.tokens.total > 0 && { note: text.trainedShare(percent(seen.tokens.learned / seen.tokens.total)) })}
      />
      <Stat name={text.longest} value={seen ? number(seen.tokens.longest) : '–'} />
      <Stat
        name={seen ? text.cut(number(seen.maxSequenceLength)) : text.cutRowsName}
        value={
          <span className={seen && seen.truncatedRows > 0 ? 'tx-warn' : undefined}>
            {seen ? number(seen.truncatedRows) : '–'}
          </span>
        }
        {...(seen && { unit: text.cutRows })}
      />
      <Stat
        name={text.withProblems}
        value={
          <span className={seen && seen.problemRows > 0 ? 'tx-err' : undefined}>
            {seen ? number(seen.problemRows) : '–'}
          </span>
        }
        {...(seen && seen.rows > 0 && { note: percent(seen.problemRows / seen.rows, 2) })}
      />
      <Stat
        name={text.verdict}
        value={
          report ? (
            <span className="check-verdict">
              <Glyph state={glyphs[report.verdict]} size={14} />
              {text[report.verdict]}
            </span>
          ) : (
            '–'
          )
        }
        note={<span role="status">{report ? noteOf[report.verdict] : checking}</span>}
      />
      {model !== undefined && (
        <Stat
          name={text.model}
          value={
            <span className="stat-name ell" dir="auto" title={model}>
              {model}
            </span>
          }
        />
      )}
    </div>
  )
}
