import { useMutation, useQuery } from '@tanstack/react-query'
import { App } from 'antd'
import { useState } from 'react'
import type { RemovedItem } from '../../../../main/contract/storage.ts'
import { api, client } from '../../../lib/client.ts'
import { bytes, dateTime } from '../../../lib/format.ts'
import { useText } from '../../../lib/i18n.ts'
import { ActionButton } from '../../../ui/ActionButton.tsx'
import { FailureFault } from '../../../ui/Fault.tsx'
import { VirtualGrid } from '../../../ui/VirtualGrid.tsx'
import { removedKindText, storageText } from './text.ts'

const restoreBy: Record<RemovedItem['kind'], (id: string) => Promise<unknown>> = {
  model: id => client.models.restore({ id }),
  dataset: id => client.datasets.restore({ id }),
  run: id => client.training.restore({ id }),
  evaluation: id => client.evaluation.restore({ id }),
  deployment: id => client.inference.restore({ id }),
}

const rowHeightPx = 32
const headHeightPx = 36
/** More than these scroll. */
const mostRows = 6

/** What was removed and can still be taken back, with the time at which it goes for good. */
export function Removed() {
  const text = useText(storageText)
  const kinds = useText(removedKindText)
  const { message } = App.useApp()
  const [selected, setSelected] = useState(-1)
  const { data, error, refetch } = useQuery(api.storage.removed.queryOptions({ input: {} }))
  const items = data?.items ?? []
  const restore = useMutation({
    mutationFn: ({ kind, id }: RemovedItem) => restoreBy[kind](id),
    onSuccess: (_answer, { name }) => void message.success(text.restored(name)),
  })
  return (
    <>
      <h3>{text.removed}</h3>
      {error && !data && <FailureFault error={error} title={text.removedUnread} onRetry={() => void refetch()} />}
      {data && <p className="sub">{items.length > 0 ? text.removedWhy : text.removedNone}</p>}
      {!error && !data && <i className="bone" style={{ width: 420, height: 20 }} aria-busy />}
      {restore.error && <FailureFault error={restore.error} title={text.notRestored} />}
      {items.length > 0 && (
        <div
          className="settings-table"
          style={{ height: headHeightPx + Math.min(items.length, mostRows) * rowHeightPx }}
        >
          <VirtualGrid
            label={text.removed}
            count={items.length}
            rowHeightPx={rowHeightPx}
            selected={selected}
            onSelect={setSelected}
            columns={[
              {
                key: 'kind',
                title: text.kind,
                width: '112px',
                cell: index => items[index] && kinds[items[index].kind],
              },
              {
                key: 'name',
                title: text.name,
                width: 'minmax(120px,1fr)',
                cell: index => (
                  <span className="ell" dir="auto" title={items[index]?.name}>
                    {items[index]?.name}
                  </span>
                ),
              },
              {
                key: 'size',
                title: text.size,
                width: '88px',
                align: 'right',
                cell: index => bytes(items[index]?.sizeBytes ?? 0),
              },
              {
                key: 'goes',
                title: text.goes,
                width: '168px',
                cell: index => dateTime(items[index]?.restorableUntil ?? ''),
              },
              {
                key: 'restore',
                title: '',
                width: '96px',
                align: 'right',
                cell: index => {
                  const item = items[index]
                  return (
                    item && (
                      <ActionButton
                        needs="write"
                        size="small"
                        type="text"
                        aria-label={text.restoreName(item.name)}
                        loading={restore.isPending && restore.variables.id === item.id}
                        onClick={() => restore.mutate(item)}
                      >
                        {text.restore}
                      </ActionButton>
                    )
                  )
                },
              },
            ]}
          />
        </div>
      )}
    </>
  )
}
