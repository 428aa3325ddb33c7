import { useQuery } from '@tanstack/react-query'
import { Button, Tabs } from 'antd'
import { type ReactNode, useState } from 'react'
import type { DeploymentDetail } from '../../../main/contract/inference.ts'
import { api } from '../../lib/client.ts'
import { useNow } from '../../lib/clock.ts'
import { ago, dateTime, middle } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { hrefTo, setQuery, useRoute } from '../../lib/route.ts'
import { useView } from '../../lib/view.ts'
import { Status } from '../../ui/bits.tsx'
import { FailureFault, Fault } from '../../ui/Fault.tsx'
import { Page } from '../../ui/Page.tsx'
import { PendingPage } from '../../ui/PendingPage.tsx'
import { JobLog } from '../jobs/JobLog.tsx'
import { CallTab } from './CallTab.tsx'
import { DeploymentActions } from './DeploymentActions.tsx'
import { deploymentGlyph, deploymentStateText, isComing, isStartable, servedName } from './deployment-words.ts'
import { FactsTab } from './FactsTab.tsx'
import { pageText } from './page-text.ts'
import { StatsStrip } from './StatsStrip.tsx'
import { TrafficTab, windowHours } from './TrafficTab.tsx'
import { UpdateDialog } from './UpdateDialog.tsx'
import { VersionsTab } from './VersionsTab.tsx'

const tabs = ['traffic', 'log', 'versions', 'call', 'memory'] as const
type Tab = (typeof tabs)[number]

/** One deployment: whether it serves, how well, from what, and how to call it. */
export function DeploymentPage({ id }: { readonly id: string }) {
  const text = useText(pageText)
  const { query } = useRoute()
  const hours = windowHours.find(each => String(each) === query.hours) ?? 1
  const shown = useQuery(api.inference.show.queryOptions({ input: { id, minutes: hours * 60 } }))
  const [failure, setFailure] = useState<Error>()
  const crumb = <a href={hrefTo('deployments')}>{text.deployments}</a>
  if (!shown.data)
    return (
      <PendingPage
        id={id}
        list={{ href: hrefTo('deployments'), name: text.deployments }}
        error={shown.error}
        title={text.unreadable}
        back={text.back}
        onRetry={() => void shown.refetch()}
      />
    )
  const deployment = shown.data
  const tab: Tab = tabs.find(each => each === query.tab) ?? 'traffic'
  const panes: Record<Tab, () => ReactNode> = {
    traffic: () => <TrafficTab deployment={deployment} hours={hours} />,
    log: () => <LogTab deployment={deployment} />,
    versions: () => <VersionsTab deployment={deployment} />,
    call: () => <CallTab deployment={deployment} />,
    memory: () => <FactsTab deployment={deployment} />,
  }
  return (
    <Page
      crumb={crumb}
      title={
        <span className="ell" dir="auto" title={deployment.name}>
          {middle(deployment.name)}
        </span>
      }
      meta={<Meta deployment={deployment} />}
      actions={<DeploymentActions deployment={deployment} onFailure={setFailure} />}
      tabs={
        <Tabs
          activeKey={tab}
          onChange={key => setQuery({ tab: key === 'traffic' ? undefined : key })}
          items={tabs.map(key => ({ key, label: text[key] }))}
        />
      }
    >
      <div className="col grow">
        {failure && (
          <div className="deployment-news">
            <FailureFault error={failure} title={text.actionFailed} />
          </div>
        )}
        <News deployment={deployment} />
        <StatsStrip deployment={deployment} />
        {panes[tab]()}
      </div>
      {query.dialog === 'update' && (
        <UpdateDialog deployment={deployment} onClose={() => setQuery({ dialog: undefined })} />
      )}
    </Page>
  )
}

function Meta({ deployment }: { readonly deployment: DeploymentDetail }) {
  const text = useText(pageText)
  const states = useText(deploymentStateText)
  const language = useView(view => view.language)
  const now = useNow()
  const since = ago(deployment.updatedAt, now, language)
  const isNow = now - Date.parse(deployment.updatedAt) < 45_000
  return (
    <>
      <Status state={deploymentGlyph[deployment.state]}>{states[deployment.state]}</Status>
      <span className="ell" dir="auto" title={servedName(deployment)}>
        {servedName(deployment)}
      </span>
      <span title={dateTime(deployment.updatedAt)}>{isNow ? text.changedNow : text.changed(since)}</span>
    </>
  )
}

/** What a person must know before the figures: it failed, or another version is on its way. */
function News({ deployment: { name, state, failure, next } }: { readonly deployment: DeploymentDetail }) {
  const text = useText(pageText)
  const showLog = (
    <Button size="small" onClick={() => setQuery({ tab: 'log' })}>
      {text.log}
    </Button>
  )
  const hasFailed = state === 'failed' || state === 'lost'
  if (!hasFailed && !next) return null
  return (
    <div className="deployment-news">
      {hasFailed && (
        <Fault
          title={text.failed(name)}
          cause={failure?.message ?? text.failedCause}
          remedy={failure?.hint}
          actions={showLog}
          {...(failure && { raw: `${failure.code}: ${failure.message}` })}
        />
      )}
      {next && isComing(next) && (
        <Status state={deploymentGlyph[next.state]}>{text.nextComing(next.version, next.model)}</Status>
      )}
      {next && isStartable(next) && (
        <Fault
          title={text.nextFailed(next.version)}
          cause={next.failure?.message ?? text.failedCause}
          remedy={next.failure?.hint}
          actions={showLog}
        />
      )}
    </div>
  )
}

function LogTab({ deployment: { jobId, state } }: { readonly deployment: DeploymentDetail }) {
  const text = useText(pageText)
  if (jobId === undefined) return <p className="dim sec">{text.noLog}</p>
  return <JobLog id={jobId} isEnded={isStartable({ state })} />
}
