import { Dropdown } from 'antd'
import { KeyRound } from 'lucide-react'
import { signOut, useAccess } from '../lib/access.ts'
import { dateTime, middle } from '../lib/format.ts'
import { dictionary, useText } from '../lib/i18n.ts'
import { scopeText } from '../lib/scope-words.ts'

const phrases = dictionary({
  by: [(key: string) => `Signed in with the key “${key}”`, (key: string) => `已用密钥“${key}”登录`],
  until: [(time: string) => `The key is valid until ${time}`, (time: string) => `密钥有效期至 ${time}`],
  leave: ['Sign out', '退出登录'],
  join: [', ', '、'],
})

/** In the status bar of a session that a key opened: whose key, what it may do, and the way out. */
export function KeySession() {
  const text = useText(phrases)
  const scopes = useText(scopeText)
  const access = useAccess()
  if (access?.kind !== 'session' || !access.key) return null
  const { name, expiresAt } = access.key
  return (
    <Dropdown
      trigger={['click']}
      placement="topLeft"
      menu={{
        items: [
          { key: 'by', label: text.by(middle(name, 40)), disabled: true },
          { key: 'until', label: text.until(dateTime(expiresAt)), disabled: true },
          { type: 'divider' },
          { key: 'leave', label: text.leave, onClick: () => void signOut() },
        ],
      }}
    >
      <button type="button" className="key-session" title={text.by(name)}>
        <KeyRound size={12} />
        <span className="ell" dir="auto">
          {middle(name, 24)}
        </span>
        <em>{access.scopes.map(scope => scopes[scope]).join(text.join)}</em>
      </button>
    </Dropdown>
  )
}
