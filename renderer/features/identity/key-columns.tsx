import { useMutation } from '@tanstack/react-query'
import { App, Button } from 'antd'
import type { ApiKey } from '../../../main/contract/identity.ts'
import { api } from '../../lib/client.ts'
import { useNow } from '../../lib/clock.ts'
import { dateTime, middle } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { scopeText } from '../../lib/scope-words.ts'
import { useWidth } from '../../lib/width.ts'
import { Chip } from '../../ui/bits.tsx'
import { Glyph } from '../../ui/Glyph.tsx'
import type { Column } from '../../ui/VirtualGrid.tsx'
import { keyGlyph, stateOf } from './key-state.ts'
import { keysText, scopeWhy } from './text.ts'

/** Revoking cannot be undone, so it is asked about, with when the key was last used. */
export function useRevoke() {
  const text = useText(keysText)
  const { modal } = App.useApp()
  const { mutate, error } = useMutation(api.keys.revoke.mutationOptions())
  const ask = ({ id, name, lastUsedAt }: ApiKey) =>
    modal.confirm({
      title: text.revokeTitle(middle(name)),
      content: text.revokeWhat(lastUsedAt === undefined ? text.never : dateTime(lastUsedAt)),
      okText: text.revokeDo,
      okButtonProps: { danger: true },
      cancelText: text.keep,
      autoFocusButton: 'cancel',
      onOk: () => mutate({ id }),
    })
  return { ask, error }
}

export function useKeyColumns(keys: readonly ApiKey[], revoke: (key: ApiKey) => void): readonly Column[] {
  const text = useText(keysText)
  const scopes = useText(scopeText)
  const why = useText(scopeWhy)
  const nowMs = useNow()
  const width = useWidth()
  const cell = (show: (key: ApiKey) => React.ReactNode) => (index: number) => {
    const key = keys[index]
    return key && show(key)
  }
  const all: readonly (Column & { readonly fromPx?: number })[] = [
    {
      key: 'name',
      title: text.name,
      width: 'minmax(160px,1fr)',
      cell: cell(key => (
        <span className="nm">
          <Glyph state={keyGlyph[stateOf(key, nowMs)]} label={text[stateOf(key, nowMs)]} quiet />
          <b dir="auto" title={key.name}>
            {middle(key.name)}
          </b>
        </span>
      )),
    },
    {
      key: 'scopes',
      title: text.scopes,
      width: 'minmax(140px,220px)',
      cell: cell(key => (
        <span className="key-scopes">
          {key.scopes.map(scope => (
            <Chip key={scope} title={why[scope]} {...(scope === 'admin' && { tone: 'warn' as const })}>
              {scopes[scope]}
            </Chip>
          ))}
        </span>
      )),
    },
    { key: 'state', title: text.state, width: '96px', cell: cell(key => text[stateOf(key, nowMs)]) },
    {
      key: 'used',
      title: text.used,
      width: '172px',
      fromPx: 1_000,
      cell: cell(key => (
        <span className={key.lastUsedAt ? undefined : 'dim'}>
          {key.lastUsedAt ? dateTime(key.lastUsedAt) : text.never}
        </span>
      )),
    },
    { key: 'expires', title: text.expires, width: '172px', cell: cell(key => dateTime(key.expiresAt)) },
    {
      key: 'created',
      title: text.created,
      width: '172px',
      fromPx: 1_200,
      cell: cell(key => <span className="dim">{dateTime(key.createdAt)}</span>),
    },
    {
      key: 'revoke',
      title: '',
      width: '104px',
      align: 'right',
      cell: cell(
        key =>
          key.revokedAt === undefined && (
            <Button size="small" type="text" danger aria-label={text.revokeName(key.name)} onClick={() => revoke(key)}>
              {text.revoke}
            </Button>
          ),
      ),
    },
  ]
  return all.filter(({ fromPx = 0 }) => width >= fromPx)
}
