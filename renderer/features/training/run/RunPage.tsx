import { useState } from 'react'
import { useText } from '../../../lib/i18n.ts'
import { hrefTo, setQuery, useRoute } from '../../../lib/route.ts'
import { FailureFault } from '../../../ui/Fault.tsx'
import { Page } from '../../../ui/Page.tsx'
import { useCurve } from '../curve/use-curve.ts'
import { RunActions } from './RunActions.tsx'
import { RunCharts } from './RunCharts.tsx'
import { RunDescription } from './RunDescription.tsx'
import { RunFigures } from './RunFigures.tsx'
import { RunMeta, RunTitle } from './RunHead.tsx'
import { RunNews } from './RunNews.tsx'
import { RunTabs } from './RunTabs.tsx'
import { StopDialog } from './StopDialog.tsx'
import { runText } from './text.ts'
import { useRun } from './use-run.ts'

/** One run: how far it is, how it learns, what it wrote, and what can be done with it. */
export function RunPage({ id }: { readonly id: string }) {
  const text = useText(runText)
  const { query } = useRoute()
  const { shown, isLoading, error, retry } = useRun(id)
  const live = useCurve(shown?.run.id)
  const [actionError, setActionError] = useState<{ readonly title: string; readonly error: unknown }>()
  const crumb = <a href={hrefTo('training')}>{text.runs}</a>
  if (!shown) {
    return (
      <Page crumb={crumb} title={<RunTitle name={id} />}>
        {isLoading ? (
          <RunSkeleton />
        ) : (
          <div className="sec grow">
            <FailureFault error={error} title={text.notFound} onRetry={retry} />
          </div>
        )}
      </Page>
    )
  }
  const { run } = shown
  return (
    <Page
      crumb={crumb}
      title={<RunTitle name={run.name} />}
      meta={<RunMeta shown={shown} />}
      actions={<RunActions shown={shown} onFailed={setActionError} />}
    >
      <div className="run-page scroll">
        {actionError && (
          <div className="run-fault">
            <FailureFault
              error={actionError.error}
              title={actionError.title}
              onRetry={() => setActionError(undefined)}
            />
          </div>
        )}
        <RunDescription key={run.id} shown={shown} />
        <RunNews shown={shown} live={live} onFailed={setActionError} />
        <RunFigures shown={shown} live={live} />
        <RunCharts shown={shown} live={live} />
        <RunTabs shown={shown} live={live} onFailed={setActionError} />
      </div>
      {query.dialog === 'stop' && shown.isAlive && (
        <StopDialog
          shown={shown}
          onClose={() => setQuery({ dialog: undefined })}
          onFailed={failed => setActionError({ title: text.stopFailed, error: failed })}
        />
      )}
    </Page>
  )
}

/** The page's geometry before its figures are here. */
const RunSkeleton = () => (
  <div className="run-page" aria-busy="true">
    <div className="stats">
      {Array.from({ length: 6 }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: these have nothing but their place.
        <div className="stat" key={index}>
          <i className="bone" style={{ width: 60 }} />
          <i className="bone" style={{ width: 90, height: 16, margin: '4px 0' }} />
          <i className="bone" style={{ width: 70 }} />
        </div>
      ))}
    </div>
  </div>
)
