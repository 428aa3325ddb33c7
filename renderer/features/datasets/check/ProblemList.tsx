import { Wrench } from 'lucide-react'
import type { CheckProblem, CheckReport } from '../../../../main/contract/dataset-checks.ts'
import type { DatasetDetail } from '../../../../main/contract/dataset-versions.ts'
import { number } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { go, setQuery, useRoute } from '../../../lib/route.ts'
import { ActionButton } from '../../../ui/ActionButton.tsx'
import { FailureFault } from '../../../ui/Fault.tsx'
import { Glyph, type GlyphState } from '../../../ui/Glyph.tsx'
import { useProblemWords } from './problem-words.ts'
import { droppable, type Remedy, remediesOf } from './remedies.ts'
import type { CheckSettings } from './settings.ts'
import { checkText } from './text.ts'
import { useRepair } from './use-repair.tsx'

type Props = {
  readonly dataset: DatasetDetail
  readonly settings: CheckSettings
  readonly report: CheckReport | undefined
  readonly onShow: (code: string) => void
}

const glyphs: Record<CheckProblem['severity'], GlyphState> = { error: 'fail', warning: 'warn', note: 'review' }

/** What stands against training on these rows, the worst first, each with the button that repairs it. */
export function ProblemList({ dataset, settings, report, onShow }: Props) {
  const text = useText(checkText)
  const repair = useRepair(dataset, settings)
  const problems = report?.problems ?? []
  const many = droppable(problems, dataset.rows)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys.
    <section className="col ds-side scroll" aria-label={text.problems} tabIndex={0}>
      <div className="sec">
        <h2>
          {text.problems}
          {report && <small>{text.problemsSum(number(problems.length))}</small>}
        </h2>
        {report && problems.length === 0 && (
          <p className="sub">{settings.model === undefined ? text.noProblemWithout : text.noProblem}</p>
        )}
        {repair.error && <FailureFault error={repair.error} title={text.notRepaired} />}
        <ul className="probs">
          {problems.map(problem => (
            <Problem
              key={problem.code}
              problem={problem}
              dataset={dataset}
              report={report}
              isBusy={repair.isPending}
              onShow={() => onShow(problem.code)}
              onDrop={() => repair.drop([problem.code])}
            />
          ))}
        </ul>
        {many.length > 1 && (
          <ActionButton
            needs="write"
            size="small"
            loading={repair.isPending}
            onClick={() => repair.drop(many.map(({ code }) => code))}
          >
            {text.dropAll}
          </ActionButton>
        )}
      </div>
    </section>
  )
}

type ProblemProps = {
  readonly problem: CheckProblem
  readonly dataset: DatasetDetail
  readonly report: CheckReport | undefined
  readonly isBusy: boolean
  readonly onShow: () => void
  readonly onDrop: () => void
}

function Problem({ problem, dataset, report, isBusy, onShow, onDrop }: ProblemProps) {
  const text = useText(checkText)
  const words = useProblemWords()(problem)
  const { query } = useRoute()
  const longest = report?.rendered?.report.tokens.longest
  const source = dataset.sources[0]?.path
  const acts: Record<Remedy, { readonly label: string; readonly run: () => void } | undefined> = {
    drop: { label: text.drop, run: onDrop },
    raise:
      longest === undefined
        ? undefined
        : { label: text.raise(number(longest)), run: () => setQuery({ max: String(longest) }) },
    again:
      source === undefined
        ? undefined
        : {
            label: text.again,
            run: () => go('datasets', dataset.id, { ...query, import: source, name: dataset.name }),
          },
    more: { label: text.more, run: () => go('datasets', dataset.id, { ...query, dialog: 'import' }) },
    anyMethod: { label: text.anyMethod, run: () => setQuery({ method: undefined }) },
  }
  return (
    <li>
      <Glyph state={glyphs[problem.severity]} />
      <div>
        <p>
          {problem.rows.length > 0 ? (
            <button type="button" className="pt" onClick={onShow}>
              {words.title}
            </button>
          ) : (
            <b className="pt">{words.title}</b>
          )}
          <span className="grow" />
          <span className="sub rows-count">{text.affected(number(problem.count))}</span>
        </p>
        <p className="dim">{words.note}</p>
        <div className="acts">
          {remediesOf(problem, dataset.rows).map(remedy => {
            const act = acts[remedy]
            return act ? (
              <ActionButton
                needs="write"
                key={remedy}
                size="small"
                icon={<Wrench size={12} />}
                disabled={isBusy && remedy === 'drop'}
                onClick={act.run}
              >
                {act.label}
              </ActionButton>
            ) : null
          })}
        </div>
      </div>
    </li>
  )
}
