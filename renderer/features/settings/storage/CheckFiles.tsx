import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { StorageCheck } from '../../../../main/contract/storage.ts'
import { api } from '../../../lib/client.ts'
import { bytes, dateTime, number } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { hrefTo } from '../../../lib/route.ts'
import { ActionButton } from '../../../ui/ActionButton.tsx'
import { FailureFault, Fault } from '../../../ui/Fault.tsx'
import { JobLine } from '../../jobs/JobLine.tsx'
import { outcomeText, problemText, storageText } from './text.ts'

/** Starts the check of all stored files, shows how far it is, and what the last one found. */
export function CheckFiles() {
  const text = useText(storageText)
  const queries = useQueryClient()
  const report = useQuery(api.storage.report.queryOptions({ input: {} }))
  const start = useMutation(
    api.storage.verify.mutationOptions({
      onSuccess: () => void queries.invalidateQueries({ queryKey: api.storage.report.key() }),
    }),
  )
  const check = report.data?.check
  return (
    <>
      <h3>{text.check}</h3>
      <p className="sub">{text.checkWhy}</p>
      <div className="acts">
        <ActionButton
          needs="write"
          loading={start.isPending}
          disabled={check?.outcome === 'running'}
          onClick={() => start.mutate({})}
        >
          {text.checkAll}
        </ActionButton>
      </div>
      {start.error && <FailureFault error={start.error} title={text.notChecked} />}
      {report.error && !report.data && (
        <FailureFault error={report.error} title={text.reportUnread} onRetry={() => void report.refetch()} />
      )}
      {report.data && !check && <p className="dim">{text.never}</p>}
      {check?.outcome === 'running' && (
        <div className="storage-progress">
          <JobLine key={check.jobId} id={check.jobId} title={text.checking} />
        </div>
      )}
      {check && check.outcome !== 'running' && <Result check={check} />}
    </>
  )
}

const shownProblems = 20

function Result({ check }: { readonly check: StorageCheck }) {
  const text = useText(storageText)
  const outcomes = useText(outcomeText)
  const words = useText(problemText)
  const { outcome, files, sizeBytes, problems, problemCount, endedAt, startedAt } = check
  const what = text.checkedWhat(number(files), bytes(sizeBytes), dateTime(endedAt ?? startedAt))
  if (outcome !== 'problems')
    return <Fault tone={outcome === 'sound' ? 'ok' : 'warn'} title={outcomes[outcome]} cause={what} />
  return (
    <Fault title={text.problemsFound(number(problemCount), number(files))} cause={what} remedy={text.problemsDo}>
      <ul className="storage-problems">
        {problems.slice(0, shownProblems).map(({ kind, path, of, quarantined }) => (
          <li key={`${of.id} ${path}`}>
            <a className="link ell" dir="auto" href={hrefTo(of.kind === 'model' ? 'models' : 'datasets', of.id)}>
              {of.name}
            </a>
            <span>{quarantined ? text.aside(words[kind]) : words[kind]}</span>
            <span className="mono ell" dir="ltr" title={path}>
              {path}
            </span>
          </li>
        ))}
      </ul>
      {problemCount > shownProblems && <p className="dim">{text.more(number(problemCount - shownProblems))}</p>}
    </Fault>
  )
}
