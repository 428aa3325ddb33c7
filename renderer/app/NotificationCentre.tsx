import { Button, Drawer } from 'antd'
import { useEffect, useState } from 'react'
import { useSaid } from '../lib/backend-words.ts'
import { useNow } from '../lib/clock.ts'
import { ago, dateTime } from '../lib/format.ts'
import { dictionary, useText } from '../lib/i18n.ts'
import { jobGlyph, jobKindText, jobStateText, pageOfKind, useJobName } from '../lib/job-words.ts'
import { named } from '../lib/marks.ts'
import { hrefTo } from '../lib/route.ts'
import { useView } from '../lib/view.ts'
import { Glyph } from '../ui/Glyph.tsx'
import { clearNotifications, markAllSeen, useNotifications } from './notifications.ts'

const phrases = dictionary({
  title: ['Notifications', '通知'],
  none: [
    'Nothing ended yet. Runs, imports, evaluations and builds are noted here when they end.',
    '暂无通知。训练、导入、评测和环境构建结束后会记录在这里。',
  ],
  clear: ['Clear all', '全部清除'],
  undo: ['Undo', '撤销'],
})

/** What ended, newest first; opening it marks all of it as seen. */
export function NotificationCentre() {
  const text = useText(phrases)
  const kinds = useText(jobKindText)
  const states = useText(jobStateText)
  const language = useView(view => view.language)
  const set = useView(view => view.set)
  const items = useNotifications(state => state.items)
  const nowMs = useNow()
  const said = useSaid()
  const nameOf = useJobName()
  // Offered where they were: a dialog holds the keyboard, which reaches no message beside it.
  const [bringBack, setBringBack] = useState<() => void>()
  useEffect(() => markAllSeen(), [])
  const close = () => set({ overlay: undefined })
  return (
    <Drawer
      open
      title={text.title}
      size={400}
      onClose={close}
      extra={
        items.length > 0 ? (
          <Button
            size="small"
            type="text"
            onClick={() => {
              const undo = clearNotifications()
              setBringBack(() => undo)
            }}
          >
            {text.clear}
          </Button>
        ) : (
          bringBack && (
            <Button size="small" type="text" onClick={bringBack}>
              {text.undo}
            </Button>
          )
        )
      }
    >
      {items.length === 0 && <p className="sub">{text.none}</p>}
      <ul className="notes">
        {items.map(({ jobId, kind, name, subjectId, state, at, message }) => {
          const page = pageOfKind[kind]
          return (
            <li key={jobId}>
              <Glyph state={jobGlyph[state]} label={states[state]} />
              <a href={page ? hrefTo(page, subjectId) : hrefTo('jobs', jobId)} onClick={close}>
                <b>{nameOf({ kind, name })}</b>
                <p className="sub">{named(kinds[kind], states[state])}</p>
                {message && <p className="dim">{said(message)}</p>}
              </a>
              <time className="dim" dateTime={at} title={dateTime(at)}>
                {ago(at, nowMs, language)}
              </time>
            </li>
          )
        })}
      </ul>
    </Drawer>
  )
}
