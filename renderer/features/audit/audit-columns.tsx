import type { AuditRecord } from '../../../main/contract/audit.ts'
import { dateTime, middle, number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { useWidth } from '../../lib/width.ts'
import { Hash } from '../../ui/bits.tsx'
import { Glyph } from '../../ui/Glyph.tsx'
import type { Column } from '../../ui/VirtualGrid.tsx'
import { auditText } from './text.ts'

/** Times are absolute and to the second: this page is read next to other records. */
export function useAuditColumns(at: (index: number) => AuditRecord | undefined): readonly Column[] {
  const text = useText(auditText)
  const width = useWidth()
  const cell = (show: (record: AuditRecord) => React.ReactNode) => (index: number) => {
    const record = at(index)
    return record ? show(record) : <i className="bone" style={{ width: '60%' }} />
  }
  const all: readonly (Column & { readonly fromPx?: number })[] = [
    {
      key: 'seq',
      title: text.number,
      width: '76px',
      align: 'right',
      fromPx: 1_000,
      cell: cell(({ seq }) => <span className="dim">{number(seq)}</span>),
    },
    {
      key: 'at',
      title: text.at,
      width: '168px',
      cell: cell(({ at: iso }) => (
        <time dateTime={iso} title={iso}>
          {dateTime(iso)}
        </time>
      )),
    },
    {
      key: 'action',
      title: text.action,
      width: 'minmax(140px,176px)',
      cell: cell(({ action, result }) => (
        <span className="nm">
          <Glyph state={result === 'ok' ? 'ok' : 'warn'} quiet />
          <b className="mono">{action}</b>
        </span>
      )),
    },
    {
      key: 'object',
      title: text.object,
      width: 'minmax(110px,1fr)',
      cell: cell(({ object }) => (
        <span dir="auto" title={object}>
          {middle(object, 80)}
        </span>
      )),
    },
    {
      key: 'result',
      title: text.result,
      width: 'minmax(84px,136px)',
      // A refusal keeps its code: it is what programs and the command line report too.
      cell: cell(({ result }) =>
        result === 'ok' ? <span className="dim">{text.done}</span> : <span className="tx-warn mono">{result}</span>,
      ),
    },
    {
      key: 'actor',
      title: text.actor,
      width: 'minmax(110px,172px)',
      fromPx: 900,
      cell: cell(({ actor }) => (
        <span dir="auto" title={actor}>
          {middle(actor, 28)}
        </span>
      )),
    },
    {
      key: 'source',
      title: text.source,
      width: '76px',
      fromPx: 1_360,
      cell: cell(({ source }) => <span className="dim">{source}</span>),
    },
    { key: 'hash', title: text.hash, width: '104px', fromPx: 1_250, cell: cell(({ hash }) => <Hash hash={hash} />) },
  ]
  return all.filter(({ fromPx = 0 }) => width >= fromPx)
}
