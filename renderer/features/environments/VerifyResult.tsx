import type { Outputs } from '../../../main/contract/index.ts'
import { bytes, number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { useView } from '../../lib/view.ts'
import { Fault } from '../../ui/Fault.tsx'
import { told } from './machine-words.ts'
import { environmentsText } from './text.ts'

type Props = {
  readonly result: Outputs['environments']['verify']
  readonly isAdopted: boolean
  readonly isDeep: boolean
}

/** What a check of an environment found, and how far it looked. */
export function VerifyResult({ result, isAdopted, isDeep }: Props) {
  const text = useText(environmentsText)
  const language = useView(view => view.language)
  if (result.ok) {
    const said = isAdopted
      ? text.checkedAdopted
      : isDeep
        ? text.checked(number(result.checkedPackages), number(result.checkedFiles), bytes(result.checkedBytes))
        : text.checkedPackages(number(result.checkedPackages))
    return <Fault tone="ok" title={text.intact} cause={said} />
  }
  return (
    <Fault
      title={text.differs}
      cause={result.problems.map(({ cause }) => told(cause, language)).join(' ')}
      remedy={[...new Set(result.problems.map(({ remedy }) => told(remedy, language)))].join(' ')}
    />
  )
}
