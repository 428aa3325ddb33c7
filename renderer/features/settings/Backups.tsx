import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useMay } from '../../lib/access.ts'
import { useSaid } from '../../lib/backend-words.ts'
import { api, client } from '../../lib/client.ts'
import { bytes, dateTime, number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { facts, named } from '../../lib/marks.ts'
import { ActionButton } from '../../ui/ActionButton.tsx'
import { CommandLine } from '../../ui/CommandLine.tsx'
import { FailureFault, Fault, NoPermission } from '../../ui/Fault.tsx'
import { VirtualGrid } from '../../ui/VirtualGrid.tsx'
import { settingsText } from './text.ts'

/** Copies of the database: make one, look at them, verify one, and how to go back to one. */
export function Backups() {
  const text = useText(settingsText)
  const said = useSaid()
  const queries = useQueryClient()
  const [selected, setSelected] = useState(-1)
  const may = useMay('admin')
  const listed = useQuery({ ...api.backup.list.queryOptions({ input: {} }), enabled: may === true })
  const create = useMutation(
    api.backup.create.mutationOptions({
      onSuccess: () => void queries.invalidateQueries({ queryKey: api.backup.key() }),
    }),
  )
  const verify = useMutation({ mutationFn: (path: string) => client.backup.verify({ path }) })
  const items = (listed.data?.items ?? []).slice().sort((a, b) => b.createdAt.localeCompare(a.createdAt))
  return (
    <section className="sec settings-backups" aria-labelledby="settings-backup">
      <h2 id="settings-backup">{text.backup}</h2>
      <p className="sub">{text.backupWhy}</p>
      {may === false && <NoPermission scope="admin" />}
      <div className="acts">
        <ActionButton needs="admin" type="primary" loading={create.isPending} onClick={() => create.mutate({})}>
          {text.backUp}
        </ActionButton>
      </div>
      {create.error && <FailureFault error={create.error} title={text.notBackedUp} />}
      {verify.error && <FailureFault error={verify.error} title={text.notVerified} />}
      {verify.data &&
        (verify.data.ok ? (
          <Fault
            tone="ok"
            title={named(text.sound, verify.data.name)}
            cause={text.soundWhat(
              number(Object.values(verify.data.tables).reduce((sum, rows) => sum + rows, 0)),
              number(Object.keys(verify.data.tables).length),
            )}
          />
        ) : (
          <Fault
            title={named(text.damaged, verify.data.name)}
            cause={facts(...verify.data.problems.map(each => said(each)))}
            remedy={text.damagedDo}
          />
        ))}
      {listed.error && (
        <FailureFault error={listed.error} title={text.backupsUnread} onRetry={() => void listed.refetch()} />
      )}
      {may !== false && !listed.data && !listed.error && (
        <i className="bone" style={{ width: 420, height: 20 }} aria-busy />
      )}
      {listed.data && items.length === 0 && <p className="dim">{text.noBackups}</p>}
      {items.length > 0 && (
        <div className="settings-table">
          <VirtualGrid
            label={text.backups}
            count={items.length}
            selected={selected}
            onSelect={setSelected}
            columns={[
              {
                key: 'name',
                title: text.name,
                width: 'minmax(200px,1fr)',
                cell: index => (
                  <span className="mono" title={items[index]?.path}>
                    {items[index]?.name}
                  </span>
                ),
              },
              {
                key: 'created',
                title: text.created,
                width: '168px',
                cell: index => dateTime(items[index]?.createdAt ?? ''),
              },
              {
                key: 'size',
                title: text.size,
                width: '88px',
                align: 'right',
                cell: index => bytes(items[index]?.sizeBytes ?? 0),
              },
              {
                key: 'schema',
                title: text.schema,
                width: '88px',
                align: 'right',
                cell: index => number(items[index]?.schemaVersion ?? 0),
              },
              {
                key: 'verify',
                title: '',
                width: '96px',
                align: 'right',
                cell: index => {
                  const item = items[index]
                  return (
                    item && (
                      <Button
                        size="small"
                        type="text"
                        aria-label={text.verifyName(item.name)}
                        loading={verify.isPending && verify.variables === item.path}
                        onClick={() => verify.mutate(item.path)}
                      >
                        {text.verify}
                      </Button>
                    )
                  )
                },
              },
            ]}
          />
        </div>
      )}
      <h3>{text.restore}</h3>
      <p className="sub">{text.restoreHow}</p>
      <CommandLine command={`slipway backup restore ${items[selected]?.name ?? items[0]?.name ?? 'PATH'}`} />
    </section>
  )
}
