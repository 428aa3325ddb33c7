import { useQuery } from '@tanstack/react-query'
import type { ModelDetail } from '../../../main/contract/models.ts'
import { api } from '../../lib/client.ts'
import { deviceName, figure, number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { named } from '../../lib/marks.ts'
import { hrefTo } from '../../lib/route.ts'
import { ActionButton } from '../../ui/ActionButton.tsx'
import { Status } from '../../ui/bits.tsx'
import { FailureFault } from '../../ui/Fault.tsx'
import { scoreWords } from '../evaluation/scores.ts'
import { useMetrics } from '../evaluation/use-metrics.ts'
import { deploymentGlyph, deploymentStateText } from '../inference/deployment-words.ts'
import { inspectorText } from './inspector-text.ts'

const mostListed = 1_000

/** What was measured of this version: each score with its interval and the rows behind it. */
export function EvaluationsTab({ model }: { readonly model: ModelDetail }) {
  const text = useText(inspectorText)
  const { byName } = useMetrics()
  const words = (metric: string, value: number) => {
    const unit = byName.get(metric)?.unit
    return unit === undefined ? figure(value) : scoreWords(value, unit)
  }
  const { data, error, refetch } = useQuery(api.evaluation.list.queryOptions({ input: { limit: mostListed } }))
  if (error) return <Unread error={error} onRetry={() => void refetch()} />
  if (!data) return null
  const scores = data.items.flatMap(evaluation =>
    evaluation.objects
      .filter(object => object.id === model.id)
      .flatMap(object => object.scores.map(score => ({ evaluation, score }))),
  )
  if (scores.length === 0)
    return (
      <Nothing
        text={text.noEvaluation}
        action={text.evaluate}
        href={hrefTo('evaluations', { dialog: 'new', model: model.id })}
      />
    )
  return (
    <div className="scroll grow">
      <table className="plain">
        <thead>
          <tr>
            <th>{text.evaluation}</th>
            <th>{text.metric}</th>
            <th className="right">{text.score}</th>
            <th className="right">{text.interval}</th>
            <th className="right">{text.rows}</th>
          </tr>
        </thead>
        <tbody>
          {scores.map(({ evaluation, score }) => (
            <tr key={`${evaluation.id} ${score.metric}`}>
              <td className="ell">
                <a
                  className="link"
                  dir="auto"
                  title={named(evaluation.name, evaluation.dataset.name)}
                  href={hrefTo('evaluations', evaluation.id)}
                >
                  {evaluation.name}
                </a>
              </td>
              <td title={byName.get(score.metric)?.description}>{byName.get(score.metric)?.title ?? score.metric}</td>
              <td className="right">
                <b>{words(score.metric, score.value)}</b>
              </td>
              <td className="right dim">{`${words(score.metric, score.low)} – ${words(score.metric, score.high)}`}</td>
              <td className="right dim">{number(score.rows)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** The deployments that serve this version, alone or as an adapter. */
export function DeploymentsTab({ model }: { readonly model: ModelDetail }) {
  const text = useText(inspectorText)
  const states = useText(deploymentStateText)
  const { data, error, refetch } = useQuery(api.inference.list.queryOptions({ input: { limit: mostListed } }))
  if (error) return <Unread error={error} onRetry={() => void refetch()} />
  if (!data) return null
  const serving = data.items.filter(each => each.model.id === model.id || each.adapter?.id === model.id)
  if (serving.length === 0)
    return (
      <Nothing
        text={text.noDeployment}
        action={text.deploy}
        href={hrefTo('deployments', { dialog: 'new', model: model.id })}
      />
    )
  return (
    <div className="scroll grow">
      <table className="plain">
        <thead>
          <tr>
            <th>{text.deployment}</th>
            <th>{text.device}</th>
            <th>{text.state}</th>
          </tr>
        </thead>
        <tbody>
          {serving.map(each => (
            <tr key={each.id}>
              <td className="ell">
                <a className="link" dir="auto" title={each.name} href={hrefTo('deployments', each.id)}>
                  {each.name}
                </a>
              </td>
              <td className="dim">{deviceName(each.device)}</td>
              <td>
                <Status state={deploymentGlyph[each.state]}>{states[each.state]}</Status>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const Unread = ({ error, onRetry }: { readonly error: Error; readonly onRetry: () => void }) => (
  <div className="sec">
    <FailureFault error={error} title={useText(inspectorText).notRead} onRetry={onRetry} />
  </div>
)

type NothingProps = { readonly text: string; readonly action: string; readonly href: string }
const Nothing = ({ text, action, href }: NothingProps) => (
  <div className="none">
    <p className="sub">{text}</p>
    <ActionButton needs="write" size="small" href={href}>
      {action}
    </ActionButton>
  </div>
)
