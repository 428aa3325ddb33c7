import { useText } from '../../../lib/i18n.ts'
import { useWords } from '../words.ts'
import { runText } from './text.ts'

export type Drifted = readonly { readonly key: string; readonly before: unknown; readonly now: unknown }[]

/** What differs between a checkpoint and the run that was to go on from it; undefined where nothing of that is said. */
export function driftOf(details: Readonly<Record<string, unknown>> | undefined): Drifted | undefined {
  const changed = details?.changed
  if (typeof changed !== 'object' || changed === null || Array.isArray(changed)) return undefined
  return Object.entries(changed as Record<string, unknown>).map(([key, pair]) => {
    const { checkpoint, now } = (typeof pair === 'object' && pair !== null ? pair : {}) as Record<string, unknown>
    return { key, before: checkpoint, now }
  })
}

const most = 80
const short = (text: string): string => (text.length > most ? `${text.slice(0, most)}…` : text)

export function Drift({ changed }: { readonly changed: Drifted }) {
  const text = useText(runText)
  const words = useWords()
  const value = (key: string, each: unknown) =>
    short(
      typeof each === 'object' && each !== null && !Array.isArray(each) ? JSON.stringify(each) : words.value(key, each),
    )
  return (
    <table className="plain drift">
      <thead>
        <tr>
          <th>{text.parameter}</th>
          <th>{text.before}</th>
          <th>{text.now}</th>
        </tr>
      </thead>
      <tbody>
        {changed.map(({ key, before, now }) => (
          <tr key={key}>
            <td title={key}>{words.label(key)}</td>
            <td className="mono">{value(key, before)}</td>
            <td className="mono">{value(key, now)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
