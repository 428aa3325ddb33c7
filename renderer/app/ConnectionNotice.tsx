import { Button } from 'antd'
import { useConnection } from '../lib/connection.ts'
import { dictionary, useText } from '../lib/i18n.ts'
import { Glyph } from '../ui/Glyph.tsx'

const phrases = dictionary({
  lost: ['The backend does not answer.', '后端没有响应。'],
  goesOn: [
    'What you see may be old; what you typed is kept. Jobs go on, and this window connects again by itself.',
    '当前内容可能已过时，已输入的内容会保留。任务仍在运行，窗口会自动重新连接。',
  ],
  outdated: ['Slipway was updated.', 'Slipway 已更新。'],
  reload: ['Load the new version', '加载新版本'],
})

/** Says over every page that the backend is gone, or was replaced; silent while all is well. */
export function ConnectionNotice() {
  const text = useText(phrases)
  const state = useConnection(connection => connection.state)
  if (state !== 'lost' && state !== 'outdated') return null
  return (
    <div className="notice" role="alert">
      <Glyph state="lost" size={14} />
      <b>{state === 'lost' ? text.lost : text.outdated}</b>
      {state === 'lost' && <span>{text.goesOn}</span>}
      {state === 'outdated' && (
        <Button size="small" type="primary" onClick={() => location.reload()}>
          {text.reload}
        </Button>
      )}
    </div>
  )
}
