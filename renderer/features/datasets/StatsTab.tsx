import { useQuery } from '@tanstack/react-query'
import type { Outputs } from '../../../main/contract/index.ts'
import { api } from '../../lib/client.ts'
import { number, percent } from '../../lib/format.ts'
import { dictionary, useText } from '../../lib/i18n.ts'
import { Section, Stat } from '../../ui/bits.tsx'
import { FailureFault } from '../../ui/Fault.tsx'
import { Bars } from './Bars.tsx'
import { rowsText } from './rows/text.ts'

const phrases = dictionary({
  lengthsNote: ['characters per row, heights on a log scale', '每行字符数，高度为对数刻度'],
  unread: ['The statistics could not be made', '无法统计'],
  counting: ['Counting all rows', '正在统计全部行'],
  empty: ['Empty', '空'],
  distinct: ['Distinct', '不同值'],
  distinctNote: ['within about 5 %', '误差约 5%'],
  shortest: ['Shortest', '最短'],
  mean: ['Mean', '平均'],
  median: ['Median', '中位数'],
  p95: ['95 % up to', '95% 不超过'],
  longest: ['Longest', '最长'],
  characters: ['characters', '个字符'],
  lengths: [(column: string) => `Lengths of ${column}`, (column: string) => `${column}长度分布`],
  rowsOf: [
    (rows: string, from: string, to: string) => `${rows} rows of ${from} to ${to} characters`,
    (rows: string, from: string, to: string) => `${from} 至 ${to} 个字符：${rows} 行`,
  ],
  response: ['Answer', '回答'],
  completion: ['Answer', '回答'],
  responses: ['Answers', '回答'],
})
type ColumnStats = Outputs['datasets']['stats']['columns'][number]

/** Lengths, empty and repeated values, column by column, over all rows. */
export function StatsTab({ id }: { readonly id: string }) {
  const text = useText(phrases)
  const { data, error, refetch } = useQuery(api.datasets.stats.queryOptions({ input: { id } }))
  if (error)
    return (
      <div className="sec">
        <FailureFault error={error} title={text.unread} onRetry={() => void refetch()} />
      </div>
    )
  if (!data)
    return (
      <p className="sec looking" role="status" aria-busy>
        {text.counting}
      </p>
    )
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys.
    <div className="scroll grow" tabIndex={0}>
      {data.columns.map(column => (
        <Column key={column.column} column={column} />
      ))}
    </div>
  )
}

function Column({ column }: { readonly column: ColumnStats }) {
  const text = useText(phrases)
  const parts = useText(rowsText)
  const { characters, rows, empty, distinct } = column
  const { prompt, chosen, rejected, text: plain } = parts
  const { response, completion, responses } = text
  const names: Readonly<Record<string, string>> = {
    prompt,
    chosen,
    rejected,
    text: plain,
    response,
    completion,
    responses,
  }
  const name = names[column.column] ?? column.column
  const share = (count: number) => (rows === 0 ? '' : percent(count / rows))
  return (
    <Section
      isFlush
      title={
        <>
          {name} <small>{text.lengthsNote}</small>
        </>
      }
    >
      <div className="stats">
        <Stat
          name={text.empty}
          value={<span className={empty > 0 ? 'tx-warn' : undefined}>{number(empty)}</span>}
          note={share(empty)}
        />
        <Stat name={text.distinct} value={number(distinct)} note={text.distinctNote} />
        <Stat name={text.shortest} value={number(characters.min)} note={text.characters} />
        <Stat name={text.mean} value={number(characters.mean, 1)} />
        <Stat name={text.median} value={number(characters.median)} />
        <Stat name={text.p95} value={number(characters.p95)} />
        <Stat name={text.longest} value={number(characters.max)} />
      </div>
      <div className="sec">
        <Bars
          label={text.lengths(name)}
          bars={characters.histogram.map(({ from, to, rows: count }) => ({
            from,
            value: count,
            title: text.rowsOf(number(count), number(from), number(to)),
          }))}
          end={characters.max}
        />
      </div>
    </Section>
  )
}
