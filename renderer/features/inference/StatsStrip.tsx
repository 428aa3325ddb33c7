import type { DeploymentDetail, Distribution } from '../../../main/contract/inference.ts'
import { memory, number, percent } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { Stat } from '../../ui/bits.tsx'
import { statsText } from './page-text.ts'
import { failedOf } from './traffic-series.ts'

const pair = (distribution: Distribution | undefined): string =>
  distribution ? `${number(distribution.p50)} / ${number(distribution.p95)}` : '–'

const inMs = (distribution: Distribution | undefined) => (distribution ? { unit: 'ms' } : {})

/** The figures that a person looks for first. */
export function StatsStrip({ deployment }: { readonly deployment: DeploymentDetail }) {
  const text = useText(statsText)
  const { stats, load, parallel, memory: plan } = deployment
  const { total, ttftMs, latencyMs } = stats
  const failed = failedOf(total.errors)
  const sample = (distribution: Distribution | undefined) =>
    distribution ? text.lastOnes(number(distribution.count)) : text.noneYet
  return (
    <div className="stats even">
      <Stat
        name={text.requests}
        value={number(total.requests)}
        note={
          failed === 0 ? (
            text.noErrors
          ) : (
            <span className="tx-err">{text.errors(number(failed), percent(failed / total.requests))}</span>
          )
        }
      />
      <Stat name={text.firstToken} value={pair(ttftMs)} {...inMs(ttftMs)} note={sample(ttftMs)} />
      <Stat name={text.answer} value={pair(latencyMs)} {...inMs(latencyMs)} note={sample(latencyMs)} />
      <Stat
        name={text.tokensOut}
        value={number(total.completionTokens)}
        note={text.tokensIn(number(total.promptTokens))}
      />
      <Stat
        name={text.now}
        value={load ? number(load.tokensPerSecond, 1) : '–'}
        {...(load && { unit: 'tok/s' })}
        note={load ? text.load(load.active, parallel, load.queued) : text.idle}
      />
      <Stat
        name={text.memory}
        value={load?.memoryBytes === undefined ? '–' : memory(load.memoryBytes)}
        note={plan && text.planned(memory(plan.totalBytes))}
      />
    </div>
  )
}
