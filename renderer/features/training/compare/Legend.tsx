import { Checkbox } from 'antd'
import { X } from 'lucide-react'
import type { Outputs } from '../../../../main/contract/index.ts'
import { figure, middle } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { jobGlyph, jobStateText } from '../../../lib/job-words.ts'
import { hrefTo } from '../../../lib/route.ts'
import { useWidth } from '../../../lib/width.ts'
import { Glyph } from '../../../ui/Glyph.tsx'
import { Swatch } from '../curve/Swatch.tsx'
import { lookOf } from './overlay.ts'
import { compareText } from './text.ts'

/** Up to this width the legend lies below the plot, and has all of its width. */
const stackedPx = 1000
// As many of the fixed-width letters as there is room for: what is cut in the middle need not be cut at its end.
const mostLetters = { beside: 13, below: 60 }

type Compared = Outputs['training']['compare']['runs'][number]

type Props = {
  readonly runs: readonly Compared[]
  /** The value of each run under the cursor, or its newest. */
  readonly values: readonly (number | undefined)[]
  readonly isOutside: readonly boolean[]
  readonly hidden: ReadonlySet<number>
  /** What tells a run from the others, in a few words. */
  readonly noteOf: (index: number) => string
  readonly onToggle: (index: number) => void
  readonly onTakeOut: (id: string) => void
}

/** The list at the left is the legend: each run with its line, its value at the cursor, and what it differs in. */
export function Legend({ runs, values, isOutside, hidden, noteOf, onToggle, onTakeOut }: Props) {
  const text = useText(compareText)
  const states = useText(jobStateText)
  const width = useWidth()
  return (
    <ul className="overlay-list">
      {runs.map((run, index) => {
        const look = lookOf(index)
        return (
          <li key={run.id} className={hidden.has(index) ? 'off' : undefined}>
            <Checkbox
              className="overlay-mark"
              title={text.hide(run.name)}
              checked={!hidden.has(index)}
              aria-label={text.hide(run.name)}
              onChange={() => onToggle(index)}
            >
              <Swatch colour={look.colour} dash={look.dash} />
            </Checkbox>
            <a className="ell mono" href={hrefTo('training', run.id)} title={run.name} dir="auto">
              {middle(run.name, width > stackedPx ? mostLetters.beside : mostLetters.below)}
            </a>
            <b>{hidden.has(index) ? '' : figure(values[index])}</b>
            <span className="overlay-note">
              <Glyph state={jobGlyph[run.state]} size={10} label={states[run.state]} />
              <span className="overlay-facts" title={noteOf(index)}>
                {noteOf(index)}
                {isOutside[index] ? `, ${text.diverged}` : ''}
              </span>
              <button
                type="button"
                className="icon small"
                aria-label={text.takeOut(run.name)}
                title={text.takeOut(run.name)}
                onClick={() => onTakeOut(run.id)}
              >
                <X size={12} />
              </button>
            </span>
          </li>
        )
      })}
    </ul>
  )
}
