import { Input } from 'antd'
import { useMemo, useState } from 'react'
import { number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { VirtualGrid } from '../../ui/VirtualGrid.tsx'
import { environmentsText } from './text.ts'

/** Every package with its version, filtered by name. */
export function Packages({ versions }: { readonly versions: Readonly<Record<string, string>> }) {
  const text = useText(environmentsText)
  const [filter, setFilter] = useState('')
  const [selected, setSelected] = useState(-1)
  const wanted = filter.trim().toLowerCase()
  const rows = useMemo(
    () => Object.entries(versions).filter(([name]) => name.toLowerCase().includes(wanted)),
    [versions, wanted],
  )
  return (
    <section className="env-packages" aria-labelledby="packages">
      <div className="toolbar">
        <h2 id="packages" className="h2">
          {text.packages}
        </h2>
        <span data-filter>
          <Input
            size="small"
            allowClear
            value={filter}
            aria-label={text.filterPackages}
            placeholder={text.filterPackages}
            onChange={event => {
              setFilter(event.target.value)
              setSelected(-1)
            }}
          />
        </span>
        <span className="grow" />
        <span className="count">{text.packageCount(number(rows.length))}</span>
      </div>
      <VirtualGrid
        label={text.packages}
        count={rows.length}
        rowHeightPx={28}
        selected={selected}
        onSelect={setSelected}
        columns={[
          { key: 'name', title: text.name, width: 'minmax(160px,1fr)', cell: index => rows[index]?.[0] },
          {
            key: 'version',
            title: text.version,
            width: 'minmax(120px,220px)',
            cell: index => <span className="mono">{rows[index]?.[1]}</span>,
          },
        ]}
      />
    </section>
  )
}
