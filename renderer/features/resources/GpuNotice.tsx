import { Button } from 'antd'
import type { Outputs } from '../../../main/contract/index.ts'
import { useSaid } from '../../lib/backend-words.ts'
import { useText } from '../../lib/i18n.ts'
import { go } from '../../lib/route.ts'
import { Fault } from '../../ui/Fault.tsx'
import { resourcesText } from './text.ts'

/** What it means that there is no GPU, or that its driver does not answer; nothing while all is well. */
export function GpuNotice({ gpu }: { readonly gpu: Outputs['resources']['show']['gpu'] }) {
  const text = useText(resourcesText)
  const said = useSaid()
  const { status, message, hint } = gpu
  if (status === 'live') return null
  const words = {
    none: [text.noGpu, text.noGpuWhat, text.noGpuDo],
    detecting: [text.detecting, text.detectingWhat, undefined],
    stale: [text.stale, text.staleWhat, undefined],
    failed: [text.failedGpu, text.failedWhat, undefined],
  } as const
  const [title, what, remedy] = words[status]
  return (
    <div className="sec">
      <Fault
        tone={status === 'failed' ? 'fail' : 'warn'}
        title={title}
        cause={[what, status === 'none' || message === undefined ? undefined : said(message)].filter(Boolean).join(' ')}
        remedy={hint ?? remedy}
        actions={
          status === 'detecting' ? undefined : (
            <Button size="small" onClick={() => go('environments')}>
              {text.check}
            </Button>
          )
        }
      />
    </div>
  )
}
