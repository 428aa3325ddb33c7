import { useQuery } from '@tanstack/react-query'
import { Segmented } from 'antd'
import { useState } from 'react'
import type { RenderedRow } from '../../../../main/contract/dataset-checks.ts'
import type { DatasetKind } from '../../../../main/contract/dataset-rows.ts'
import type { DatasetDetail } from '../../../../main/contract/dataset-versions.ts'
import { Said } from '../../../lib/backend-words.ts'
import { api } from '../../../lib/client.ts'
import { number } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { Chip, Status } from '../../../ui/bits.tsx'
import { FailureFault } from '../../../ui/Fault.tsx'
import { Readable } from '../rows/RowView.tsx'
import { Rendering } from './Rendering.tsx'
import { checkText } from './text.ts'
import type { RenderedRows } from './use-rendered.ts'

type Props = {
  readonly dataset: DatasetDetail
  readonly kind: DatasetKind
  readonly row: number
  readonly rendered: RenderedRows
  readonly hasModel: boolean
}
type View = 'rendered' | 'tokens' | 'source'

/** One row as the model will be shown it; without a model, as it is stored. */
export function RenderedPane({ dataset, kind, row, rendered, hasModel }: Props) {
  const text = useText(checkText)
  const [chosen, setView] = useState<View>('rendered')
  const view: View = hasModel ? chosen : 'source'
  return (
    <>
      <div className="toolbar tight">
        <b className="ell">{text.seen}</b>
        <span className="grow" />
        <Segmented
          size="small"
          value={view}
          disabled={!hasModel}
          onChange={setView}
          options={[
            { value: 'rendered', label: text.rendered },
            { value: 'tokens', label: text.byToken },
            { value: 'source', label: text.source },
          ]}
        />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys. */}
      <div className="scroll grow rend-wrap" tabIndex={0} aria-busy={rendered.isLoading}>
        {!hasModel && (
          <div className="choose-model">
            <b>{text.chooseModel}</b>
            <p className="sub">{text.chooseModelNote}</p>
          </div>
        )}
        {view === 'source' ? (
          <Stored id={dataset.id} kind={kind} row={row} />
        ) : rendered.error ? (
          <FailureFault error={rendered.error} title={text.notRendered} onRetry={rendered.retry} />
        ) : rendered.isLoading ? (
          <p className="looking" role="status">
            {text.rendering}
          </p>
        ) : (
          <Sides sides={rendered.of(row)} problem={rendered.problemOf(row)} isByToken={view === 'tokens'} />
        )}
      </div>
      {hasModel && view !== 'source' && <Legend />}
    </>
  )
}

type SidesProps = {
  readonly sides: readonly RenderedRow[] | undefined
  readonly problem: string | undefined
  readonly isByToken: boolean
}

function Sides({ sides, problem, isByToken }: SidesProps) {
  const text = useText(checkText)
  return (
    <>
      {problem !== undefined && (
        <p className="rend-meta">
          <Status state="fail">
            <span className="tx-err">
              <Said>{problem}</Said>
            </span>
          </Status>
        </p>
      )}
      {sides?.map(side => (
        <section key={side.side ?? 'only'} className="side-of-pair">
          <p className="rend-meta sub">
            {side.side && <Chip tone={side.side === 'chosen' ? 'ok' : 'err'}>{text[side.side]}</Chip>}
            <span>{text.tokensOf(number(side.tokens), number(side.learnedTokens))}</span>
            {side.truncatedTokens > 0 && <span className="tx-warn">{text.cutOff(number(side.truncatedTokens))}</span>}
          </p>
          <Rendering row={side} isByToken={isByToken} />
        </section>
      ))}
      {!sides && problem === undefined && <p className="dim">{text.noRow}</p>}
    </>
  )
}

/** The row as it is stored. */
function Stored({ id, kind, row }: { readonly id: string; readonly kind: DatasetKind; readonly row: number }) {
  const { data } = useQuery(api.datasets.preview.queryOptions({ input: { id, offset: row, limit: 1 } }))
  const stored = data?.rows[0]
  return stored ? <Readable kind={kind} data={stored.data} /> : null
}

function Legend() {
  const text = useText(checkText)
  return (
    <div className="check-legend">
      <span>
        <i className="lg out" />
        {text.legendLearned}
      </span>
      <span>
        <i className="lg ctx" />
        {text.legendContext}
      </span>
      <span>
        <i className="lg tpl" />
        {text.legendSpecial}
      </span>
    </div>
  )
}
