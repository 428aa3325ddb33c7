import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { FolderInput, HardDriveDownload } from 'lucide-react'
import { type KeyboardEvent, useDeferredValue, useEffect } from 'react'
import { api, queries } from '../../lib/client.ts'
import { failureOf } from '../../lib/failure.ts'
import { number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { usePagedRows } from '../../lib/pages.ts'
import { go, goInstead, routeNow, setQuery, useRoute } from '../../lib/route.ts'
import { sortOf } from '../../lib/sort.ts'
import { useElementWidth } from '../../lib/width.ts'
import { ActionButton } from '../../ui/ActionButton.tsx'
import { Empty } from '../../ui/Empty.tsx'
import { FailureFault } from '../../ui/Fault.tsx'
import { FilterBox } from '../../ui/FilterBox.tsx'
import { Page } from '../../ui/Page.tsx'
import { Facets } from './Facets.tsx'
import { FindDialog } from './FindDialog.tsx'
import { filtersOf, hasFilters, noFilters, sortKeys } from './filters.ts'
import { ImportDialog } from './ImportDialog.tsx'
import { Inspector } from './Inspector.tsx'
import './models.css'
import { ModelTable } from './ModelTable.tsx'
import { NoModels } from './NoModels.tsx'
import { modelsText } from './text.ts'

/** Every model of this machine: a table that is filtered beside it, and an inspector that opens next to it. */
export function Screen() {
  const text = useText(modelsText)
  const { path, query } = useRoute()
  const openId = path[1]
  const [box, widthPx] = useElementWidth()
  const filters = useDeferredValue(query)
  const input = filtersOf(filters)
  const sort = sortOf(filters, sortKeys)
  const rows = usePagedRows((offset, limit) =>
    api.models.list.queryOptions({
      input: { ...input, ...(sort && { sort: sort.key, order: sort.order }), offset, limit },
    }),
  )
  const { data: facets } = useQuery({
    ...api.models.facets.queryOptions({ input: {} }),
    placeholderData: keepPreviousData,
  })
  const isFiltered = hasFilters(query) || Boolean(query.q)
  const isEmpty = !isFiltered && rows.total === 0
  const open = (index: number) => {
    const model = rows.at(index)
    if (model) go('models', model.id, query)
  }
  const select = (index: number) => {
    // With the inspector open, it follows the choice.
    const model = openId === undefined ? undefined : rows.at(index)
    if (model) goInstead('models', model.id, query)
  }
  const close = () => go('models', { ...query, tab: undefined })
  const { data: opened, isPlaceholderData: isEarlier } = useQuery({
    ...api.models.show.queryOptions({ input: { id: openId ?? '' } }),
    enabled: openId !== undefined,
    placeholderData: keepPreviousData,
  })
  // An address may name a model; what is open stays open when it gets another name.
  useEffect(() => {
    if (openId === undefined || opened === undefined || isEarlier || openId === opened.id) return
    queries.setQueryData(api.models.show.queryKey({ input: { id: opened.id } }), opened)
    goInstead('models', opened.id, routeNow().query)
  }, [openId, opened, isEarlier])
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.defaultPrevented || openId === undefined) return
    if (event.target instanceof HTMLInputElement) return
    close()
  }
  const closeDialog = () => setQuery({ dialog: undefined, import: undefined })
  return (
    <Page
      title={text.models}
      meta={
        rows.total === undefined || facets === undefined || isEmpty ? undefined : (
          <span role="status">{text.shown(number(rows.total), number(facets.total))}</span>
        )
      }
      actions={
        isEmpty ? undefined : (
          <>
            <Button icon={<HardDriveDownload size={14} />} onClick={() => setQuery({ dialog: 'find' })}>
              {text.find}
            </Button>
            <ActionButton
              needs="write"
              type="primary"
              icon={<FolderInput size={14} />}
              onClick={() => setQuery({ dialog: 'import' })}
            >
              {text.import}
            </ActionButton>
          </>
        )
      }
    >
      {openId === undefined && !isEmpty && <Facets />}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: Escape closes the inspector, as its button does. */}
      <div className="split" onKeyDown={onKeyDown}>
        <div className="col grow" ref={box}>
          {isEmpty ? (
            <NoModels />
          ) : (
            <>
              <Toolbar isFiltered={hasFilters(query)} />
              {rows.error ? (
                <div className="sec">
                  <FailureFault
                    error={rows.error}
                    title={text.unread}
                    onRetry={rows.retry}
                    {...(failureOf(rows.error).code === 'invalid_input' && { actions: <ClearFilters /> })}
                  />
                </div>
              ) : rows.total === 0 ? (
                <Empty title={text.none} actions={<ClearFilters />}>
                  {text.noneHint}
                </Empty>
              ) : (
                <ModelTable
                  rows={rows}
                  device={facets?.device}
                  widthPx={widthPx}
                  openModelId={openId === undefined ? undefined : opened?.modelId}
                  onSelect={select}
                  onOpen={open}
                />
              )}
            </>
          )}
        </div>
        {openId !== undefined && <Inspector id={openId} onClose={close} />}
      </div>
      {(query.dialog === 'import' || query.import !== undefined) && (
        <ImportDialog start={query.import ?? ''} onClose={closeDialog} />
      )}
      {query.dialog === 'find' && <FindDialog onClose={closeDialog} />}
    </Page>
  )
}

const ClearFilters = () => (
  <Button onClick={() => setQuery({ ...noFilters, q: undefined })}>{useText(modelsText).clear}</Button>
)

function Toolbar({ isFiltered }: { readonly isFiltered: boolean }) {
  const text = useText(modelsText)
  return (
    <div className="toolbar">
      <FilterBox label={text.filter} />
      {isFiltered && (
        <Button type="text" onClick={() => setQuery(noFilters)}>
          {text.clear}
        </Button>
      )}
    </div>
  )
}
