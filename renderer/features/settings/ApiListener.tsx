import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, InputNumber, Switch } from 'antd'
import { useState } from 'react'
import { useLack } from '../../lib/access.ts'
import { api } from '../../lib/client.ts'
import { copyText } from '../../lib/copy.ts'
import { dateTime } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { ActionButton } from '../../ui/ActionButton.tsx'
import { FailureFault, Fault } from '../../ui/Fault.tsx'
import { Setting } from './Setting.tsx'
import { settingsText } from './text.ts'

const lowestPort = 1024
const highestPort = 65_535

/** Opens and closes the one port of the backend, on this machine's loopback address, and makes links for a browser. */
export function ApiListener() {
  const text = useText(settingsText)
  const queries = useQueryClient()
  const { modal, message } = App.useApp()
  const [port, setPort] = useState<number | null>()
  const lack = useLack('admin')
  const { data, error, refetch } = useQuery(api.settings.get.queryOptions({ input: {} }))
  const isOwnDoor = data?.listener.state === 'on' && location.origin === data.listener.address
  const update = useMutation(
    api.settings.update.mutationOptions({
      onSuccess: answer => {
        setPort(undefined)
        const { listener: now } = answer
        // This window came in by the port that was changed: it moves with it, and its session is still good.
        if (isOwnDoor && now.state === 'on' && now.address !== location.origin)
          return location.replace(`${now.address}/${location.hash}`)
        queries.setQueryData(api.settings.get.queryOptions({ input: {} }).queryKey, answer)
        void queries.invalidateQueries({ queryKey: api.system.key() })
      },
    }),
  )
  const link = useMutation(
    api.system.launchLink.mutationOptions({
      onSuccess: async ({ url, expiresAt }) => {
        await copyText(url)
        void message.success(text.linkCopied(dateTime(expiresAt)), 6)
      },
    }),
  )
  if (error && !data) return <FailureFault error={error} title={text.unread} onRetry={() => void refetch()} />
  if (!data) return <i className="bone" style={{ width: 220, height: 28 }} aria-busy />
  const { settings, listener } = data
  const isOn = listener.state === 'on'
  const isFixed = listener.state === 'on' && listener.isFixed
  const wished = port === undefined ? settings.apiPort : port
  const turn = (apiListener: boolean) => {
    const apply = () => update.mutate({ apiListener, ...(apiListener && wished !== null && { apiPort: wished }) })
    if (apiListener || !isOwnDoor) return apply()
    modal.confirm({
      title: text.closeOwnTitle,
      content: text.closeOwnWhat,
      okText: text.closeOwnDo,
      okButtonProps: { danger: true },
      cancelText: text.keepOpen,
      autoFocusButton: 'cancel',
      onOk: apply,
    })
  }
  const canApply = !isFixed && wished !== null && wished !== settings.apiPort
  return (
    <>
      <Setting name={text.listener} note={lack ?? (isFixed ? text.listenerFixed : text.listenerNote)}>
        <Switch
          aria-label={text.listener}
          checked={isOn}
          disabled={isFixed || lack !== undefined}
          loading={update.isPending}
          onChange={turn}
        />
      </Setting>
      <Setting name={text.port} note={text.portNote}>
        <span className="settings-port">
          <InputNumber
            aria-label={text.port}
            min={lowestPort}
            max={highestPort}
            precision={0}
            disabled={isFixed || lack !== undefined}
            value={listener.state === 'on' && isFixed ? listener.port : wished}
            onChange={value => setPort(value)}
            onPressEnter={() => canApply && update.mutate({ apiPort: wished })}
          />
          {canApply && (
            <ActionButton needs="admin" loading={update.isPending} onClick={() => update.mutate({ apiPort: wished })}>
              {text.apply}
            </ActionButton>
          )}
        </span>
      </Setting>
      {update.error && <FailureFault error={update.error} title={text.notApplied} />}
      {listener.state === 'failed' && (
        <Fault
          title={text.listenerFailed}
          cause={listener.message}
          {...(listener.hint !== undefined && { remedy: listener.hint })}
          raw={`${listener.code}: ${listener.message}`}
        />
      )}
      <Setting name={text.address} note={isOn ? text.apiOn : undefined}>
        {listener.state === 'on' ? <span className="mono">{listener.address}</span> : text.apiOff}
      </Setting>
      {isOn && (
        <Setting name={text.link} note={text.linkNote}>
          <ActionButton needs="admin" size="small" loading={link.isPending} onClick={() => link.mutate({})}>
            {text.copyLink}
          </ActionButton>
        </Setting>
      )}
      {link.error && <FailureFault error={link.error} title={text.notLinked} />}
    </>
  )
}
