import { create } from 'zustand'
import type { ThemeName } from '../ui/tokens.ts'

export type Language = 'en' | 'zh'
export type ThemeChoice = ThemeName | 'system'
export type Overlay = 'palette' | 'keys' | 'notifications'

/** What a person chose for this window, and what floats above it. Server state is never kept here. */
type View = {
  readonly theme: ThemeChoice
  readonly language: Language
  readonly isRailWide: boolean
  readonly isTrayOpen: boolean
  readonly overlay: Overlay | undefined
  readonly set: (part: Partial<Omit<View, 'set'>>) => void
}

const storageKey = 'slipway.view'
type Stored = Pick<View, 'theme' | 'language' | 'isRailWide'>

function stored(): Partial<Stored> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '{}')
    return typeof value === 'object' && value !== null ? (value as Partial<Stored>) : {}
  } catch {
    // Written by hand or cut off: the defaults are as good.
    return {}
  }
}

const first = stored()
const query = new URLSearchParams(location.hash.split('?')[1])
const oneOf = <T extends string>(value: unknown, all: readonly T[], otherwise: T): T =>
  all.find(each => each === value) ?? otherwise

export const useView = create<View>(set => ({
  theme: oneOf<ThemeChoice>(query.get('theme') ?? first.theme, ['dark', 'light', 'system'], 'system'),
  language: oneOf<Language>(
    query.get('lang') ?? first.language,
    ['en', 'zh'],
    navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en',
  ),
  isRailWide: first.isRailWide ?? true,
  isTrayOpen: false,
  overlay: undefined,
  set,
}))

useView.subscribe(({ theme, language, isRailWide }) =>
  localStorage.setItem(storageKey, JSON.stringify({ theme, language, isRailWide })),
)

const systemLight = matchMedia('(prefers-color-scheme: light)')

/** The theme that is drawn: the system's where the person did not choose. */
export const themeOf = (choice: ThemeChoice): ThemeName =>
  choice === 'system' ? (systemLight.matches ? 'light' : 'dark') : choice

export const onSystemTheme = (changed: () => void): (() => void) => {
  systemLight.addEventListener('change', changed)
  return () => systemLight.removeEventListener('change', changed)
}
