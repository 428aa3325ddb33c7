import { useQuery } from '@tanstack/react-query'
import { api } from '../../lib/client.ts'
import { bytes, dateTime } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { hrefTo } from '../../lib/route.ts'
import { CommandLine } from '../../ui/CommandLine.tsx'
import { FailureFault } from '../../ui/Fault.tsx'
import { ApiListener } from './ApiListener.tsx'
import { Setting } from './Setting.tsx'
import { settingsText } from './text.ts'

/** Who can come in, and what can go out. */
export function ApiSettings() {
  const text = useText(settingsText)
  const { data, error, refetch } = useQuery(api.system.status.queryOptions({ input: {} }))
  if (error && !data) {
    return (
      <section className="sec">
        <FailureFault error={error} title={text.unread} onRetry={() => void refetch()} />
      </section>
    )
  }
  const last = data?.network.uses[0]
  const isOffline = data?.network.state === 'offline'
  return (
    <section className="sec" aria-labelledby="settings-api" aria-busy={!data}>
      <h2 id="settings-api">{text.api}</h2>
      {data && (
        <>
          <ApiListener />
          <p className="settings-links">
            <a className="link" href={hrefTo('keys')}>
              {text.keysLink}
            </a>
            {data.address !== undefined && (
              <a className="link" href={`${data.address}/api/v1/docs`} target="_blank" rel="noreferrer">
                {text.docsLink}
              </a>
            )}
          </p>
          <Setting name={text.network}>{isOffline ? text.offline : text.open}</Setting>
          <Setting name={text.sent}>
            {data.network.bytesOut === null ? text.sentUnknown : bytes(data.network.bytesOut)}
          </Setting>
          {last && <Setting name={text.lastUse}>{text.lastUseFor(dateTime(last.at), last.environment)}</Setting>}
          {!isOffline && (
            <>
              <p className="hint">{text.offlineHow}</p>
              <CommandLine command={`SLIPWAY_OFFLINE=hard ${data.isInstalled ? 'slipway serve' : 'npm start'}`} />
            </>
          )}
        </>
      )}
    </section>
  )
}
