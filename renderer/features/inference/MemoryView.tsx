import { Button } from 'antd'
import type { DeploymentPlan } from '../../../main/contract/inference.ts'
import { useSaid } from '../../lib/backend-words.ts'
import { memory as memoryWords, number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { named } from '../../lib/marks.ts'
import { Glyph } from '../../ui/Glyph.tsx'
import { LoadBar } from '../../ui/LoadBar.tsx'
import { formText, memoryTermText } from './text.ts'

type MemoryPlan = DeploymentPlan['memory']
/** Settings that make a model smaller, by their names in the form. */
export type Smaller = { readonly parallel?: number; readonly contextLength?: number }
type Props = {
  readonly plan: MemoryPlan
  readonly onApply?: (smaller: Smaller) => void
}

/** A remedy as changes of this form; undefined for those that it has no field for. */
function smallerBy(parameters: Readonly<Record<string, unknown>>): Smaller | undefined {
  const { sequences, contextLength, ...others } = parameters
  if (Object.keys(others).length > 0) return undefined
  return {
    ...(typeof sequences === 'number' && { parallel: sequences }),
    ...(typeof contextLength === 'number' && { contextLength }),
  }
}

const isTermName = (name: string): name is keyof typeof memoryTermText => Object.hasOwn(memoryTermText, name)
/** A term keeps its colour whichever others stand beside it: two plans are compared by them. */
const colours: Record<keyof typeof memoryTermText, string> = {
  weights: 'var(--s1)',
  adapter: 'var(--s6)',
  keyValueCache: 'var(--s3)',
  computeBuffer: 'var(--s2)',
  runtimeOverhead: 'var(--s0)',
}
const colourOf = (name: string): string => (isTermName(name) ? colours[name] : 'var(--s0)')

/** What a served model takes: the load line, its terms, and what would make it fit. */
export function MemoryView({ plan, onApply }: Props) {
  const text = useText(formText)
  const terms = useText(memoryTermText)
  const said = useSaid()
  const verdict = { fits: text.fits, tight: text.tight, too_large: text.tooLarge }[plan.verdict]
  const nameOf = (name: string) => (isTermName(name) ? terms[name] : name)
  const fixes = plan.remedies.flatMap(({ parameters, totalBytes }) => {
    const smaller = smallerBy(parameters)
    return smaller ? [{ ...smaller, totalBytes }] : []
  })
  const parts = plan.terms.filter(({ bytes }) => bytes > 0)
  return (
    <div className="memory-view">
      <p className="st memory-verdict">
        <Glyph
          state={plan.verdict === 'fits' ? 'ok' : plan.verdict === 'tight' ? 'warn' : 'fail'}
          quiet={plan.verdict === 'fits'}
        />
        <b>{verdict}</b>
        <span className="sub">{text.ofFree(memoryWords(plan.totalBytes), memoryWords(plan.freeBytes))}</span>
      </p>
      <LoadBar
        segments={parts.map(({ name, bytes }) => ({
          key: name,
          value: bytes,
          colour: colourOf(name),
          label: `${nameOf(name)} ${memoryWords(bytes)}`,
        }))}
        limit={plan.freeBytes}
        heightPx={8}
        label={named(verdict, text.ofFree(memoryWords(plan.totalBytes), memoryWords(plan.freeBytes)))}
      />
      <dl className="memory-terms">
        {parts.map(({ name, bytes, formula }) => (
          <div key={name} title={said(formula)}>
            <dt>
              <i style={{ background: colourOf(name) }} />
              {nameOf(name)}
            </dt>
            <dd>{memoryWords(bytes)}</dd>
          </div>
        ))}
        <div className="memory-total">
          <dt>{text.total}</dt>
          <dd>{memoryWords(plan.totalBytes)}</dd>
        </div>
      </dl>
      {plan.verdict === 'too_large' && (
        <>
          <h3 className="memory-fixes">{text.remedies}</h3>
          <ul>
            {fixes.map(({ parallel, contextLength, totalBytes }) => (
              <li key={`${parallel} ${contextLength}`}>
                <span>
                  {[
                    parallel !== undefined && text.fewerRequests(parallel),
                    contextLength !== undefined && text.shorterContext(number(contextLength)),
                    parallel === undefined && contextLength === undefined && text.moreMemory,
                  ]
                    .filter(Boolean)
                    .join(text.and)}
                </span>
                <span className="dim">{memoryWords(totalBytes)}</span>
                {onApply && (parallel !== undefined || contextLength !== undefined) && (
                  <Button
                    size="small"
                    onClick={() =>
                      onApply({
                        ...(parallel !== undefined && { parallel }),
                        ...(contextLength !== undefined && { contextLength }),
                      })
                    }
                  >
                    {text.apply}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}
