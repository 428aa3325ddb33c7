import type { ReactNode } from 'react'
import type { EvaluationDetail } from '../../../main/contract/evaluation.ts'
import { bytes, dateTime, number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { hrefTo } from '../../lib/route.ts'
import { Section } from '../../ui/bits.tsx'
import { ObjectMark } from './objects.tsx'
import { settingsText } from './text.ts'
import { useMetrics } from './use-metrics.ts'

/** What was measured, on what, and with which settings: enough to measure it again. */
export function SettingsTab({ evaluation }: { readonly evaluation: EvaluationDetail }) {
  const text = useText(settingsText)
  const { byName } = useMetrics()
  const { objects, dataset, heldBackBy, generation, metrics, createdAt, endedAt, sizeBytes } = evaluation
  const facts: readonly (readonly [string, ReactNode])[] = [
    [
      text.dataset,
      <a key="dataset" className="link" dir="auto" href={hrefTo('datasets', dataset.id)}>
        {dataset.name}
      </a>,
    ],
    ...(heldBackBy === undefined
      ? []
      : [
          [
            text.heldBackBy,
            <a key="run" className="link" dir="auto" href={hrefTo('training', heldBackBy.id)}>
              {heldBackBy.name}
            </a>,
          ] as const,
        ]),
    [text.stored, bytes(sizeBytes)],
    [text.started, dateTime(createdAt)],
    ...(endedAt === undefined ? [] : [[text.ended, dateTime(endedAt)] as const]),
  ]
  const settings: readonly (readonly [string, ReactNode])[] = [
    [text.maxTokens, number(generation.maxTokens)],
    [text.temperature, number(generation.temperature, 2)],
    [text.topP, number(generation.topP, 2)],
    [text.seed, String(generation.seed)],
    ...(generation.systemPrompt === undefined
      ? []
      : [
          [
            text.system,
            <span key="system" dir="auto">
              {generation.systemPrompt}
            </span>,
          ] as const,
        ]),
  ]
  return (
    <div className="scroll grow">
      <Section title={text.what}>
        <ul className="measured-objects">
          {objects.map(({ id, name, kind }, index) => (
            <li key={id} className="nm">
              <ObjectMark index={index} />
              <a
                className="link ell"
                dir="auto"
                title={name}
                href={hrefTo(kind === 'model' ? 'models' : 'deployments', id)}
              >
                {name}
              </a>
              <span className="dim">{text[kind]}</span>
            </li>
          ))}
        </ul>
        <Facts facts={facts} />
      </Section>
      <Section title={text.generation}>
        <Facts facts={settings} />
      </Section>
      <Section title={text.metrics}>
        <dl className="metric-facts">
          {metrics.map(name => (
            <div key={name}>
              <dt>{byName.get(name)?.title ?? name}</dt>
              <dd>{byName.get(name)?.description}</dd>
            </div>
          ))}
        </dl>
      </Section>
    </div>
  )
}

const Facts = ({ facts }: { readonly facts: readonly (readonly [string, ReactNode])[] }) => (
  <dl className="kv">
    {facts.map(([name, value]) => (
      <div key={name} className="kv-pair">
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
)
