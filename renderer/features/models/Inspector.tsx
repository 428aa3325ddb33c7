import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { Button, Dropdown, Tabs } from 'antd'
import { Ellipsis, X } from 'lucide-react'
import { useState } from 'react'
import type { JobId } from '../../../main/contract/jobs.ts'
import type { ModelDetail, ModelVersionId } from '../../../main/contract/models.ts'
import { api, client } from '../../lib/client.ts'
import { useNow } from '../../lib/clock.ts'
import { ago, bytes, dateTime } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { go, hrefTo, setQuery, useRoute } from '../../lib/route.ts'
import { useView } from '../../lib/view.ts'
import { ActionButton, ActionIcon } from '../../ui/ActionButton.tsx'
import { Chip, Status } from '../../ui/bits.tsx'
import { FailureFault, Fault } from '../../ui/Fault.tsx'
import { AliasChips, useAliases } from '../describe/AliasChips.tsx'
import { useRemoval } from '../describe/removal.ts'
import { JobLine } from '../jobs/JobLine.tsx'
import { ConvertDialog, canConvert } from './ConvertDialog.tsx'
import { EditDialog } from './EditDialog.tsx'
import { ExportDialog } from './ExportDialog.tsx'
import { FilesTab } from './FilesTab.tsx'
import { inspectorText } from './inspector-text.ts'
import { LineageTab } from './LineageTab.tsx'
import { Overview } from './Overview.tsx'
import { formatNames, modelStateGlyph, modelsText, storedAs } from './text.ts'
import { DeploymentsTab, EvaluationsTab } from './UseTabs.tsx'
import { VersionsTab } from './VersionsTab.tsx'

type Props = { readonly id: string; readonly onClose: () => void }

/** A model version beside the list: what it is, where it came from, what uses it, and what can be done with it. */
export function Inspector({ id, onClose }: Props) {
  const text = useText(inspectorText)
  const { data, error, refetch } = useQuery({
    ...api.models.show.queryOptions({ input: { id } }),
    placeholderData: keepPreviousData,
  })
  return (
    <aside className="side inspector col" aria-label={data?.name ?? id} aria-busy={!data && !error}>
      {error ? (
        <div className="sec">
          <FailureFault
            error={error}
            title={text.unread}
            onRetry={() => void refetch()}
            actions={
              <Button size="small" onClick={onClose}>
                {text.close}
              </Button>
            }
          />
        </div>
      ) : data ? (
        <Opened key={data.id} model={data} onClose={onClose} />
      ) : (
        <div className="ins-head" aria-hidden>
          <i className="bone" style={{ width: 220, height: 14 }} />
          <i className="bone" style={{ width: 340 }} />
        </div>
      )}
    </aside>
  )
}

const tabs = ['overview', 'lineage', 'files', 'versions', 'evaluations', 'deployments'] as const
type Tab = (typeof tabs)[number]

function Opened({ model, onClose }: { readonly model: ModelDetail; readonly onClose: () => void }) {
  const text = useText(inspectorText)
  const names = useText(modelsText)
  const { query } = useRoute()
  const tab: Tab = tabs.find(each => each === query.tab) ?? 'overview'
  const [jobId, setJobId] = useState<JobId>()
  const verify = useMutation(
    api.models.verify.mutationOptions({ onSuccess: ({ jobId: started }) => setJobId(started) }),
  )
  const removal = useRemoval({
    remove: id => client.models.remove({ id }),
    restore: (id: ModelVersionId) => client.models.restore({ id }),
    said: text.removed,
    onRemoved: onClose,
  })
  const aliases = useAliases(change => client.models.update({ id: model.id, ...change }))
  const { summary, name, version, versions } = model
  const isBroken = model.state === 'failed' || model.state === 'missing'
  const tabNames: Record<Tab, string> = {
    overview: text.tabOverview,
    lineage: text.tabLineage,
    files: text.tabFiles,
    versions: text.tabVersions,
    evaluations: text.tabEvaluations,
    deployments: text.tabDeployments,
  }
  const closeDialog = () => setQuery({ dialog: undefined })
  const act = ({ key }: { readonly key: string }) => {
    if (key === 'evaluate') go('evaluations', { dialog: 'new', model: model.id })
    else if (key === 'verify') verify.mutate({ id: model.id })
    else if (key === 'version') removal.remove(model.id, `${name} v${version}`)
    else if (key === 'model') removal.remove(model.modelId, name)
    else setQuery({ dialog: key })
  }
  return (
    <>
      <header className="ins-head">
        <div className="ins-t">
          <h2 className="ell" dir="auto" title={name}>
            {name}
          </h2>
          <Chip tone="acc">{names.version(version)}</Chip>
          <span className="grow" />
          <Dropdown
            trigger={['click']}
            menu={{
              onClick: act,
              items: [
                { key: 'evaluate', label: text.evaluateMenu },
                { key: 'edit', label: text.edit },
                { key: 'verify', label: text.verify },
                { key: 'export', label: text.export },
                { key: 'convert', label: text.convert, disabled: !canConvert(model) },
                { type: 'divider' },
                { key: 'version', label: text.removeVersion(version), danger: true },
                ...(versions.length > 1
                  ? [{ key: 'model', label: text.removeModel(versions.length), danger: true }]
                  : []),
              ],
            }}
          >
            <ActionIcon needs="write" aria-label={text.more} title={text.more}>
              <Ellipsis size={16} />
            </ActionIcon>
          </Dropdown>
          <button type="button" className="icon" aria-label={text.close} title={text.close} onClick={onClose}>
            <X size={16} />
          </button>
        </div>
        <p className="ins-m">
          <Status state={modelStateGlyph[model.state]}>
            <Verified model={model} />
          </Status>
          <span>{`${formatNames[summary.format]} ${storedAs(summary)}`}</span>
          <span>{bytes(model.sizeBytes)}</span>
          {summary.license !== undefined && <span>{summary.license}</span>}
          <AliasChips aliases={model.aliases} removal={aliases} />
        </p>
        <div className="acts">
          <ActionButton needs="write" type="primary" href={hrefTo('training', 'new', { model: model.id })}>
            {text.tune}
          </ActionButton>
          <ActionButton needs="write" href={hrefTo('deployments', { dialog: 'new', model: model.id })}>
            {text.deploy}
          </ActionButton>
          <Button href={hrefTo('playground', { model: model.id })}>{text.play}</Button>
        </div>
        {isBroken && (
          <Fault
            title={names[model.state]}
            cause={model.problem ?? text.broken(name)}
            remedy={text.brokenRemedy}
            actions={
              <ActionButton needs="write" size="small" onClick={() => verify.mutate({ id: model.id })}>
                {text.verify}
              </ActionButton>
            }
          />
        )}
        {jobId !== undefined && <JobLine key={jobId} id={jobId} title={text.verifyingNow} />}
        {verify.error && <FailureFault error={verify.error} title={text.notDone} />}
        {removal.error && <FailureFault error={removal.error} title={text.notDone} />}
        {aliases.error && <FailureFault error={aliases.error} title={text.notDone} />}
      </header>
      <Tabs
        activeKey={tab}
        onChange={key => setQuery({ tab: key })}
        items={tabs.map(key => ({ key, label: tabNames[key] }))}
      />
      <div className="ins-body col grow">
        {tab === 'overview' && <Overview model={model} />}
        {tab === 'lineage' && <LineageTab model={model} />}
        {tab === 'files' && <FilesTab model={model} />}
        {tab === 'versions' && <VersionsTab model={model} />}
        {tab === 'evaluations' && <EvaluationsTab model={model} />}
        {tab === 'deployments' && <DeploymentsTab model={model} />}
      </div>
      {query.dialog === 'edit' && <EditDialog model={model} onClose={closeDialog} />}
      {query.dialog === 'convert' && canConvert(model) && <ConvertDialog model={model} onClose={closeDialog} />}
      {query.dialog === 'export' && <ExportDialog model={model} onClose={closeDialog} />}
    </>
  )
}

/** When the bytes were last compared with what was recorded. */
function Verified({ model }: { readonly model: ModelDetail }) {
  const text = useText(inspectorText)
  const names = useText(modelsText)
  const language = useView(view => view.language)
  const nowMs = useNow()
  const times = model.files.flatMap(({ verifiedAt }) => (verifiedAt === undefined ? [] : [verifiedAt])).sort()
  const oldest = times[0]
  if (model.state !== 'ready' || oldest === undefined || times.length < model.files.length) return names[model.state]
  const isNow = nowMs - Date.parse(oldest) < 60_000
  return (
    <span title={dateTime(oldest)}>{isNow ? text.verifiedNow : text.verifiedAt(ago(oldest, nowMs, language))}</span>
  )
}
