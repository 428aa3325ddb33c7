import { useQuery } from '@tanstack/react-query'
import { api } from '../../lib/client.ts'
import { dateTime } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { CommandLine } from '../../ui/CommandLine.tsx'
import { FailureFault } from '../../ui/Fault.tsx'
import { PathValue } from './PathValue.tsx'
import { Setting } from './Setting.tsx'
import { settingsText } from './text.ts'

/** Where everything lies, and how to keep it elsewhere. */
export function DataSettings() {
  const text = useText(settingsText)
  const { data, error, refetch } = useQuery(api.system.status.queryOptions({ input: {} }))
  return (
    <section className="sec" aria-labelledby="settings-data" aria-busy={!data && !error}>
      <h2 id="settings-data">{text.data}</h2>
      {error && !data && <FailureFault error={error} title={text.unread} onRetry={() => void refetch()} />}
      {data && (
        <>
          <Setting name={text.folder} note={text.folderNote}>
            <PathValue path={data.dataDir} />
          </Setting>
          <Setting name={text.log}>
            <PathValue path={data.logFile} />
          </Setting>
          <Setting name={text.socket}>
            <PathValue path={data.socket} />
          </Setting>
          <Setting name={text.process}>{String(data.pid)}</Setting>
          <Setting name={text.started}>{dateTime(data.startedAt)}</Setting>
          <p className="hint">{text.move}</p>
          <CommandLine command="slipway serve --data-dir /other/disk/slipway" />
        </>
      )}
    </section>
  )
}
