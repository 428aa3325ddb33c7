import type { Lineage } from '../../../../main/contract/common.ts'
import { Said } from '../../../lib/backend-words.ts'
import { bytes, count, dateTime, deviceName, figure, memory, number } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { listed } from '../../../lib/marks.ts'
import { hrefTo } from '../../../lib/route.ts'
import { Hash } from '../../../ui/bits.tsx'
import { lineageRoleText } from '../../lineage/role-words.ts'
import { PlanBar } from '../form/PlanBar.tsx'
import { useWords } from '../words.ts'
import { factText, runText } from './text.ts'
import type { ShownRun } from './use-run.ts'

const pageOf: Readonly<Record<string, string>> = { model: 'models', dataset: 'datasets', run: 'training' }

/** Everything that made the run, so that it can be made again. */
export function Configuration({ shown: { run } }: { readonly shown: ShownRun }) {
  const text = useText(runText)
  const words = useWords()
  const facts = useText(factText)
  const { provenance, lineage } = run
  const rates = new Map(
    run.datasets.flatMap(({ id, samplingRate }) => (samplingRate === undefined ? [] : [[id, samplingRate] as const])),
  )
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keys.
    <div className="scroll grow run-config" tabIndex={0}>
      <section>
        <h3>{text.parameters}</h3>
        <dl className="kv">
          {Object.entries(run.parameters).map(([key, value]) => (
            <div key={key} className="kv-row">
              <dt title={key}>{words.label(key)}</dt>
              <dd>{words.value(key, value)}</dd>
            </div>
          ))}
        </dl>
      </section>
      <section>
        <h3>{text.made}</h3>
        <LineageList items={lineage.madeBy} rates={rates} />
        {lineage.made.length > 0 && (
          <>
            <h3>{text.madeNothing}</h3>
            <LineageList items={lineage.made} />
          </>
        )}
        <h3>{text.provenance}</h3>
        <dl className="kv">
          <dt>{text.seed}</dt>
          <dd>{provenance.seed}</dd>
          <dt>{text.environment}</dt>
          <dd>
            {provenance.environment.name} <Hash hash={provenance.environment.lockHash} />
          </dd>
          <dt>{text.code}</dt>
          <dd>{provenance.code.version}</dd>
          <dt>{text.worker}</dt>
          <dd>
            <Hash hash={provenance.code.workerSha256} />
          </dd>
          <dt>{text.machine}</dt>
          <dd title={listed([provenance.machine.cpu, String(provenance.machine.cores)])}>
            {listed([provenance.machine.platform, provenance.machine.cpu, memory(provenance.machine.memoryBytes)])}
          </dd>
          <dt>{text.device}</dt>
          <dd>
            {deviceName(provenance.machine.device)}
            {provenance.machine.threads !== undefined && `, ${text.threads(provenance.machine.threads)}`}
          </dd>
          <dt>{text.created}</dt>
          <dd>{dateTime(run.createdAt)}</dd>
        </dl>
      </section>
      <section>
        {run.warnings.length > 0 && (
          <>
            <h3>{text.warnings}</h3>
            {run.warnings.map(warning => (
              <p key={warning} className="sub run-warning">
                <Said>{warning}</Said>
              </p>
            ))}
          </>
        )}
        {Object.keys(run.facts).length > 0 && (
          <>
            <h3>{text.facts}</h3>
            <dl className="kv">
              {Object.entries(run.facts)
                .filter(([key]) => Object.hasOwn(facts, key))
                .map(([key, value]) => (
                  <div key={key} className="kv-row">
                    <dt>{facts[key as 'rows']}</dt>
                    <dd>{fact(key, value)}</dd>
                  </div>
                ))}
            </dl>
          </>
        )}
        {Object.keys(run.metrics).length > 0 && (
          <>
            <h3>{text.results}</h3>
            <dl className="kv">
              {Object.entries(run.metrics).map(([key, value]) => (
                <div key={key} className="kv-row">
                  <dt>{key}</dt>
                  <dd>{figure(value)}</dd>
                </div>
              ))}
            </dl>
          </>
        )}
        {run.sizeBytes > 0 && (
          <dl className="kv">
            <dt>{text.size}</dt>
            <dd>{bytes(run.sizeBytes)}</dd>
          </dl>
        )}
      </section>
      {run.memory && (
        <section>
          <h3>{text.memoryPlan}</h3>
          <PlanBar plan={run.memory} />
        </section>
      )}
    </div>
  )
}

const fact = (key: string, value: unknown): string =>
  typeof value === 'number' ? (key.endsWith('Parameters') ? count(value) : number(value)) : String(value)

type ListProps = {
  readonly items: Lineage['madeBy']
  /** How often the rows of a dataset were used, where not once. */
  readonly rates?: ReadonlyMap<string, number>
}
function LineageList({ items, rates }: ListProps) {
  const roles: Readonly<Record<string, string>> = useText(lineageRoleText)
  return (
    <ul className="run-lineage">
      {items.map(({ kind, id, name, role }) => (
        <li key={`${role}-${id}`}>
          <span className="dim">{roles[role] ?? role}</span>
          <a className="link ell" href={hrefTo(pageOf[kind] ?? kind, id)} title={name} dir="auto">
            {name}
          </a>
          {role === 'data' && rates?.has(id) && <span className="dim">× {rates.get(id)}</span>}
        </li>
      ))}
    </ul>
  )
}
