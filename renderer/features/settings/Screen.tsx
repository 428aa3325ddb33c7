import type { ComponentType } from 'react'
import { useText } from '../../lib/i18n.ts'
import { hrefTo, useRoute } from '../../lib/route.ts'
import { Page } from '../../ui/Page.tsx'
import { About } from './About.tsx'
import { ApiSettings } from './ApiSettings.tsx'
import { Appearance } from './Appearance.tsx'
import { Backups } from './Backups.tsx'
import { DataSettings } from './DataSettings.tsx'
import { KeyboardSettings } from './KeyboardSettings.tsx'
import { NotificationSettings } from './NotificationSettings.tsx'
import { Storage } from './storage/Storage.tsx'
import { type SettingsSection, settingsSections, settingsText } from './text.ts'
import './settings.css'

const sections: Record<SettingsSection, ComponentType> = {
  general: Appearance,
  notifications: NotificationSettings,
  api: ApiSettings,
  data: DataSettings,
  storage: Storage,
  backup: Backups,
  keyboard: KeyboardSettings,
  about: About,
}

const isSection = (name: string | undefined): name is SettingsSection =>
  name !== undefined && Object.hasOwn(sections, name)

/** What a person chose, and what this installation is. */
export function Screen() {
  const text = useText(settingsText)
  const { query } = useRoute()
  const section = isSection(query.section) ? query.section : 'general'
  const Content = sections[section]
  return (
    <Page title={text.title}>
      <nav className="side l settings-nav" aria-label={text.sections}>
        {settingsSections.map(name => (
          <a
            key={name}
            href={hrefTo('settings', { section: name })}
            className={name === section ? 'on' : undefined}
            aria-current={name === section ? 'page' : undefined}
          >
            {text[name]}
          </a>
        ))}
      </nav>
      <div className="scroll grow settings">
        <Content />
      </div>
    </Page>
  )
}
