import { Switch } from 'antd'
import { ChevronDown, ChevronUp, X } from 'lucide-react'
import { useId, useMemo } from 'react'
import type { ComparedRow, EvaluationDetail } from '../../../main/contract/evaluation.ts'
import { Said } from '../../lib/backend-words.ts'
import { number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { Chip } from '../../ui/bits.tsx'
import { commonShare, diffWords } from './diff.ts'
import { ObjectMark } from './objects.tsx'
import { scoreWords } from './scores.ts'
import { rowsText } from './text.ts'
import { type MetricWords, useMetrics } from './use-metrics.ts'

type Props = {
  readonly row: ComparedRow
  readonly evaluation: EvaluationDetail
  /** The one that decides; it comes first. */
  readonly metric: MetricWords | undefined
  readonly hasDiff: boolean
  readonly onDiff: (isOn: boolean) => void
  readonly onMove: (step: 1 | -1) => void
  readonly onClose: () => void
}

/** One question, what should come, and what came from each. */
export function RowDetail({ row, evaluation, metric, hasDiff, onDiff, onMove, onClose }: Props) {
  const text = useText(rowsText)
  const id = useId()
  return (
    <aside className="side inspector row-detail col" aria-label={`${text.row} ${row.row + 1}`}>
      <header className="ins-head row-head">
        <div className="ins-t">
          <h2>{`${text.row} ${number(row.row + 1)}`}</h2>
          <button
            type="button"
            className="icon"
            aria-label={text.previous}
            title={text.previous}
            onClick={() => onMove(-1)}
          >
            <ChevronUp size={15} />
          </button>
          <button type="button" className="icon" aria-label={text.next} title={text.next} onClick={() => onMove(1)}>
            <ChevronDown size={15} />
          </button>
          <span className="grow" />
          <label className="st" htmlFor={id}>
            {text.diff}
          </label>
          <Switch id={id} size="small" checked={hasDiff} onChange={onDiff} />
          <button type="button" className="icon" aria-label={text.close} title={text.close} onClick={onClose}>
            <X size={15} />
          </button>
        </div>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <div className="scroll grow row-texts" tabIndex={0} role="group" aria-label={`${text.row} ${row.row + 1}`}>
        <section>
          <h3>{text.prompt}</h3>
          <p dir="auto">{row.prompt}</p>
        </section>
        <section>
          <h3>{text.reference}</h3>
          <p dir="auto">{row.reference === '' ? <span className="dim">{text.noReference}</span> : row.reference}</p>
        </section>
        {evaluation.objects.map(({ name }, index) => (
          <AnswerText
            key={name}
            name={name}
            index={index}
            row={row}
            metrics={evaluation.metrics}
            metric={metric}
            hasDiff={hasDiff}
          />
        ))}
      </div>
    </aside>
  )
}

type AnswerProps = Pick<Props, 'row' | 'metric' | 'hasDiff'> & {
  readonly name: string
  readonly index: number
  readonly metrics: EvaluationDetail['metrics']
}
function AnswerText({ name, index, row, metrics, metric, hasDiff }: AnswerProps) {
  const text = useText(rowsText)
  const { byName } = useMetrics()
  const answer = row.answers.find(each => each.object === name)
  const ordered = metric ? [metric.name, ...metrics.filter(each => each !== metric.name)] : metrics
  return (
    <section>
      <h3 className="nm">
        <ObjectMark index={index} />
        <span className="ell" dir="auto" title={name}>
          {name}
        </span>
      </h3>
      {answer && (
        <p className="row-facts">
          {ordered.flatMap(each => {
            const score = answer.scores?.[each]
            const facts = byName.get(each)
            return score === undefined || !facts
              ? []
              : [
                  <Chip key={each} title={facts.description}>
                    {`${facts.title} `}
                    <b>{scoreWords(score, facts.unit)}</b>
                  </Chip>,
                ]
          })}
          {answer.latencyMs !== undefined && <span>{`${number(answer.latencyMs)} ms`}</span>}
          {answer.completionTokens !== undefined && <span>{text.tokens(number(answer.completionTokens))}</span>}
          {answer.finishReason === 'length' && <span className="tx-warn">{text.cut}</span>}
        </p>
      )}
      {!answer ? (
        <p className="dim">{text.notYet}</p>
      ) : answer.prediction === null ? (
        <p className="tx-err">{answer.error === undefined ? text.noAnswer : <Said>{answer.error}</Said>}</p>
      ) : answer.prediction === '' ? (
        <p className="dim">{text.empty}</p>
      ) : hasDiff && row.reference !== '' ? (
        <Diff reference={row.reference} answer={answer.prediction} />
      ) : (
        <p dir="auto">{answer.prediction}</p>
      )}
    </section>
  )
}

/** With less than this in common, the marks would hide the answer instead of explaining it. */
const leastCommon = 0.3

/** The answer with what it has too much and too little; the shape says it as well as the colour. */
function Diff({ reference, answer }: { readonly reference: string; readonly answer: string }) {
  const text = useText(rowsText)
  const parts = useMemo(() => diffWords(reference, answer), [reference, answer])
  if (commonShare(parts) < leastCommon)
    return (
      <>
        <p dir="auto">{answer}</p>
        <p className="row-facts">{text.tooDifferent}</p>
      </>
    )
  return (
    <p dir="auto" className="diff-text">
      {parts.map((part, index) =>
        part.kind === 'same' ? (
          part.text
        ) : part.kind === 'added' ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text have nothing but their place.
          <ins key={index} title={text.added}>
            {part.text}
          </ins>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text have nothing but their place.
          <del key={index} title={text.missing}>
            {part.text}
          </del>
        ),
      )}
    </p>
  )
}
