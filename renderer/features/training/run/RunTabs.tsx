import '../../jobs/jobs.css'
import { Tabs } from 'antd'
import { useText } from '../../../lib/i18n.ts'
import { setQuery, useRoute } from '../../../lib/route.ts'
import type { LiveCurve } from '../curve/use-curve.ts'
import { Checkpoints } from './Checkpoints.tsx'
import { Configuration } from './Configuration.tsx'
import type { OnFailed } from './RunFailure.tsx'
import { RunLog } from './RunLog.tsx'
import { runText } from './text.ts'
import type { ShownRun } from './use-run.ts'

// Last the one whose label counts: none moves when it does.
const tabs = ['log', 'configuration', 'checkpoints'] as const
type Tab = (typeof tabs)[number]

type Props = { readonly shown: ShownRun; readonly live: LiveCurve; readonly onFailed: OnFailed }

/** Below the curves: what the run says, what it wrote, and everything that made it. */
export function RunTabs({ shown, live, onFailed }: Props) {
  const text = useText(runText)
  const { query } = useRoute()
  const tab = tabs.find(each => each === query.tab) ?? 'log'
  const { run } = shown
  return (
    <div className="run-low">
      <Tabs
        size="small"
        activeKey={tab}
        aria-label={text.tabs}
        onChange={key => setQuery({ tab: key as Tab })}
        items={tabs.map(key => ({
          key,
          label: key === 'checkpoints' ? `${text[key]} ${run.checkpoints.length || ''}` : text[key],
          children:
            key !== tab ? null : key === 'log' ? (
              <RunLog shown={shown} />
            ) : key === 'checkpoints' ? (
              <Checkpoints shown={shown} live={live} onFailed={onFailed} />
            ) : (
              <Configuration shown={shown} />
            ),
        }))}
      />
    </div>
  )
}
