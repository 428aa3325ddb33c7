import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { api } from '../../../lib/client.ts'
import { timeOfDay } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { FailureFault } from '../../../ui/Fault.tsx'
import { settingsText } from '../text.ts'
import { CheckFiles } from './CheckFiles.tsx'
import { FreeSpace } from './FreeSpace.tsx'
import { Removed } from './Removed.tsx'
import { storageText } from './text.ts'
import { Use } from './Use.tsx'
import './storage.css'

/** What the data folder holds, what of it can be freed or taken back, and whether its files are sound. */
export function Storage() {
  const text = useText(storageText)
  const names = useText(settingsText)
  const measured = useQuery({
    ...api.storage.show.queryOptions({ input: {} }),
    // The whole folder is walked for this: not at every event, but whenever somebody comes to look.
    refetchOnMount: 'always',
  })
  const { data, error, refetch, isFetching } = measured
  return (
    <section className="sec settings-storage" aria-labelledby="settings-storage">
      <h2 id="settings-storage">{names.storage}</h2>
      <p className="sub">{text.what}</p>
      {error && !data && <FailureFault error={error} title={text.unread} onRetry={() => void refetch()} />}
      {!error && !data && <i className="bone storage-bone" aria-busy />}
      {data && (
        <>
          <Use use={data} />
          <p className="storage-measured">
            <Button size="small" loading={isFetching} onClick={() => void refetch()}>
              {text.again}
            </Button>
            <span className="dim">{text.measured(timeOfDay(data.measuredAt))}</span>
          </p>
          <FreeSpace use={data} />
        </>
      )}
      <Removed />
      <CheckFiles />
    </section>
  )
}
