import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import { api } from '../../../lib/client.ts'
import { dateTime } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { isEnded, jobStateText } from '../../../lib/job-words.ts'
import { setQuery, useRoute } from '../../../lib/route.ts'
import { JobLog } from '../../jobs/JobLog.tsx'
import { runText } from './text.ts'
import type { ShownRun } from './use-run.ts'

const most = 1_000

/** What the run says. One that was resumed has a log for each of its attempts; the latest is shown until another is chosen. */
export function RunLog({ shown: { run, isAlive } }: { readonly shown: ShownRun }) {
  const text = useText(runText)
  const states = useText(jobStateText)
  const { query } = useRoute()
  const attempts =
    useQuery(
      api.jobs.list.queryOptions({
        input: { subject: run.id, kind: 'training', sort: 'created', order: 'asc', limit: most },
      }),
    ).data?.items ?? []
  if (run.jobId === undefined) return null
  const chosen = attempts[Number(query.attempt) - 1]
  const id = chosen?.id ?? run.jobId
  const lead = attempts.length > 1 && (
    <Select<string>
      size="small"
      className="run-attempt"
      popupMatchSelectWidth={false}
      aria-label={text.attempts}
      value={id}
      options={attempts
        .map(({ id: each, state, createdAt }, index) => ({
          value: each as string,
          label: text.attempt(index + 1, states[state], dateTime(createdAt)),
        }))
        .reverse()}
      onChange={next => {
        const index = attempts.findIndex(each => each.id === next)
        setQuery({ attempt: index === attempts.length - 1 ? undefined : String(index + 1) })
      }}
    />
  )
  return <JobLog key={id} id={id} isEnded={chosen ? isEnded(chosen.state) : !isAlive} lead={lead} />
}
