import type { Environment } from '../../../main/contract/environments.ts'
import { useSaid } from '../../lib/backend-words.ts'
import { bytes, dateTime, memory } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { facts, listed } from '../../lib/marks.ts'
import { Hash } from '../../ui/bits.tsx'
import { backendText, environmentsText } from './text.ts'

/** Where an environment lies, what it was built for and from, and what driver and hardware recommend. */
export function EnvironmentFacts({ environment }: { readonly environment: Environment }) {
  const text = useText(environmentsText)
  const backends = useText(backendText)
  const said = useSaid()
  const { backend, recommended, path, python, lockHash, sizeBytes, builtAt, devices } = environment
  const rows: readonly (readonly [string, React.ReactNode])[] = [
    ...(backend ? [[text.backend, backends[backend]] as const] : []),
    [text.recommended, text.recommendedBy(backends[recommended.backend], said(recommended.reason))],
    ...(python ? [[text.python, facts(python.version, python.executable)] as const] : []),
    ...(path !== undefined ? [[text.path, path] as const] : []),
    ...(lockHash !== undefined ? [[text.lock, <Hash key="lock" hash={lockHash} />] as const] : []),
    ...(sizeBytes !== undefined ? [[text.size, bytes(sizeBytes)] as const] : []),
    ...(builtAt !== undefined ? [[text.built, dateTime(builtAt)] as const] : []),
    ...(devices && devices.length > 0
      ? [
          [
            text.devices,
            listed(
              devices.map(({ name, capability, memoryBytes }) => `${name} (${capability}) ${memory(memoryBytes)}`),
            ),
          ] as const,
        ]
      : []),
  ]
  return (
    <section className="sec">
      <h2>{text.facts}</h2>
      <dl className="kv">
        {rows.map(([name, value]) => (
          <div key={name} className="kv-row">
            <dt>{name}</dt>
            <dd title={typeof value === 'string' ? value : undefined}>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
