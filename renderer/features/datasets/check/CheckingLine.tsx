import { Button } from 'antd'
import type { CheckProgress } from '../../../../main/contract/dataset-checks.ts'
import { percent } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { progressWords } from '../../../lib/job-progress.ts'
import { useView } from '../../../lib/view.ts'
import { ProgressLine } from '../../../ui/bits.tsx'
import { Glyph } from '../../../ui/Glyph.tsx'
import { checkText } from './text.ts'
import '../../jobs/job-line.css'

type Props = { readonly progress: CheckProgress; readonly onCancel: () => void }

/** A check under way: what is being done, how far it is, how long it takes still, and a way to stop it. */
export function CheckingLine({ progress, onCancel }: Props) {
  const text = useText(checkText)
  const language = useView(view => view.language)
  const { share, done, rate, left } = progressWords({ progress }, language)
  const step = { rules: text.byRules, loading: text.loading, rendering: text.renderingRows }[progress.step]
  return (
    <section className="job-line checking" aria-busy>
      <p>
        <Glyph state="run" />
        <b className="ell">{step}</b>
        <span className="grow" />
        <Button size="small" onClick={onCancel}>
          {text.cancel}
        </Button>
      </p>
      <ProgressLine share={share} label={step} />
      <p className="fig" role="status">
        {share !== undefined && <span>{percent(share)}</span>}
        <span>{done}</span>
        {rate !== undefined && <span>{rate}</span>}
        <span className="grow" />
        {left !== undefined && <span>{text.left(left)}</span>}
      </p>
    </section>
  )
}
