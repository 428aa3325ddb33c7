import { Bell, Search } from 'lucide-react'
import { dictionary, useText } from '../lib/i18n.ts'
import { hrefTo } from '../lib/route.ts'
import { useView } from '../lib/view.ts'
import { Kbd } from '../ui/bits.tsx'
import { useUnread } from './notifications.ts'
import { ResourceStrip } from './ResourceStrip.tsx'

const phrases = dictionary({
  find: ['Search or run a command', '搜索，或执行命令'],
  home: ['Slipway, home', 'Slipway，首页'],
  notifications: [(unread: number) => `Notifications, ${unread} unread`, (unread: number) => `通知，${unread} 条未读`],
})

export const Mark = () => (
  <svg width="18" height="18" viewBox="0 0 18 18" aria-hidden>
    <path d="M1.5 13.6L16.5 7.4" stroke="var(--t1)" strokeWidth="1.6" strokeLinecap="round" />
    <path d="M3.2 9.9l9.4-3.9 1.5-2.3L3.6 6.4z" fill="var(--lead)" />
    <path d="M4.4 15.2v-2.6M9 15.2v-4.5M13.6 15.2V8.8" stroke="var(--t3)" strokeWidth="1.3" strokeLinecap="round" />
  </svg>
)

export function TopBar() {
  const text = useText(phrases)
  const isWide = useView(view => view.isRailWide)
  const set = useView(view => view.set)
  const unread = useUnread()
  return (
    <header className="top">
      <a className={isWide ? 'brand' : 'brand small'} href={hrefTo('home')} aria-label={text.home}>
        <Mark />
        {isWide && <b>Slipway</b>}
      </a>
      <button type="button" className="find" onClick={() => set({ overlay: 'palette' })}>
        <Search size={14} strokeWidth={1.8} />
        <span>{text.find}</span>
        <Kbd keys="Ctrl K" />
      </button>
      <div className="grow" />
      <ResourceStrip />
      <button
        type="button"
        className={unread > 0 ? 'icon bell unread' : 'icon bell'}
        aria-label={text.notifications(unread)}
        title={text.notifications(unread)}
        onClick={() => set({ overlay: 'notifications' })}
      >
        <Bell size={15} strokeWidth={1.7} />
      </button>
    </header>
  )
}
