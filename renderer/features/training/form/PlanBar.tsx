import type { MemoryPlan } from '../../../../main/contract/memory-plan.ts'
import { useSaid } from '../../../lib/backend-words.ts'
import { gib, memory, percent } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { facts } from '../../../lib/marks.ts'
import { Glyph, type GlyphState } from '../../../ui/Glyph.tsx'
import { LoadBar } from '../../../ui/LoadBar.tsx'
import { formulaInBrief } from './formula-in-brief.ts'
import { planText } from './text.ts'

/** Each term has its colour for good: the same in every plan, here and on the page of the run. */
const colourOf: Readonly<Record<string, string>> = {
  weights: 'var(--s1)',
  mixedPrecisionCopies: 'var(--s1)',
  adapterWeights: 'var(--s6)',
  gradients: 'var(--s5)',
  gradientBuckets: 'var(--s5)',
  optimizer: 'var(--s4)',
  referenceModel: 'var(--s1)',
  activations: 'var(--s3)',
  attentionMask: 'var(--s7)',
  logits: 'var(--s2)',
  workingSet: 'var(--s0)',
  runtimeOverhead: 'var(--s0)',
}

const verdictGlyph: Readonly<Record<MemoryPlan['verdict'], GlyphState>> = {
  fits: 'ok',
  tight: 'warn',
  too_large: 'fail',
}
const verdictClass: Readonly<Record<MemoryPlan['verdict'], string>> = { fits: 'good', tight: 'close', too_large: 'bad' }

type Props = { readonly plan: MemoryPlan; readonly isStale?: boolean }

/** The load line of a run: what it needs, term by term, against what the device has left. */
export function PlanBar({ plan, isStale = false }: Props) {
  const text = useText(planText)
  const said = useSaid()
  const { totalBytes, freeBytes, deviceBytes, verdict } = plan
  const terms = plan.terms.filter(({ bytes }) => bytes > 0)
  const usedBytes = Math.max(0, (deviceBytes ?? freeBytes) - freeBytes)
  const limitBytes = freeBytes + usedBytes
  const spareBytes = freeBytes - totalBytes
  const label = (name: string): string => (Object.hasOwn(text, name) ? String(text[name as 'weights']) : name)
  const title = {
    fits: text.fits(memory(spareBytes)),
    tight: text.tight(memory(spareBytes)),
    too_large: text.over(memory(-spareBytes)),
  }[verdict]
  const cause = {
    fits: text.fitsCause(percent(freeBytes > 0 ? totalBytes / freeBytes : 1, 0)),
    tight: text.tightCause,
    too_large: text.overCause,
  }[verdict]
  return (
    <div className={isStale ? 'plan stale' : 'plan'}>
      <div className="peak">
        <b>{gib(totalBytes)}</b>
        <span>GiB</span>
        <span className="grow" />
        <span className="sub">{text.of(gib(freeBytes))}</span>
      </div>
      <LoadBar
        look="big"
        heightPx={22}
        limit={limitBytes}
        span={Math.max(limitBytes * 1.14, totalBytes + usedBytes)}
        segments={[
          { key: 'others', value: usedBytes, kind: 'foreign', label: `${text.others} ${memory(usedBytes)}` },
          ...terms.map(({ name, bytes }) => ({
            key: name,
            value: bytes,
            colour: colourOf[name] ?? 'var(--s0)',
            label: `${label(name)} ${memory(bytes)}`,
          })),
        ]}
        label={facts(title, `${memory(totalBytes)} ${text.of(gib(freeBytes))}`)}
      />
      <div className={`verdict ${verdictClass[verdict]}`} role="status">
        <Glyph state={verdictGlyph[verdict]} size={14} />
        <div>
          <b>{title}</b>
          <p>{cause}</p>
        </div>
      </div>
      <table className="parts">
        <tbody>
          {terms.map(({ name, bytes, formula, source }) => (
            <tr key={name} title={source === undefined ? said(formula) : `${said(formula)}\n${said(source)}`}>
              <td>
                <i style={{ background: colourOf[name] ?? 'var(--s0)' }} />
                {label(name)}
              </td>
              <td className="dim ell">{formulaInBrief(said(formula))}</td>
              <td className="right">{memory(bytes)}</td>
            </tr>
          ))}
          {usedBytes > 0 && (
            <tr>
              <td>
                <i className="hatch" />
                {text.others}
              </td>
              <td className="dim ell" />
              <td className="right">{memory(usedBytes)}</td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  )
}
