import { Button, Select } from 'antd'
import { FolderInput } from 'lucide-react'
import { useDeferredValue, useState } from 'react'
import type { DatasetKind } from '../../../main/contract/dataset-rows.ts'
import type { DatasetState, DatasetVersion } from '../../../main/contract/dataset-versions.ts'
import { useSaid } from '../../lib/backend-words.ts'
import { useChosenRow } from '../../lib/chosen-row.ts'
import { api } from '../../lib/client.ts'
import { useNow } from '../../lib/clock.ts'
import { ago, bytes, dateTime, number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { named } from '../../lib/marks.ts'
import { usePagedRows } from '../../lib/pages.ts'
import { go, hrefTo, setQuery, useRoute } from '../../lib/route.ts'
import { nextSort, sortedAs, sortOf } from '../../lib/sort.ts'
import { useView } from '../../lib/view.ts'
import { useElementWidth } from '../../lib/width.ts'
import { ActionButton } from '../../ui/ActionButton.tsx'
import { Chip } from '../../ui/bits.tsx'
import { Empty } from '../../ui/Empty.tsx'
import { FailureFault } from '../../ui/Fault.tsx'
import { FilterBox } from '../../ui/FilterBox.tsx'
import { Glyph } from '../../ui/Glyph.tsx'
import { Page } from '../../ui/Page.tsx'
import { type Column, VirtualGrid } from '../../ui/VirtualGrid.tsx'
import { NoDatasets } from './NoDatasets.tsx'
import { datasetGlyph, datasetsText, formatText, kindText } from './text.ts'

const sortKeys = ['name', 'created', 'updated', 'size', 'rows'] as const
const kinds = ['sft', 'text', 'dpo', 'kto', 'reward', 'prompts'] as const satisfies readonly DatasetKind[]
const states = ['draft', 'frozen', 'importing', 'failed'] as const satisfies readonly DatasetState[]

/** Every dataset as its newest version. */
export function DatasetList() {
  const text = useText(datasetsText)
  const { query } = useRoute()
  const [cursor, setCursor] = useState(-1)
  const [box, widthPx] = useElementWidth()
  const asked = useDeferredValue(query)
  const kind = kinds.find(each => each === asked.kind)
  const state = states.find(each => each === asked.state)
  const sort = sortOf(asked, sortKeys)
  const rows = usePagedRows((offset, limit) =>
    api.datasets.list.queryOptions({
      input: {
        offset,
        limit,
        ...(sort && { sort: sort.key, order: sort.order }),
        ...(asked.q && { q: asked.q }),
        ...(kind && { kind }),
        ...(state && { state }),
      },
    }),
  )
  const [selected, remember] = useChosenRow(rows, cursor)
  const isFiltered = Boolean(query.q) || kind !== undefined || state !== undefined
  const isEmpty = !isFiltered && rows.total === 0
  const open = (index: number) => {
    const dataset = rows.at(index)
    if (dataset) go('datasets', dataset.id)
  }
  const clear = () => setQuery({ q: undefined, kind: undefined, state: undefined })
  const columns = useColumns(rows.at).filter(({ fromPx = 0 }) => widthPx >= fromPx)
  return (
    <Page
      title={text.datasets}
      meta={
        rows.total === undefined || isEmpty ? undefined : <span role="status">{text.count(number(rows.total))}</span>
      }
      actions={
        isEmpty ? undefined : (
          <ActionButton
            needs="write"
            type="primary"
            icon={<FolderInput size={14} />}
            onClick={() => setQuery({ dialog: 'import' })}
          >
            {text.import}
          </ActionButton>
        )
      }
    >
      <div className="col grow" ref={box}>
        {isEmpty ? (
          <NoDatasets />
        ) : (
          <>
            <Toolbar isFiltered={isFiltered} onClear={clear} />
            {rows.error ? (
              <div className="sec">
                <FailureFault error={rows.error} title={text.unread} onRetry={rows.retry} />
              </div>
            ) : rows.total === 0 ? (
              <Empty title={text.none} actions={<Button onClick={clear}>{text.clear}</Button>}>
                {text.noneHint}
              </Empty>
            ) : (
              <VirtualGrid
                label={text.datasets}
                count={rows.total ?? 0}
                columns={columns}
                selected={selected}
                onSelect={index => {
                  setCursor(index)
                  remember(index)
                }}
                onOpen={open}
                onRange={rows.onRange}
                isLoading={rows.isLoading}
              />
            )}
          </>
        )}
      </div>
    </Page>
  )
}

function Toolbar({ isFiltered, onClear }: { readonly isFiltered: boolean; readonly onClear: () => void }) {
  const text = useText(datasetsText)
  const kindNames = useText(kindText)
  const { query } = useRoute()
  return (
    <div className="toolbar">
      <FilterBox label={text.filter} />
      <Select
        aria-label={text.kind}
        value={query.kind ?? ''}
        style={{ width: 176 }}
        onChange={kind => setQuery({ kind })}
        options={[{ value: '', label: text.allKinds }, ...kinds.map(kind => ({ value: kind, label: kindNames[kind] }))]}
      />
      <Select
        aria-label={text.state}
        value={query.state ?? ''}
        style={{ width: 128 }}
        onChange={state => setQuery({ state })}
        options={[{ value: '', label: text.allStates }, ...states.map(state => ({ value: state, label: text[state] }))]}
      />
      {isFiltered && (
        <Button type="text" onClick={onClear}>
          {text.clear}
        </Button>
      )}
    </div>
  )
}

type Ranked = Column & { readonly fromPx?: number }

function useColumns(at: (index: number) => DatasetVersion | undefined): readonly Ranked[] {
  const text = useText(datasetsText)
  const kindNames = useText(kindText)
  const formats = useText(formatText)
  const language = useView(view => view.language)
  const nowMs = useNow()
  const said = useSaid()
  const sort = sortOf(useRoute().query, sortKeys)
  const sorted = (key: (typeof sortKeys)[number]) => ({
    sorted: sortedAs(sort, key),
    onSort: () => setQuery(nextSort(sort, key)),
  })
  const cell = (draw: (dataset: DatasetVersion) => React.ReactNode) => (index: number) => {
    const dataset = at(index)
    return dataset ? draw(dataset) : <i className="bone" style={{ width: '60%' }} />
  }
  return [
    {
      key: 'name',
      title: text.name,
      width: 'minmax(160px,1fr)',
      ...sorted('name'),
      cell: cell(({ id, name, version, state, splitRole, problem }) => (
        <span className="nm">
          <Glyph
            state={datasetGlyph[state]}
            quiet={state === 'frozen'}
            label={problem === undefined ? text[state] : named(text[state], said(problem))}
          />
          <a className="ell" dir="auto" title={name} href={hrefTo('datasets', id)} tabIndex={-1}>
            <b>{name}</b>
          </a>
          <span className="dim">{text.version(version)}</span>
          {splitRole && <Chip tone="line">{text[splitRole]}</Chip>}
        </span>
      )),
    },
    {
      key: 'kind',
      title: text.kind,
      width: '152px',
      fromPx: 560,
      cell: cell(({ kind, format }) => (
        <span className="sub" title={format && formats[format]}>
          {kind ? kindNames[kind] : '–'}
        </span>
      )),
    },
    {
      key: 'rows',
      title: text.rows,
      width: '104px',
      align: 'right',
      ...sorted('rows'),
      cell: cell(({ rows, state }) => (state === 'importing' || state === 'failed' ? '–' : number(rows))),
    },
    {
      key: 'bad',
      title: text.badRows,
      width: '88px',
      align: 'right',
      fromPx: 720,
      cell: cell(({ badRows }) =>
        badRows > 0 ? <span className="tx-warn">{number(badRows)}</span> : <span className="dim">–</span>,
      ),
    },
    {
      key: 'size',
      title: <span title={text.sizeWhat}>{text.size}</span>,
      width: '88px',
      align: 'right',
      fromPx: 640,
      ...sorted('size'),
      cell: cell(({ sizeBytes }) => (sizeBytes > 0 ? bytes(sizeBytes) : '–')),
    },
    {
      key: 'state',
      title: text.state,
      width: '100px',
      cell: cell(({ state }) => (
        <span className={state === 'failed' ? 'tx-err' : state === 'importing' ? 'tx-acc' : 'sub'}>{text[state]}</span>
      )),
    },
    {
      key: 'updated',
      title: text.changed,
      width: '84px',
      align: 'right',
      fromPx: 480,
      ...sorted('updated'),
      cell: cell(({ updatedAt }) => (
        <span className="dim" title={dateTime(updatedAt)}>
          {ago(updatedAt, nowMs, language)}
        </span>
      )),
    },
  ]
}
