import type { Outputs } from '../../../main/contract/index.ts'
import { useSaid } from '../../lib/backend-words.ts'
import { bytes, number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { Fault } from '../../ui/Fault.tsx'
import { environmentsText } from './text.ts'

type Props = {
  readonly result: Outputs['environments']['verify']
  readonly isAdopted: boolean
  readonly isDeep: boolean
}

/** What a check of an environment found, and how far it looked. */
export function VerifyResult({ result, isAdopted, isDeep }: Props) {
  const text = useText(environmentsText)
  const said = useSaid()
  if (result.ok) {
    const checked = isAdopted
      ? text.checkedAdopted
      : isDeep
        ? text.checked(number(result.checkedPackages), number(result.checkedFiles), bytes(result.checkedBytes))
        : text.checkedPackages(number(result.checkedPackages))
    return <Fault tone="ok" title={text.intact} cause={checked} />
  }
  return (
    <Fault
      title={text.differs}
      cause={result.problems.map(({ cause }) => (
        <span key={cause} className="line">
          {said(cause)}
        </span>
      ))}
      remedy={[...new Set(result.problems.map(({ remedy }) => remedy))].map(remedy => (
        <span key={remedy} className="line">
          {said(remedy)}
        </span>
      ))}
    />
  )
}
