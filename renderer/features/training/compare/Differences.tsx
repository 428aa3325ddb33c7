import type { Outputs } from '../../../../main/contract/index.ts'
import { duration, figure, middle, number } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { jobStateText } from '../../../lib/job-words.ts'
import { useView } from '../../../lib/view.ts'
import { Chip } from '../../../ui/bits.tsx'
import { Swatch } from '../curve/Swatch.tsx'
import { useWords, type Words } from '../words.ts'
import { lookOf } from './overlay.ts'
import { compareText } from './text.ts'

type Comparison = Outputs['training']['compare']

/** `model` and `datasets` are no parameters, but differ like them. */
export const useDifferenceLabel = (): ((key: string) => string) => {
  const text = useText(compareText)
  const words = useWords()
  return key => (key === 'model' || key === 'datasets' || key === 'method' ? text[key] : words.label(key))
}
export const shownValue = (words: Words, key: string, value: unknown): string => words.value(key, value)

/** Runs side by side: where each came to, and every parameter in which they differ. */
export function Differences({ comparison: { runs, differences } }: { readonly comparison: Comparison }) {
  const text = useText(compareText)
  const states = useText(jobStateText)
  const words = useWords()
  const labelOf = useDifferenceLabel()
  const language = useView(view => view.language)
  const known = runs.map(run => run.bestValidationLoss).filter(value => value !== null)
  const lowest = known.length > 1 ? Math.min(...known) : undefined
  const results: readonly (readonly [string, (run: Comparison['runs'][number]) => React.ReactNode])[] = [
    [text.state, run => states[run.state]],
    [text.step, run => number(run.step)],
    [text.loss, run => figure(run.loss)],
    [
      text.bestValidation,
      run => (
        <>
          {figure(run.bestValidationLoss)}{' '}
          {run.bestValidationLoss !== null && run.bestValidationLoss === lowest && <Chip tone="ok">{text.best}</Chip>}
        </>
      ),
    ],
    [text.took, run => (run.seconds === null ? '–' : duration(run.seconds, language))],
  ]
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keys.
    <div className="scroll compare-table" tabIndex={0}>
      <table className="plain">
        <thead>
          <tr>
            <th>{text.parameter}</th>
            {runs.map((run, index) => (
              <th key={run.id} title={run.name}>
                <span className="compare-head">
                  <Swatch {...lookOf(index)} />
                  <span dir="auto">{middle(run.name, 24)}</span>
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {results.map(([name, show]) => (
            <tr key={name}>
              <td className="dim">{name}</td>
              {runs.map(run => (
                <td key={run.id}>{show(run)}</td>
              ))}
            </tr>
          ))}
          {differences.length === 0 ? (
            <tr>
              <td colSpan={runs.length + 1} className="dim">
                {text.same}
              </td>
            </tr>
          ) : (
            differences.map(({ key, values }) => (
              <tr key={key} className="differs">
                <td title={key}>{labelOf(key)}</td>
                {runs.map((run, index) => (
                  <td key={run.id} title={shownValue(words, key, values[index])}>
                    {middle(shownValue(words, key, values[index]), 32)}
                  </td>
                ))}
              </tr>
            ))
          )}
        </tbody>
      </table>
    </div>
  )
}
