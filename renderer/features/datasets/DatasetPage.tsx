import { useMutation, useQuery } from '@tanstack/react-query'
import { App, Dropdown, Tabs, Tooltip } from 'antd'
import { Ellipsis, Lock, Play } from 'lucide-react'
import { useEffect } from 'react'
import type { DatasetDetail, DatasetVersionId } from '../../../main/contract/dataset-versions.ts'
import { api, client, queries } from '../../lib/client.ts'
import { number } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { named } from '../../lib/marks.ts'
import { go, goInstead, hrefTo, routeNow, setQuery, useRoute } from '../../lib/route.ts'
import { ActionButton, ActionIcon } from '../../ui/ActionButton.tsx'
import { Chip } from '../../ui/bits.tsx'
import { FailureFault, Fault } from '../../ui/Fault.tsx'
import { Page } from '../../ui/Page.tsx'
import { AliasChips, useAliases } from '../describe/AliasChips.tsx'
import { useRemoval } from '../describe/removal.ts'
import { CheckTab } from './check/CheckTab.tsx'
import { EditDialog } from './EditDialog.tsx'
import { ExportDialog } from './ExportDialog.tsx'
import { ImportProgress } from './ImportProgress.tsx'
import { IssueList } from './IssueList.tsx'
import { LineageTab } from './LineageTab.tsx'
import { pageText } from './page-text.ts'
import { RowsTab } from './rows/RowsTab.tsx'
import { SourcesTab } from './SourcesTab.tsx'
import { SplitDialog } from './SplitDialog.tsx'
import { StatsTab } from './StatsTab.tsx'
import { datasetsText, kindText } from './text.ts'
import { VersionsTab } from './VersionsTab.tsx'

/** One version of a dataset: its rows, what a model makes of them, and where they came from. */
export function DatasetPage({ id }: { readonly id: string }) {
  const text = useText(pageText)
  const names = useText(datasetsText)
  const { data, error, refetch } = useQuery(api.datasets.show.queryOptions({ input: { id } }))
  // An address may name a dataset; what is open stays open when it gets another name.
  useEffect(() => {
    if (data === undefined || id === data.id) return
    queries.setQueryData(api.datasets.show.queryKey({ input: { id: data.id } }), data)
    goInstead('datasets', data.id, routeNow().query)
  }, [id, data])
  const crumb = <a href={hrefTo('datasets')}>{names.datasets}</a>
  if (data) return <Opened key={data.id} dataset={data} crumb={crumb} />
  return (
    <Page crumb={crumb} title={id}>
      <div className="sec grow" aria-busy={!error}>
        {error ? (
          <FailureFault error={error} title={text.unread} onRetry={() => void refetch()} />
        ) : (
          <i className="bone" style={{ width: 280 }} />
        )}
      </div>
    </Page>
  )
}

const tabs = ['rows', 'check', 'stats', 'issues', 'versions', 'sources', 'lineage'] as const
type Tab = (typeof tabs)[number]

type OpenedProps = { readonly dataset: DatasetDetail; readonly crumb: React.ReactNode }
function Opened({ dataset, crumb }: OpenedProps) {
  const text = useText(pageText)
  const names = useText(datasetsText)
  const kinds = useText(kindText)
  const { query } = useRoute()
  const { message } = App.useApp()
  const { id, name, version, state, kind } = dataset
  const tab: Tab = tabs.find(each => each === query.tab) ?? 'rows'
  const freeze = useMutation(
    api.datasets.freeze.mutationOptions({
      onSuccess: () => void message.success(text.frozenNow(`${name} ${names.version(version)}`)),
    }),
  )
  const removal = useRemoval({
    remove: ref => client.datasets.remove({ id: ref }),
    restore: (ref: DatasetVersionId) => client.datasets.restore({ id: ref }),
    said: text.removed,
    onRemoved: () => go('datasets'),
  })
  const aliases = useAliases(change => client.datasets.update({ id, ...change }))
  const failure = freeze.error ?? removal.error ?? aliases.error
  const isFilled = state === 'draft' || state === 'frozen'
  const source = dataset.sources[0]?.path.split(/[/\\]/).at(-1)
  const parent = dataset.lineage.madeBy.find(({ role }) => role.startsWith('split') || role === 'repaired')
  const tabNames: Record<Tab, string> = {
    rows: text.tabRows,
    check: text.tabCheck,
    stats: text.tabStats,
    issues: text.tabIssues(number(dataset.badRows)),
    versions: text.tabVersions,
    sources: text.tabSources,
    lineage: text.tabLineage,
  }
  const shown = tabs.filter(each => each !== 'issues' || dataset.badRows > 0)
  const closeDialog = () => setQuery({ dialog: undefined })
  return (
    <Page
      crumb={crumb}
      title={
        <span className="ell" dir="auto" title={name}>
          {name}
        </span>
      }
      meta={
        <>
          <VersionChip dataset={dataset} />
          <AliasChips aliases={dataset.aliases} removal={aliases} />
          {dataset.splitRole && <Chip tone="line">{names[dataset.splitRole]}</Chip>}
          {source !== undefined && (
            <span className="ell" title={dataset.sources[0]?.path}>
              {text.from(source)}
            </span>
          )}
          {parent && (
            <a className="ell" href={hrefTo('datasets', parent.id)}>
              {parent.role === 'repaired' ? text.repairedFrom(parent.name) : text.addedTo(parent.name)}
            </a>
          )}
          {kind && <span>{kinds[kind]}</span>}
        </>
      }
      actions={
        <>
          {state === 'draft' && (
            <Tooltip title={text.freezeTip}>
              <ActionButton
                needs="write"
                icon={<Lock size={14} />}
                loading={freeze.isPending}
                onClick={() => freeze.mutate({ id })}
              >
                {text.freeze(version)}
              </ActionButton>
            </Tooltip>
          )}
          {isFilled && (
            <Tooltip title={state === 'frozen' ? '' : text.tuneTip}>
              <ActionButton
                needs="write"
                type="primary"
                icon={<Play size={14} />}
                disabled={state !== 'frozen'}
                onClick={() => go('training', 'new', { dataset: id, model: query.model })}
              >
                {text.tune}
              </ActionButton>
            </Tooltip>
          )}
          <Dropdown
            trigger={['click']}
            menu={{
              onClick: ({ key }) => {
                if (key === 'version') removal.remove(id, `${name} ${names.version(version)}`)
                else if (key === 'dataset') removal.remove(dataset.datasetId, name)
                else if (key === 'again') go('datasets', id, { ...query, import: dataset.sources[0]?.path, name })
                else setQuery({ dialog: key })
              },
              items: [
                { key: 'split', label: text.split, disabled: !isFilled },
                { key: 'export', label: text.export, disabled: !isFilled },
                { key: 'edit', label: text.edit },
                ...(dataset.sources.length > 0 ? [{ key: 'again', label: text.again }] : []),
                { type: 'divider' },
                { key: 'version', label: text.removeVersion(version), danger: true },
                ...(dataset.versions.length > 1
                  ? [{ key: 'dataset', label: text.removeDataset(dataset.versions.length), danger: true }]
                  : []),
              ],
            }}
          >
            <ActionIcon needs="write" aria-label={text.more} title={text.more}>
              <Ellipsis size={16} />
            </ActionIcon>
          </Dropdown>
        </>
      }
      tabs={
        <Tabs
          activeKey={tab}
          onChange={key => setQuery({ tab: key, q: undefined, row: undefined, regex: undefined })}
          items={shown.map(key => ({ key, label: tabNames[key] }))}
        />
      }
    >
      <div className="col grow">
        {failure && (
          <div className="sec">
            <FailureFault error={failure} title={text.notDone} />
          </div>
        )}
        {state === 'importing' && <ImportProgress dataset={dataset} />}
        {state === 'failed' && (
          <div className="sec">
            <Fault
              title={text.failed}
              cause={dataset.problem ?? ''}
              remedy={text.failedRemedy}
              actions={
                source !== undefined && (
                  <ActionButton
                    needs="write"
                    size="small"
                    onClick={() => go('datasets', id, { ...query, import: dataset.sources[0]?.path, name })}
                  >
                    {text.again}
                  </ActionButton>
                )
              }
            />
          </div>
        )}
        {isFilled && kind && tab === 'rows' && <RowsTab dataset={dataset} kind={kind} />}
        {isFilled && kind && tab === 'check' && <CheckTab dataset={dataset} kind={kind} />}
        {isFilled && tab === 'stats' && <StatsTab id={id} />}
        {tab === 'issues' && (
          <div className="issues col grow">
            <IssueList id={id} />
          </div>
        )}
        {tab === 'versions' && <VersionsTab dataset={dataset} />}
        {tab === 'sources' && <SourcesTab dataset={dataset} />}
        {tab === 'lineage' && <LineageTab dataset={dataset} />}
      </div>
      {query.dialog === 'split' && <SplitDialog dataset={dataset} onClose={closeDialog} />}
      {query.dialog === 'export' && <ExportDialog dataset={dataset} onClose={closeDialog} />}
      {query.dialog === 'edit' && <EditDialog dataset={dataset} onClose={closeDialog} />}
    </Page>
  )
}

/** The version that is shown and its state; the others are a click away. */
function VersionChip({ dataset }: { readonly dataset: DatasetDetail }) {
  const text = useText(pageText)
  const names = useText(datasetsText)
  const { query } = useRoute()
  const label = `${names.version(dataset.version)} ${names[dataset.state].toLowerCase()}`
  const tone = dataset.state === 'failed' ? 'err' : 'acc'
  if (dataset.versions.length < 2) return <Chip tone={tone}>{label}</Chip>
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        selectedKeys: [dataset.id],
        onClick: ({ key }) => go('datasets', key, { tab: query.tab }),
        items: dataset.versions.map(({ id, version, state, splitRole }) => ({
          key: id,
          label: [names.version(version), names[state].toLowerCase(), ...(splitRole ? [names[splitRole]] : [])].join(
            ' ',
          ),
        })),
      }}
    >
      <button type="button" className={`chip ${tone}`} aria-label={named(text.versions, label)}>
        {label} ▾
      </button>
    </Dropdown>
  )
}
