import { useQuery } from '@tanstack/react-query'
import { Button, Tabs } from 'antd'
import { type ReactNode, useState } from 'react'
import type { EvaluationDetail } from '../../../main/contract/evaluation.ts'
import { Said } from '../../lib/backend-words.ts'
import { api } from '../../lib/client.ts'
import { dateTime, duration, middle, number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { isEnded, jobGlyph, jobStateText } from '../../lib/job-words.ts'
import { hrefTo, setQuery, useRoute } from '../../lib/route.ts'
import { useView } from '../../lib/view.ts'
import { ActionButton } from '../../ui/ActionButton.tsx'
import { Status } from '../../ui/bits.tsx'
import { FailureFault, Fault } from '../../ui/Fault.tsx'
import { Glyph } from '../../ui/Glyph.tsx'
import { Page } from '../../ui/Page.tsx'
import { PendingPage } from '../../ui/PendingPage.tsx'
import { JobLog } from '../jobs/JobLog.tsx'
import { EvaluationActions } from './EvaluationActions.tsx'
import { NewEvaluation } from './NewEvaluation.tsx'
import { Progress } from './Progress.tsx'
import { presetOfEvaluation } from './preset.ts'
import { ReportDialog, reportFormats } from './ReportDialog.tsx'
import { RowsTab } from './RowsTab.tsx'
import { ScoresTab } from './ScoresTab.tsx'
import { SettingsTab } from './SettingsTab.tsx'
import { pageText } from './text.ts'

const tabs = ['scores', 'rows', 'settings', 'log'] as const
type Tab = (typeof tabs)[number]

/** One evaluation: how far it is, what came of it, and every answer behind it. */
export function EvaluationPage({ id }: { readonly id: string }) {
  const text = useText(pageText)
  const { query } = useRoute()
  const shown = useQuery(api.evaluation.show.queryOptions({ input: { id } }))
  const [failure, setFailure] = useState<Error>()
  const crumb = <a href={hrefTo('evaluations')}>{text.evaluations}</a>
  if (!shown.data)
    return (
      <PendingPage
        id={id}
        list={{ href: hrefTo('evaluations'), name: text.evaluations }}
        error={shown.error}
        title={text.unreadable}
        back={text.back}
        onRetry={() => void shown.refetch()}
      />
    )
  const evaluation = shown.data
  const tab: Tab = tabs.find(each => each === query.tab) ?? 'scores'
  const report = reportFormats.find(format => `report-${format}` === query.dialog)
  const closeDialog = () => setQuery({ dialog: undefined })
  const panes: Record<Tab, () => ReactNode> = {
    scores: () => (
      <div className="scroll grow">
        <News evaluation={evaluation} />
        {!isEnded(evaluation.state) && <Progress evaluation={evaluation} />}
        <ScoresTab evaluation={evaluation} />
      </div>
    ),
    rows: () => <RowsTab evaluation={evaluation} />,
    settings: () => <SettingsTab evaluation={evaluation} />,
    log: () =>
      evaluation.jobId === undefined ? (
        <p className="dim sec">{text.noLog}</p>
      ) : (
        <JobLog id={evaluation.jobId} isEnded={isEnded(evaluation.state)} />
      ),
  }
  return (
    <Page
      crumb={crumb}
      title={
        <span className="ell" dir="auto" title={evaluation.name}>
          {middle(evaluation.name)}
        </span>
      }
      meta={<Meta evaluation={evaluation} />}
      actions={<EvaluationActions evaluation={evaluation} onFailure={setFailure} />}
      tabs={
        <Tabs
          activeKey={tab}
          onChange={key => setQuery({ tab: key === 'scores' ? undefined : key })}
          items={tabs.map(key => ({ key, label: text[key] }))}
        />
      }
    >
      <div className="col grow">
        {failure && (
          <div className="evaluation-news">
            <FailureFault error={failure} title={text.actionFailed} />
          </div>
        )}
        {panes[tab]()}
      </div>
      {report && <ReportDialog evaluation={evaluation} format={report} onClose={closeDialog} />}
      {query.dialog === 'new' && <NewEvaluation preset={presetOfEvaluation(evaluation)} onClose={closeDialog} />}
    </Page>
  )
}

function Meta({ evaluation }: { readonly evaluation: EvaluationDetail }) {
  const text = useText(pageText)
  const states = useText(jobStateText)
  const language = useView(view => view.language)
  const { state, rows, dataset, endedAt, tookSeconds } = evaluation
  return (
    <>
      <Status state={jobGlyph[state]}>{states[state]}</Status>
      <a className="ell" dir="auto" title={dataset.name} href={hrefTo('datasets', dataset.id)}>
        {text.rowsOn(number(rows), middle(dataset.name, 32))}
      </a>
      {endedAt !== undefined && tookSeconds !== undefined && (
        <span title={dateTime(endedAt)}>{text.took(duration(tookSeconds, language))}</span>
      )}
    </>
  )
}

/** What a person must know before the figures. */
function News({ evaluation: { state, failure, warnings } }: { readonly evaluation: EvaluationDetail }) {
  const text = useText(pageText)
  const hasFailed = state === 'failed' || state === 'lost'
  if (!hasFailed && state !== 'cancelled' && warnings.length === 0) return null
  return (
    <div className="evaluation-news">
      {hasFailed && (
        <Fault
          title={text.failed}
          cause={failure?.message ?? text.failedCause}
          remedy={failure?.hint}
          actions={
            <>
              <ActionButton needs="write" size="small" type="primary" onClick={() => setQuery({ dialog: 'new' })}>
                {text.again}
              </ActionButton>
              <Button size="small" onClick={() => setQuery({ tab: 'log' })}>
                {text.log}
              </Button>
            </>
          }
          {...(failure && { raw: `${failure.code}: ${failure.message}` })}
        />
      )}
      {state === 'cancelled' && <p className="sub">{text.partial}</p>}
      {warnings.map(warning => (
        <p key={warning} className="st evaluation-warning">
          <Glyph state="warn" label={text.warnings} />
          <span>
            <Said>{warning}</Said>
          </span>
        </p>
      ))}
    </div>
  )
}
