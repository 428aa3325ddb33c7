import { Checkbox, Switch } from 'antd'
import type { JobKind } from '../../../main/contract/jobs.ts'
import { desktop } from '../../lib/desktop.ts'
import { useText } from '../../lib/i18n.ts'
import { jobKindText } from '../../lib/job-words.ts'
import { canNotifyOutside, type NotificationChoice, useNotificationChoice } from '../../lib/notification-choice.ts'
import { Setting } from './Setting.tsx'
import { settingsText } from './text.ts'

/** Which ends of jobs are worth a note, and whether they are told outside the window too. */
export function NotificationSettings() {
  const text = useText(settingsText)
  const kinds = useText(jobKindText)
  const { muted, isOutside } = useNotificationChoice()
  const set = (part: Partial<NotificationChoice>) => useNotificationChoice.setState(part)
  const isDenied = canNotifyOutside && Notification.permission === 'denied'
  const turnOutside = async (wanted: boolean) =>
    set({ isOutside: wanted && (await Notification.requestPermission()) === 'granted' })
  return (
    <section className="sec" aria-labelledby="settings-notifications">
      <h2 id="settings-notifications">{text.notifications}</h2>
      <p className="sub">{text.notifyWhy}</p>
      <Setting name={text.notifyKinds}>
        <div className="settings-kinds" role="group" aria-label={text.notifyKinds}>
          {(Object.keys(kinds) as JobKind[]).map(kind => (
            <Checkbox
              key={kind}
              checked={!muted.includes(kind)}
              onChange={event =>
                set({ muted: event.target.checked ? muted.filter(each => each !== kind) : [...muted, kind] })
              }
            >
              {kinds[kind]}
            </Checkbox>
          ))}
        </div>
      </Setting>
      {desktop ? (
        <p className="hint">{text.notifyDesktop}</p>
      ) : (
        canNotifyOutside && (
          <Setting name={text.notifyOutside} note={isDenied ? text.notifyDenied : text.notifyOutsideWhy}>
            <Switch
              aria-label={text.notifyOutside}
              disabled={isDenied}
              checked={isOutside && !isDenied}
              onChange={checked => void turnOutside(checked)}
            />
          </Setting>
        )
      )}
    </section>
  )
}
