import { useQuery } from '@tanstack/react-query'
import { Segmented } from 'antd'
import { api } from '../../lib/client.ts'
import { number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { setQuery, useRoute } from '../../lib/route.ts'
import { FailureFault } from '../../ui/Fault.tsx'
import { Page } from '../../ui/Page.tsx'
import { CpuSection } from './CpuSection.tsx'
import { DiskSection } from './DiskSection.tsx'
import { GpuNotice } from './GpuNotice.tsx'
import { GpuSection } from './GpuSection.tsx'
import { QueueSection } from './QueueSection.tsx'
import { resourcesText } from './text.ts'
import { useHistory } from './use-history.ts'
import './resources.css'

const spans = [300, 900, 3600] as const

/** The machine in full: each device with who holds it, who waits, and how the last hour went. */
export function Screen() {
  const text = useText(resourcesText)
  const { query } = useRoute()
  const seconds = spans.find(span => String(span) === query.span) ?? 900
  const { data, error, refetch } = useQuery(api.resources.show.queryOptions({ input: {} }))
  const curves = useHistory(seconds)
  return (
    <Page
      title={text.title}
      meta={
        data && (
          <span className="ell">
            {[
              data.machine.hostname,
              data.machine.model,
              data.machine.system,
              data.gpu.driver && text.driver(data.gpu.driver),
            ]
              .filter(Boolean)
              .join(' · ')}
          </span>
        )
      }
      actions={
        <Segmented<number>
          size="small"
          aria-label={text.range}
          value={seconds}
          options={spans.map(span => ({
            value: span,
            label: span === 3600 ? text.hour : text.minutes(number(span / 60)),
          }))}
          onChange={span => setQuery({ span: String(span) })}
        />
      }
    >
      <div className="scroll grow resources" aria-busy={!data && !error}>
        {error && !data && (
          <div className="sec">
            <FailureFault error={error} title={text.unread} onRetry={() => void refetch()} />
          </div>
        )}
        {!data && !error && <ResourceBones />}
        {data && (
          <>
            <GpuNotice gpu={data.gpu} />
            {data.devices
              .filter(({ kind }) => kind === 'gpu')
              .map(device => (
                <GpuSection key={device.id} device={device} machine={data} curves={curves} />
              ))}
            <CpuSection machine={data} curves={curves} />
            <QueueSection queue={data.queue} />
            <DiskSection disk={data.disk} />
          </>
        )}
      </div>
    </Page>
  )
}

const ResourceBones = () => (
  <div className="sec">
    {[160, 320, 240].map(width => (
      <p key={width} style={{ height: 40 }}>
        <i className="bone" style={{ width }} />
      </p>
    ))}
  </div>
)
