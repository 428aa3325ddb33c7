import { useQuery } from '@tanstack/react-query'
import { Button, Tabs } from 'antd'
import { useState } from 'react'
import { api } from '../../lib/client.ts'
import { useText } from '../../lib/i18n.ts'
import { setQuery, useRoute } from '../../lib/route.ts'
import { Empty } from '../../ui/Empty.tsx'
import { FailureFault } from '../../ui/Fault.tsx'
import { Page } from '../../ui/Page.tsx'
import { VirtualGrid } from '../../ui/VirtualGrid.tsx'
import { Browsers } from './Browsers.tsx'
import { CreateKeyDialog } from './CreateKeyDialog.tsx'
import { KeyOnce } from './KeyOnce.tsx'
import { useKeyColumns, useRevoke } from './key-columns.tsx'
import { keysText } from './text.ts'
import './keys.css'

/** Who comes in from outside: programs, each by its key, and browsers that are signed in. */
export function Screen() {
  const text = useText(keysText)
  const { query } = useRoute()
  const tab = query.tab === 'browsers' ? 'browsers' : 'keys'
  const keys = useQuery(api.keys.list.queryOptions({ input: {} })).data?.items
  const isEmpty = tab === 'keys' && keys?.length === 0
  // Nowhere but here: a secret belongs neither into the address nor into what is kept on the disk. And not in the dialog,
  // which Back closes: what is shown once is not lost by a slip.
  const [secret, setSecret] = useState<string>()
  const close = () => setQuery({ dialog: undefined })
  return (
    <Page
      title={text.title}
      meta={<span className="ell">{text.note}</span>}
      actions={isEmpty ? undefined : <CreateButton />}
      tabs={
        <Tabs
          activeKey={tab}
          onChange={key => setQuery({ tab: key === 'keys' ? undefined : key })}
          items={[
            { key: 'keys', label: text.keys },
            { key: 'browsers', label: text.browsers },
          ]}
        />
      }
    >
      {tab === 'browsers' ? <Browsers /> : <Keys />}
      {secret === undefined ? (
        query.dialog === 'new' && <CreateKeyDialog onCreated={setSecret} onClose={close} />
      ) : (
        <KeyOnce
          secret={secret}
          onClose={() => {
            setSecret(undefined)
            close()
          }}
        />
      )}
    </Page>
  )
}

/** Who has a key, what it may do, until when. */
function Keys() {
  const text = useText(keysText)
  const [selected, setSelected] = useState(-1)
  const { data, error, isPending, refetch } = useQuery(api.keys.list.queryOptions({ input: {} }))
  const keys = data?.items ?? []
  const revoke = useRevoke()
  const columns = useKeyColumns(keys, revoke.ask)
  return (
    <div className="col grow">
      {error && (
        <div className="sec">
          <FailureFault error={error} title={text.unread} onRetry={() => void refetch()} />
        </div>
      )}
      {revoke.error && (
        <div className="sec">
          <FailureFault error={revoke.error} title={text.notRevoked} />
        </div>
      )}
      {data && keys.length === 0 ? (
        <Empty
          title={text.none}
          steps={[
            { key: 'one', isDone: false, text: text.noneOne },
            { key: 'two', isDone: false, text: text.noneTwo },
            { key: 'three', isDone: false, text: text.noneThree },
          ]}
          command="slipway keys create NAME --scope inference --expires 30d"
          actions={<CreateButton />}
        >
          {text.noneWhy}
        </Empty>
      ) : (
        !error && (
          <VirtualGrid
            label={text.title}
            count={keys.length}
            columns={columns}
            isLoading={isPending}
            selected={selected}
            onSelect={setSelected}
            rowClass={index => (keys[index]?.revokedAt ? 'is-off' : undefined)}
          />
        )
      )}
    </div>
  )
}

const CreateButton = () => (
  <Button type="primary" onClick={() => setQuery({ dialog: 'new' })}>
    {useText(keysText).create}
  </Button>
)
