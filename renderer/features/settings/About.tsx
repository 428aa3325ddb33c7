import { useQuery } from '@tanstack/react-query'
import { Input } from 'antd'
import { useState } from 'react'
import { api } from '../../lib/client.ts'
import { number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { FailureFault } from '../../ui/Fault.tsx'
import { VirtualGrid } from '../../ui/VirtualGrid.tsx'
import { Setting } from './Setting.tsx'
import { settingsText } from './text.ts'

type Part = { readonly name: string; readonly version: string; readonly licence: string }

/** The build leaves this list beside the page: every package that is shipped, with its licence. */
async function readParts(): Promise<readonly Part[]> {
  const response = await fetch('/licences.json')
  if (!response.ok) throw new Error(`licences.json: ${response.status}`)
  return (await response.json()) as readonly Part[]
}

/** Which Slipway this is, under which licence, and what it is made of. */
export function About() {
  const text = useText(settingsText)
  const [filter, setFilter] = useState('')
  const [selected, setSelected] = useState(-1)
  const status = useQuery(api.system.status.queryOptions({ input: {} })).data
  const parts = useQuery({ queryKey: ['licences'], queryFn: readParts })
  const wanted = filter.trim().toLowerCase()
  const rows = (parts.data ?? []).filter(({ name, licence }) => `${name} ${licence}`.toLowerCase().includes(wanted))
  return (
    <section className="sec settings-about" aria-labelledby="settings-about">
      <h2 id="settings-about">{text.about}</h2>
      <Setting name={text.version}>{status?.version ?? '…'}</Setting>
      <Setting name={text.licence}>{text.apache}</Setting>
      <h3>
        {text.parts}
        <span data-filter>
          <Input
            size="small"
            allowClear
            value={filter}
            aria-label={text.filterParts}
            placeholder={text.filterParts}
            onChange={event => setFilter(event.target.value)}
          />
        </span>
        <span className="dim">{text.partCount(number(rows.length))}</span>
      </h3>
      {parts.error ? (
        <FailureFault error={parts.error} title={text.partsUnread} onRetry={() => void parts.refetch()} />
      ) : (
        <div className="settings-table tall">
          <VirtualGrid
            label={text.parts}
            count={rows.length}
            rowHeightPx={28}
            isLoading={parts.isPending}
            selected={selected}
            onSelect={setSelected}
            columns={[
              { key: 'name', title: text.package, width: 'minmax(200px,1fr)', cell: index => rows[index]?.name },
              {
                key: 'version',
                title: text.version,
                width: '140px',
                cell: index => <span className="mono">{rows[index]?.version}</span>,
              },
              { key: 'licence', title: text.licence, width: '200px', cell: index => rows[index]?.licence },
            ]}
          />
        </div>
      )}
    </section>
  )
}
