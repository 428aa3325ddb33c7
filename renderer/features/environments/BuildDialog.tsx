import { useMutation } from '@tanstack/react-query'
import { Checkbox, Input, Modal, Segmented, Select } from 'antd'
import type { Backend, Environment } from '../../../main/contract/environments.ts'
import { useSaid } from '../../lib/backend-words.ts'
import { api } from '../../lib/client.ts'
import { useDraft } from '../../lib/draft.ts'
import { bytes } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { setQuery } from '../../lib/route.ts'
import { DialogButtons } from '../../ui/DialogButtons.tsx'
import { FailureFault } from '../../ui/Fault.tsx'
import { PathField } from '../files/PathField.tsx'
import { type BuildDraft, buildCommand, buildInput, emptyDraft, isBuildDraft, isComplete } from './build-draft.ts'
import { backendText, environmentsText } from './text.ts'

type Props = { readonly environment: Environment; readonly label: string }

/** What to build for and where the packages come from; the estimate says what it will download and take. */
export function BuildDialog({ environment, label }: Props) {
  const text = useText(environmentsText)
  const backends = useText(backendText)
  const said = useSaid()
  const { name, recommended } = environment
  const [draft, setDraft, clear] = useDraft<BuildDraft>(`environments.build.${name}`, emptyDraft, isBuildDraft)
  const close = () => setQuery({ dialog: undefined })
  const build = useMutation(
    api.environments.build.mutationOptions({
      onSuccess: () => {
        clear()
        close()
      },
    }),
  )
  const set = (part: Partial<BuildDraft>) => setDraft(before => ({ ...before, ...part }))
  const wanted = draft.backend === 'auto' ? recommended.backend : draft.backend
  const offer = environment.backends.find(({ backend }) => backend === wanted)
  const canBuild = isComplete(draft) && offer?.available !== false
  const start = () => build.mutate(buildInput(name, draft))
  const isThere = environment.path !== undefined
  return (
    <Modal
      open
      title={text.buildTitle(label)}
      width={600}
      onCancel={close}
      footer={
        <DialogButtons
          action={text.buildDo}
          needs="admin"
          isReady={canBuild}
          isRunning={build.isPending}
          onAct={start}
          onCancel={close}
        />
      }
    >
      <div className="env-form">
        <div className="field">
          <label htmlFor="build-backend">{text.backend}</label>
          <div className="ctl">
            <Select<Backend | 'auto'>
              id="build-backend"
              style={{ width: '100%' }}
              value={draft.backend}
              options={[
                { value: 'auto', label: text.auto(backends[recommended.backend]) },
                ...environment.backends.map(({ backend, available }) => ({
                  value: backend,
                  label: backends[backend],
                  disabled: !available,
                })),
              ]}
              onChange={backend => set({ backend })}
            />
          </div>
        </div>
        <p className="hint">
          {offer?.missing !== undefined
            ? said(offer.missing)
            : offer?.downloadBytes !== undefined && offer.diskBytes !== undefined
              ? text.download(bytes(offer.downloadBytes), bytes(offer.diskBytes))
              : said(recommended.reason)}
        </p>
        <div className="field">
          <span className="sub">{text.from}</span>
          <div className="ctl">
            <Segmented<BuildDraft['from']>
              aria-label={text.from}
              value={draft.from}
              options={[
                { value: 'index', label: text.fromIndex },
                { value: 'mirror', label: text.fromMirror },
                { value: 'folder', label: text.fromFolder },
              ]}
              onChange={from => set({ from })}
            />
          </div>
        </div>
        {draft.from === 'index' && <p className="hint">{text.indexHint}</p>}
        {draft.from === 'mirror' && (
          <>
            <div className="field">
              <label htmlFor="build-mirror">{text.mirror}</label>
              <div className="ctl">
                <Input
                  id="build-mirror"
                  className="mono"
                  dir="ltr"
                  placeholder="https://"
                  value={draft.mirror}
                  onChange={event => set({ mirror: event.target.value })}
                />
              </div>
            </div>
            <p className="hint">{text.mirrorHint}</p>
          </>
        )}
        {draft.from === 'folder' && (
          <>
            <div className="field">
              <label htmlFor="build-folder">{text.folder}</label>
              <div className="ctl">
                <PathField
                  id="build-folder"
                  label={text.folder}
                  pick="folder"
                  value={draft.folder}
                  onChange={folder => set({ folder })}
                />
              </div>
            </div>
            <p className="hint">{text.folderHint}</p>
          </>
        )}
        {isThere && (
          <Checkbox checked={draft.isAgain} onChange={event => set({ isAgain: event.target.checked })}>
            {text.again}
          </Checkbox>
        )}
        <p className="sub">
          {text.cli} <code>{buildCommand(name, draft)}</code>
        </p>
        {build.error && <FailureFault error={build.error} title={text.notBuilt} />}
      </div>
    </Modal>
  )
}
