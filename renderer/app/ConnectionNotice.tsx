import { Button } from 'antd'
import { useEffect, useState } from 'react'
import { useConnection } from '../lib/connection.ts'
import { duration } from '../lib/format.ts'
import { dictionary, useText } from '../lib/i18n.ts'
import { useView } from '../lib/view.ts'
import { Glyph } from '../ui/Glyph.tsx'

const phrases = dictionary({
  lost: ['The backend does not answer.', '后端没有响应。'],
  goesOn: [
    'What you see may be old; what you typed is kept. Jobs go on, and this window connects again by itself.',
    '当前内容可能已过时，已输入的内容会保留。任务仍在运行，窗口会自动重新连接。',
  ],
  silent: ['The backend is not answering.', '后端暂无响应。'],
  silentFor: [(time: string) => `Silent for ${time}.`, (time: string) => `已持续 ${time}。`],
  waits: [
    'What you see may be old; what you typed is kept. Jobs go on. If this lasts, start Slipway again.',
    '当前内容可能已过时，已输入的内容会保留。任务仍在运行。若一直没有恢复，请重新启动 Slipway。',
  ],
  outdated: ['Slipway was updated.', 'Slipway 已更新。'],
  reload: ['Load the new version', '加载新版本'],
})

/** Says over every page that the backend is gone, silent, or was replaced; says nothing while all is well. */
export function ConnectionNotice() {
  const text = useText(phrases)
  const connection = useConnection()
  const { state } = connection
  if (state !== 'lost' && state !== 'silent' && state !== 'outdated') return null
  return (
    <div className="notice" role="alert">
      <Glyph state="lost" size={14} />
      <b>{text[state]}</b>
      {state === 'lost' && <span>{text.goesOn}</span>}
      {state === 'silent' && (
        <span>
          <SilentFor sinceMs={connection.sinceMs} /> {text.waits}
        </span>
      )}
      {state === 'outdated' && (
        <Button size="small" type="primary" onClick={() => location.reload()}>
          {text.reload}
        </Button>
      )}
    </div>
  )
}

/** How long it has been, second by second; to be read, not announced each time. */
function SilentFor({ sinceMs }: { readonly sinceMs: number }) {
  const text = useText(phrases)
  const language = useView(view => view.language)
  const [nowMs, setNowMs] = useState(() => performance.now())
  useEffect(() => {
    const timer = window.setInterval(() => setNowMs(performance.now()), 1_000)
    return () => window.clearInterval(timer)
  }, [])
  return (
    <span aria-live="off" className="tab">
      {text.silentFor(duration((nowMs - sinceMs) / 1000, language))}
    </span>
  )
}
