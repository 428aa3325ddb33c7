import { App, ConfigProvider } from 'antd'
import enUS from 'antd/locale/en_US'
import zhCN from 'antd/locale/zh_CN'
import { useEffect, useLayoutEffect, useMemo, useState } from 'react'
import { cspNonce } from '../lib/csp-nonce.ts'
import { onSystemTheme, themeOf, useView } from '../lib/view.ts'
import { antdTheme } from '../ui/theme.ts'
import { cssVariables } from '../ui/tokens.ts'

// Without animations antd must not wait for their end: what appears would stay transparent.
const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches

/** Draws what is inside in the chosen theme and language, and follows the system where that was chosen. */
export function Theme({ children }: { readonly children: React.ReactNode }) {
  const choice = useView(view => view.theme)
  const language = useView(view => view.language)
  const [, redraw] = useState(0)
  useEffect(() => onSystemTheme(() => redraw(count => count + 1)), [])
  const name = themeOf(choice)
  useLayoutEffect(() => {
    const page = document.documentElement
    for (const [property, value] of cssVariables(name)) page.style.setProperty(property, value)
    page.dataset.theme = name
    page.lang = language === 'zh' ? 'zh-CN' : 'en'
  }, [name, language])
  const theme = useMemo(() => {
    const { token, ...rest } = antdTheme(name)
    return { ...rest, token: { ...token, motion: !isStill } }
  }, [name])
  return (
    <ConfigProvider
      theme={theme}
      locale={language === 'zh' ? zhCN : enUS}
      csp={{ nonce: cspNonce }}
      wave={{ disabled: true }}
      button={{ autoInsertSpace: false }}
    >
      <App className="root" message={{ top: 56, maxCount: 3 }}>
        {children}
      </App>
    </ConfigProvider>
  )
}
