import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { RowIssue, RowReason } from '../../../main/contract/dataset-rows.ts'
import { Said, useSaid } from '../../lib/backend-words.ts'
import { api } from '../../lib/client.ts'
import { number } from '../../lib/format.ts'
import { dictionary, useText } from '../../lib/i18n.ts'
import { usePagedRows } from '../../lib/pages.ts'
import { FailureFault } from '../../ui/Fault.tsx'
import { type Column, VirtualGrid } from '../../ui/VirtualGrid.tsx'
import { issueText } from './issue-text.ts'

const phrases = dictionary({
  title: ['Rows that were left out', '被剔除的行'],
  none: ['No row was left out.', '没有行被剔除。'],
  unread: ['The list could not be read', '无法读取列表'],
  all: ['All reasons', '全部原因'],
  line: ['Line', '行'],
  column: ['Byte', '字节'],
  reason: ['Reason', '原因'],
  message: ['What is wrong', '问题'],
  sample: ['As written', '原文'],
  stored: [
    (stored: string, all: string) =>
      `${stored} of ${all} are listed: an import keeps 100,000 or 32 MiB of such rows, and the first 100 of each reason. The counts are complete.`,
    (stored: string, all: string) =>
      `列出了 ${all} 行中的 ${stored} 行：一次导入保留 10 万行或 32 MiB，以及每种原因的前 100 行。计数是完整的。`,
  ],
  file: ['File', '文件'],
})

/** The rows that an import left out: where each is, what is wrong with it, and how it begins. */
export function IssueList({ id }: { readonly id: string }) {
  const text = useText(phrases)
  const reasons = useText(issueText)
  const said = useSaid()
  const [reason, setReason] = useState<RowReason>()
  const [cursor, setCursor] = useState(-1)
  const facts = useQuery(api.datasets.issues.queryOptions({ input: { id, limit: 1 } }))
  const rows = usePagedRows((offset, limit) =>
    api.datasets.issues.queryOptions({
      input: { id, offset, limit, ...(reason && { reason }) },
      // Only rows that were kept with their text can be listed.
      select: ({ items, stored }) => ({ items, total: stored }),
    }),
  )
  if (facts.error ?? rows.error)
    return <FailureFault error={facts.error ?? rows.error} title={text.unread} onRetry={rows.retry} />
  if (!facts.data) return null
  const { badRows, stored } = facts.data
  if (badRows === 0) return <p className="none sub">{text.none}</p>
  const counts = (Object.entries(facts.data.reasons) as [RowReason, number][]).sort((a, b) => b[1] - a[1])
  const issue = cursor < 0 ? undefined : rows.at(cursor)
  return (
    <>
      <div className="reasons" role="group" aria-label={text.reason}>
        <ReasonChip isOn={reason === undefined} name={text.all} count={badRows} onClick={() => setReason(undefined)} />
        {counts.map(([each, count]) => (
          <ReasonChip
            key={each}
            isOn={reason === each}
            name={reasons[each]}
            count={count}
            onClick={() => {
              setReason(each)
              setCursor(-1)
            }}
          />
        ))}
      </div>
      <VirtualGrid
        label={text.title}
        count={rows.total ?? 0}
        rowHeightPx={28}
        selected={cursor}
        onSelect={setCursor}
        onRange={rows.onRange}
        isLoading={rows.isLoading}
        columns={columnsOf(rows.at, text, reasons, said)}
      />
      {issue && (
        <dl className="kv bad-row">
          <dt>{text.file}</dt>
          <dd
            className="mono"
            title={issue.file}
          >{`${issue.file}:${issue.line}${issue.column ? `:${issue.column}` : ''}`}</dd>
          <dt>{reasons[issue.reason]}</dt>
          <dd>
            <Said>{issue.message}</Said>
          </dd>
          <dt>{text.sample}</dt>
          <dd>
            <pre className="mono" dir="auto">
              {issue.sample}
            </pre>
          </dd>
        </dl>
      )}
      {stored < badRows && <p className="hint foot">{text.stored(number(stored), number(badRows))}</p>}
    </>
  )
}

type ChipProps = { readonly isOn: boolean; readonly name: string; readonly count: number; readonly onClick: () => void }
const ReasonChip = ({ isOn, name, count, onClick }: ChipProps) => (
  <button type="button" className={isOn ? 'chip acc' : 'chip'} aria-pressed={isOn} onClick={onClick}>
    {name} <em>{number(count)}</em>
  </button>
)

function columnsOf(
  at: (index: number) => RowIssue | undefined,
  text: ReturnType<typeof useText<typeof phrases>>,
  reasons: ReturnType<typeof useText<typeof issueText>>,
  said: ReturnType<typeof useSaid>,
): readonly Column[] {
  const cell = (draw: (issue: RowIssue) => React.ReactNode) => (index: number) => {
    const issue = at(index)
    return issue && draw(issue)
  }
  return [
    {
      key: 'line',
      title: text.line,
      width: '76px',
      align: 'right',
      cell: cell(({ line, file }) => <span title={file}>{number(line)}</span>),
    },
    {
      key: 'column',
      title: text.column,
      width: '60px',
      align: 'right',
      cell: cell(({ column }) => <span className="dim">{column === undefined ? '' : number(column)}</span>),
    },
    { key: 'reason', title: text.reason, width: '150px', cell: cell(({ reason }) => reasons[reason]) },
    {
      key: 'message',
      title: text.message,
      width: 'minmax(160px,1fr)',
      cell: cell(({ message }) => (
        <span className="sub" title={said(message)}>
          {said(message)}
        </span>
      )),
    },
    {
      key: 'sample',
      title: text.sample,
      width: 'minmax(160px,1fr)',
      cell: cell(({ sample }) => (
        <span className="mono dim" dir="auto" title={sample}>
          {sample}
        </span>
      )),
    },
  ]
}
