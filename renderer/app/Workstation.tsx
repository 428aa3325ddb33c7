import { Suspense, useEffect, useState } from 'react'
import { useMay } from '../lib/access.ts'
import { useConnection } from '../lib/connection.ts'
import { useText } from '../lib/i18n.ts'
import { useRoute } from '../lib/route.ts'
import { useView } from '../lib/view.ts'
import { ConnectionNotice } from './ConnectionNotice.tsx'
import { DamageNotice } from './DamageNotice.tsx'
import { DropZone } from './DropZone.tsx'
import { useDesktopBridge } from './desktop-bridge.ts'
import { focusFirstFields } from './dialog-focus.ts'
import { JobTray } from './JobTray.tsx'
import { KeySheet } from './KeySheet.tsx'
import { NoPermissionPage } from './NoPermissionPage.tsx'
import { NoSession } from './NoSession.tsx'
import { NotificationCentre } from './NotificationCentre.tsx'
import { navigationText, type PageName } from './navigation.ts'
import { PageBoundary } from './PageBoundary.tsx'
import { CommandPalette } from './palette/CommandPalette.tsx'
import { Rail } from './Rail.tsx'
import { StatusBar } from './StatusBar.tsx'
import { isPage, pageNeeds, readAhead, screenOf } from './screens.ts'
import { useShortcuts } from './shortcuts.ts'
import { TopBar } from './TopBar.tsx'

const readAheadAfterMs = 1_500

/** The frame: top bar, rail, the page that the address names, status bar, and what floats above them. */
export function Workstation() {
  const { path } = useRoute()
  const overlay = useView(view => view.overlay)
  const isTrayOpen = useView(view => view.isTrayOpen)
  const connection = useConnection(({ state }) => state)
  useShortcuts()
  useDesktopBridge()
  useEffect(focusFirstFields, [])
  useEffect(() => {
    const timer = window.setTimeout(readAhead, readAheadAfterMs)
    return () => window.clearTimeout(timer)
  }, [])
  const page = isPage(path[0]) ? path[0] : 'home'
  const name = useText(navigationText)[page]
  useEffect(() => {
    document.title = `${name} · Slipway`
  }, [name])
  if (connection === 'refused') return <NoSession />
  return (
    <div className={`frame${connection === 'lost' || connection === 'silent' ? ' is-lost' : ''}`}>
      <TopBar />
      <Rail page={page} />
      <PageBoundary key={page} page={page} at={path.join('/')}>
        <OpenPage page={page} />
      </PageBoundary>
      <StatusBar />
      <ConnectionNotice />
      <DamageNotice />
      {isTrayOpen && <JobTray />}
      {overlay === 'palette' && <CommandPalette />}
      {overlay === 'notifications' && <NotificationCentre />}
      <KeySheet />
      <DropZone />
    </div>
  )
}

/** The screen of a page, or why it stays closed to whoever sits here. */
function OpenPage({ page }: { readonly page: PageName }) {
  const needs = pageNeeds[page]
  const may = useMay(needs ?? 'read')
  // Chosen once: the same page stays what it is when its code has come.
  const [Screen] = useState(() => screenOf(page))
  if (needs !== undefined && may === undefined) return <PageBones />
  if (needs !== undefined && !may) return <NoPermissionPage page={page} scope={needs} />
  return (
    <Suspense fallback={<PageBones />}>
      <Screen />
    </Suspense>
  )
}

const PageBones = () => (
  <main className="page" aria-busy>
    <header className="head">
      <i className="bone" style={{ width: 180, height: 14 }} />
    </header>
  </main>
)
