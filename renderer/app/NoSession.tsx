import { dictionary, useText } from '../lib/i18n.ts'
import { Empty } from '../ui/Empty.tsx'

const phrases = dictionary({
  title: ['This browser has no session', '此浏览器没有会话'],
  why: [
    'Slipway lets nobody in who cannot show that they own this machine: each launch link works once, for one minute, and a session lasts twelve hours. Make a new link in a terminal and open it here.',
    'Slipway 只允许本机的拥有者进入：每个启动链接只能使用一次，有效期一分钟；会话有效期十二小时。请在终端中生成新链接并在此打开。',
  ],
})

/** What somebody sees who opened the bare address, or whose session has ended. */
export function NoSession() {
  const text = useText(phrases)
  return (
    <main className="page alone">
      <Empty title={text.title} command="npx slipway serve">
        {text.why}
      </Empty>
    </main>
  )
}
