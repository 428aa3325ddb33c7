import { Segmented } from 'antd'
import { useText } from '../../lib/i18n.ts'
import { type Language, type ThemeChoice, useView } from '../../lib/view.ts'
import { Setting } from './Setting.tsx'
import { settingsText } from './text.ts'

/** Language, theme and rail: applied at once, and kept. */
export function Appearance() {
  const text = useText(settingsText)
  const { theme, language, isRailWide, set } = useView()
  return (
    <section className="sec" aria-labelledby="settings-general">
      <h2 id="settings-general">{text.general}</h2>
      <Setting name={text.language}>
        <Segmented<Language>
          aria-label={text.language}
          value={language}
          options={[
            { value: 'en', label: <span lang="en">{languageNames.en}</span> },
            { value: 'zh', label: <span lang="zh-CN">{languageNames.zh}</span> },
          ]}
          onChange={value => set({ language: value })}
        />
      </Setting>
      <Setting name={text.theme}>
        <Segmented<ThemeChoice>
          aria-label={text.theme}
          value={theme}
          options={[
            { value: 'dark', label: text.dark },
            { value: 'light', label: text.light },
            { value: 'system', label: text.system },
          ]}
          onChange={value => set({ theme: value })}
        />
      </Setting>
      <Setting name={text.rail}>
        <Segmented<boolean>
          aria-label={text.rail}
          value={isRailWide}
          options={[
            { value: true, label: text.wide },
            { value: false, label: text.narrow },
          ]}
          onChange={value => set({ isRailWide: value })}
        />
      </Setting>
      <p className="hint">{text.perWindow}</p>
    </section>
  )
}

/** A language is called by its own name, in whichever language the page is. */
const languageNames: Record<Language, string> = { en: 'English', zh: '中文' }
