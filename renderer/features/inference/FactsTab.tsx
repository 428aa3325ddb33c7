import type { DeploymentDetail } from '../../../main/contract/inference.ts'
import { bytes, dateTime, deviceName, duration, memory, number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { useView } from '../../lib/view.ts'
import { Section } from '../../ui/bits.tsx'
import { CodeBlock } from './CallTab.tsx'
import { engineName } from './deployment-words.ts'
import { MemoryView } from './MemoryView.tsx'
import { factsText } from './page-text.ts'

/** What it was planned to take, what it takes, and with which settings it serves. */
export function FactsTab({ deployment }: { readonly deployment: DeploymentDetail }) {
  const text = useText(factsText)
  const language = useView(view => view.language)
  const { engine, device, contextLength, parallel, threads, loadSeconds, chatTemplate, hasChatTemplate } = deployment
  const facts: readonly (readonly [string, React.ReactNode])[] = [
    [text.engine, engineName[engine]],
    [text.device, deviceName(device)],
    [text.contextLength, contextLength === undefined ? '–' : text.tokens(number(contextLength))],
    [text.parallel, number(parallel)],
    [text.threads, threads === undefined ? '–' : number(threads)],
    [
      text.loadTime,
      loadSeconds === undefined
        ? '–'
        : loadSeconds < 10
          ? `${number(loadSeconds, 2)} s`
          : duration(loadSeconds, language),
    ],
    [text.files, bytes(deployment.sizeBytes)],
    [text.made, dateTime(deployment.createdAt)],
    [
      text.template,
      chatTemplate !== undefined ? text.templateSet : hasChatTemplate === false ? text.templateNone : text.templateOwn,
    ],
  ]
  return (
    <div className="scroll grow facts-tab">
      <Section title={text.plan}>
        {deployment.memory ? <MemoryView plan={deployment.memory} /> : <p className="dim">{text.noPlan}</p>}
        {deployment.load?.memoryBytes !== undefined && (
          <dl className="kv measured">
            <dt>{text.measured}</dt>
            <dd>{memory(deployment.load.memoryBytes)}</dd>
          </dl>
        )}
      </Section>
      <Section title={text.settings}>
        <dl className="kv">
          {facts.map(([name, value]) => (
            <div key={name} className="kv-pair">
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        {chatTemplate !== undefined && <CodeBlock title={text.template} code={chatTemplate} />}
      </Section>
    </div>
  )
}
