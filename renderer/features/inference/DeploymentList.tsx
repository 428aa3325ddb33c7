import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { Plus } from 'lucide-react'
import type { Deployment } from '../../../main/contract/inference.ts'
import { useSaid } from '../../lib/backend-words.ts'
import { api } from '../../lib/client.ts'
import { useNow } from '../../lib/clock.ts'
import { ago, dateTime, deviceName, memory, number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { go, hrefTo, setQuery, useRoute } from '../../lib/route.ts'
import { useView } from '../../lib/view.ts'
import { useWidth } from '../../lib/width.ts'
import { ActionButton } from '../../ui/ActionButton.tsx'
import { Chip } from '../../ui/bits.tsx'
import { Empty } from '../../ui/Empty.tsx'
import { FailureFault } from '../../ui/Fault.tsx'
import { FilterBox } from '../../ui/FilterBox.tsx'
import { Glyph } from '../../ui/Glyph.tsx'
import { Page } from '../../ui/Page.tsx'
import { type Column, VirtualGrid } from '../../ui/VirtualGrid.tsx'
import { DeployDialog } from './DeployDialog.tsx'
import { deploymentGlyph, deploymentStateText, engineName, servedName } from './deployment-words.ts'
import { emptyText, listText } from './text.ts'

const most = 1_000

/** Every deployment with what it serves and how busy it is. */
export function DeploymentList() {
  const text = useText(listText)
  const { query } = useRoute()
  const list = useQuery(api.inference.list.queryOptions({ input: { limit: most } }))
  const all = list.data?.items
  const isEmpty = all?.length === 0
  const q = query.q ?? ''
  const rows = (all ?? []).filter(deployment => matches(deployment, q))
  const close = () => setQuery({ dialog: undefined, model: undefined })
  return (
    <Page
      title={text.title}
      actions={
        isEmpty ? undefined : (
          <ActionButton
            needs="write"
            type="primary"
            icon={<Plus size={14} />}
            onClick={() => setQuery({ dialog: 'new' })}
          >
            {text.deploy}
          </ActionButton>
        )
      }
    >
      {isEmpty ? (
        <NothingDeployed />
      ) : (
        <div className="col grow">
          <div className="toolbar">
            <FilterBox label={text.filter} />
            <span className="grow" />
            {all && <span className="count">{text.count(number(rows.length), number(all.length))}</span>}
          </div>
          {list.error ? (
            <div className="sec">
              <FailureFault error={list.error} title={text.unreadable} onRetry={() => void list.refetch()} />
            </div>
          ) : all && rows.length === 0 ? (
            <Empty
              title={text.noneMatches}
              actions={<Button onClick={() => setQuery({ q: undefined })}>{text.clear}</Button>}
            >
              {text.noneMatchesHint}
            </Empty>
          ) : (
            <Rows rows={rows} isLoading={list.isPending} selectedId={query.sel} />
          )}
        </div>
      )}
      {query.dialog === 'new' && <DeployDialog model={query.model} onClose={close} />}
    </Page>
  )
}

function matches(deployment: Deployment, q: string): boolean {
  const text = [
    deployment.name,
    servedName(deployment),
    engineName[deployment.engine],
    deployment.device,
    deployment.state,
  ]
    .join(' ')
    .toLowerCase()
  return q
    .toLowerCase()
    .split(/\s+/)
    .every(word => text.includes(word))
}

type RowsProps = {
  readonly rows: readonly Deployment[]
  readonly isLoading: boolean
  readonly selectedId: string | undefined
}
function Rows({ rows, isLoading, selectedId }: RowsProps) {
  const text = useText(listText)
  const states = useText(deploymentStateText)
  const language = useView(view => view.language)
  const now = useNow()
  const width = useWidth()
  const cell = (draw: (deployment: Deployment) => React.ReactNode) => (index: number) => {
    const deployment = rows[index]
    return deployment ? draw(deployment) : null
  }
  const columns: readonly (Column & { readonly fromPx?: number })[] = [
    {
      key: 'name',
      title: text.name,
      width: 'minmax(180px,1.2fr)',
      cell: cell(({ id, name, state }) => (
        <span className="nm">
          <Glyph state={deploymentGlyph[state]} label={states[state]} />
          <a href={hrefTo('deployments', id)} className="ell" dir="auto" title={name}>
            <b>{name}</b>
          </a>
        </span>
      )),
    },
    { key: 'state', title: text.state, width: 'minmax(130px,.4fr)', cell: cell(each => <State deployment={each} />) },
    {
      key: 'model',
      title: text.model,
      width: 'minmax(160px,1.25fr)',
      cell: cell(each => (
        <span className="sub ell" dir="auto" title={servedName(each)}>
          {servedName(each)}
        </span>
      )),
    },
    {
      key: 'engine',
      title: text.engine,
      width: '104px',
      fromPx: 1100,
      cell: cell(({ engine }) => <span className="sub">{engineName[engine]}</span>),
    },
    {
      key: 'device',
      title: text.device,
      width: '76px',
      fromPx: 1300,
      cell: cell(({ device }) => <span className="sub">{deviceName(device)}</span>),
    },
    {
      key: 'load',
      title: text.load,
      width: '104px',
      align: 'right',
      cell: cell(({ load }) => {
        if (!load) return '–'
        const { active, queued } = load
        if (queued > 0) return text.queued(number(active), number(queued))
        return active > 0 ? text.working(number(active)) : <span className="dim">{text.idle}</span>
      }),
    },
    {
      key: 'rate',
      title: text.rate,
      width: '76px',
      align: 'right',
      cell: cell(({ load }) => (load ? number(load.tokensPerSecond, 1) : '–')),
    },
    {
      key: 'memory',
      title: text.memory,
      width: '96px',
      align: 'right',
      fromPx: 1200,
      cell: cell(({ load }) => (load?.memoryBytes === undefined ? '–' : memory(load.memoryBytes))),
    },
    {
      key: 'context',
      title: text.context,
      width: '84px',
      align: 'right',
      fromPx: 1400,
      cell: cell(({ contextLength }) => (contextLength === undefined ? '–' : number(contextLength))),
    },
    {
      key: 'changed',
      title: text.changed,
      width: '90px',
      align: 'right',
      fromPx: 1000,
      cell: cell(({ updatedAt }) => (
        <span className="dim" title={dateTime(updatedAt)}>
          {ago(updatedAt, now, language)}
        </span>
      )),
    },
  ]
  return (
    <VirtualGrid
      label={text.title}
      count={rows.length}
      columns={columns.filter(({ fromPx = 0 }) => width >= fromPx)}
      isLoading={isLoading}
      selected={rows.findIndex(({ id }) => id === selectedId)}
      onSelect={index => setQuery({ sel: rows[index]?.id })}
      onOpen={index => {
        const deployment = rows[index]
        if (deployment) go('deployments', deployment.id)
      }}
    />
  )
}

function State({ deployment: { state, failure, next } }: { readonly deployment: Deployment }) {
  const text = useText(listText)
  const states = useText(deploymentStateText)
  const said = useSaid()
  const hasFailed = next && (next.state === 'failed' || next.state === 'lost')
  return (
    <span className="nm" title={failure && said(failure.message)}>
      <span className={state === 'failed' || state === 'lost' ? 'tx-err' : 'sub'}>{states[state]}</span>
      {next && (
        <Chip tone={hasFailed ? 'err' : 'acc'} {...(next.failure && { title: said(next.failure.message) })}>
          {hasFailed ? text.nextFailed(next.version) : text.nextLoading(next.version)}
        </Chip>
      )}
    </span>
  )
}

function NothingDeployed() {
  const list = useText(listText)
  const text = useText(emptyText)
  const models = useQuery(api.models.list.queryOptions({ input: { limit: 1 } })).data?.total ?? 0
  return (
    <Empty
      title={text.title}
      steps={[
        {
          key: 'choose',
          isDone: models > 0,
          text: models > 0 ? text.chooseReady(number(models)) : text.choose,
        },
        { key: 'plan', isDone: false, text: text.plan },
        { key: 'talk', isDone: false, text: text.talk },
      ]}
      actions={
        models > 0 ? (
          <ActionButton needs="write" type="primary" onClick={() => setQuery({ dialog: 'new' })}>
            {list.deploy}
          </ActionButton>
        ) : (
          <ActionButton needs="write" type="primary" onClick={() => go('models', { dialog: 'import' })}>
            {text.importFirst}
          </ActionButton>
        )
      }
      command="slipway inference deploy MODEL --name assistant --wait"
    >
      {text.what}
    </Empty>
  )
}
