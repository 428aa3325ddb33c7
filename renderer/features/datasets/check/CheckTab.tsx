import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import type { CheckReport } from '../../../../main/contract/dataset-checks.ts'
import type { DatasetKind } from '../../../../main/contract/dataset-rows.ts'
import type { DatasetDetail } from '../../../../main/contract/dataset-versions.ts'
import { api, queries } from '../../../lib/client.ts'
import { number } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { setQuery, useRoute } from '../../../lib/route.ts'
import { FailureFault } from '../../../ui/Fault.tsx'
import { Bars } from '../Bars.tsx'
import { CheckingLine } from './CheckingLine.tsx'
import { CheckRows } from './CheckRows.tsx'
import { CheckSettingsBar } from './CheckSettingsBar.tsx'
import { CheckStats } from './CheckStats.tsx'
import { ProblemList } from './ProblemList.tsx'
import { RenderedPane } from './RenderedPane.tsx'
import { inputOf, settingsOf } from './settings.ts'
import { checkText } from './text.ts'
import { progressId, useCheckProgress } from './use-check-progress.ts'
import { useRendered } from './use-rendered.ts'

const mostAtOnce = 50_000

/** The rows of a version with the eyes of a model: what it is shown, what it learns from, and what stands against it. */
export function CheckTab({ dataset, kind }: { readonly dataset: DatasetDetail; readonly kind: DatasetKind }) {
  const text = useText(checkText)
  const { query } = useRoute()
  const settings = settingsOf(query)
  // Hours of rendering are not begun by opening a tab: the first rows tell most of it.
  const first = dataset.rows > mostAtOnce && query.whole !== '1' ? mostAtOnce : undefined
  const [only, setOnly] = useState<string>()
  const asked = api.datasets.check.queryOptions({
    input: { id: dataset.id, rows: 1, progressId, ...inputOf(settings), ...(first !== undefined && { first }) },
    retry: false,
  })
  const check = useQuery(asked)
  const progress = useCheckProgress(check.isFetching)
  const isStopped = check.isPending && !check.isFetching
  const row = query.row === undefined ? 0 : Number(query.row)
  const rendered = useRendered(dataset.id, row, settings)
  const model = useQuery({
    ...api.models.show.queryOptions({ input: { id: settings.model ?? '' } }),
    enabled: settings.model !== undefined,
  }).data
  const report = check.error ? undefined : check.data
  const problems = report?.problems ?? []
  const problem = problems.find(({ code }) => code === only)
  const choose = (next: number) => setQuery({ row: String(next) })
  /** Narrows the list to the rows of a problem; undefined: all rows again. */
  const show = (code: string | undefined) => {
    setOnly(code)
    const first = problems.find(each => each.code === code)?.rows[0]
    if (first !== undefined) choose(first)
  }
  return (
    <>
      <CheckSettingsBar dataset={dataset} settings={settings} />
      <CheckStats
        dataset={dataset}
        report={report}
        model={model?.name}
        checking={
          !check.isFetching || report
            ? undefined
            : model === undefined
              ? text.checking(number(dataset.rows))
              : text.checkingWith(number(first ?? dataset.rows), model.name)
        }
      />
      {progress && (
        <CheckingLine progress={progress} onCancel={() => void queries.cancelQueries({ queryKey: asked.queryKey })} />
      )}
      {isStopped && (
        <p className="checking" role="status">
          {text.stopped}{' '}
          <Button size="small" onClick={() => void check.refetch()}>
            {text.checkAgain}
          </Button>
        </p>
      )}
      {check.error && (
        <div className="sec">
          <FailureFault error={check.error} title={text.notChecked} onRetry={() => void check.refetch()} />
        </div>
      )}
      {first !== undefined && report?.rendered && (
        <p className="checking" role="status">
          {text.partly(number(first), number(dataset.rows))}{' '}
          <Button size="small" onClick={() => setQuery({ whole: '1' })}>
            {text.whole}
          </Button>
        </p>
      )}
      <div className="ds">
        <CheckRows
          dataset={dataset}
          kind={kind}
          problems={problems}
          only={problem}
          onOnly={show}
          row={row}
          onRow={choose}
          rendered={rendered}
        />
        <section className="col ds-row">
          <RenderedPane
            dataset={dataset}
            kind={kind}
            row={row}
            rendered={rendered}
            hasModel={settings.model !== undefined}
          />
          {report?.rendered && <Lengths report={report.rendered.report} />}
        </section>
        <ProblemList dataset={dataset} settings={settings} report={report} onShow={show} />
      </div>
    </>
  )
}

type LengthsProps = { readonly report: NonNullable<CheckReport['rendered']>['report'] }

/** How long the rows are, with the limit that they are cut at. */
function Lengths({ report: { histogram, maxSequenceLength } }: LengthsProps) {
  const text = useText(checkText)
  const end = histogram.at(-1)?.toTokens
  if (end === undefined) return null
  return (
    <div className="ds-hist">
      <div className="h2">
        {text.histogram}
        <small>{text.histogramNote}</small>
      </div>
      <Bars
        label={text.histogram}
        bars={histogram.map(({ fromTokens, toTokens, rows }) => ({
          from: fromTokens,
          value: rows,
          title: text.bin(number(rows), number(fromTokens), number(toTokens - 1)),
        }))}
        end={end}
        limit={{ at: maxSequenceLength, label: text.limit(number(maxSequenceLength)) }}
      />
    </div>
  )
}
