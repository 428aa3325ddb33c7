import { Tooltip } from 'antd'
import { Languages, MoonStar, Sun } from 'lucide-react'
import { dictionary, useText } from '../lib/i18n.ts'
import { themeOf, useView } from '../lib/view.ts'

const phrases = dictionary({
  language: ['中文', 'English'],
  theme: ['Switch between dark and light', '切换深色和浅色'],
})

/** The two choices that a person makes anywhere, also before there is a session. */
export function LanguageAndTheme() {
  const text = useText(phrases)
  const theme = useView(view => view.theme)
  const language = useView(view => view.language)
  const set = useView(view => view.set)
  const isDark = themeOf(theme) === 'dark'
  return (
    <>
      <button
        type="button"
        lang={language === 'en' ? 'zh-CN' : 'en'}
        onClick={() => set({ language: language === 'en' ? 'zh' : 'en' })}
      >
        <Languages size={13} />
        {text.language}
      </button>
      <Tooltip title={text.theme} placement="topRight">
        <button type="button" aria-label={text.theme} onClick={() => set({ theme: isDark ? 'light' : 'dark' })}>
          {isDark ? <Sun size={13} /> : <MoonStar size={13} />}
        </button>
      </Tooltip>
    </>
  )
}
