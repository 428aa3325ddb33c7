import { useMutation } from '@tanstack/react-query'
import { Button } from 'antd'
import type { Outputs } from '../../../main/contract/index.ts'
import { client } from '../../lib/client.ts'
import { number, shortHash } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { FailureFault, Fault } from '../../ui/Fault.tsx'
import { useCopy } from '../../ui/use-copy.ts'
import { auditText } from './text.ts'

export type Verification = {
  readonly isPending: boolean
  readonly error: Error | null
  readonly data: Outputs['audit']['verify'] | undefined
  readonly start: () => void
}

/** Recomputes the whole chain, when asked. */
export function useVerification(): Verification {
  const { mutate, isPending, error, data } = useMutation({ mutationFn: () => client.audit.verify({}) })
  return { isPending, error, data, start: () => mutate() }
}

/** What the recomputation found, and what it cannot see. */
export function VerificationResult({ verification: { data, error } }: { readonly verification: Verification }) {
  const text = useText(auditText)
  const copy = useCopy()
  if (error) {
    return (
      <div className="sec">
        <FailureFault error={error} title={text.notVerified} />
      </div>
    )
  }
  if (!data) return null
  const copyHead = (
    <Button size="small" onClick={() => copy(`${data.headSeq} ${data.headHash}`)}>
      {text.copyHead}
    </Button>
  )
  return (
    <div className="sec">
      {data.verdict === 'intact' ? (
        <Fault
          tone="ok"
          title={text.intact}
          cause={text.intactWhat(number(data.records), `${number(data.headSeq)} ${shortHash(data.headHash)}`)}
          remedy={text.limit}
          actions={copyHead}
        />
      ) : (
        <Fault
          title={data.verdict === 'shorter' ? text.shorter : text.broken}
          cause={text.brokenWhat(number(data.firstBadSeq ?? data.headSeq + 1), number(data.records))}
          remedy={text.brokenDo}
        />
      )}
    </div>
  )
}
