import { app, type Session } from 'electron'
import type { Log } from '../platform/log.ts'
import { isOurs, scheme } from './origin.ts'

/** Electron before 25 gives the address beside the event, today's within it. */
type Navigation = { readonly preventDefault: () => void; readonly url?: string }

/**
 * What every page of this program may not do, whatever it shows: leave the workstation's origin, open a window, attach a
 * webview. Call it before the first window.
 */
export function guardContents(log: Log): void {
  app.on('web-contents-created', (_event, contents) => {
    const refuseForeign = (event: Navigation, positional?: string) => {
      const url = event.url ?? positional ?? ''
      if (isOurs(url)) return
      event.preventDefault()
      log.warn('navigation refused', { url: url.slice(0, 300) })
    }
    contents.on('will-navigate', refuseForeign)
    contents.on('will-redirect', refuseForeign)
    contents.on('will-frame-navigate', event => refuseForeign(event))
    contents.on('will-attach-webview', event => event.preventDefault())
    // Links are opened by the preload script after a real click; a script cannot open anything.
    contents.setWindowOpenHandler(({ url }) => {
      log.warn('window refused', { url: url.slice(0, 300) })
      return { action: 'deny' }
    })
  })
}

/**
 * No page gets a permission: Electron grants all of them by default. And nothing leaves the machine: the window asks the
 * backend and nobody else, whatever a page, an extension of Chromium or a dictionary would like to fetch. The backend is
 * asked only by our own page: it takes every request of the shell for its owner's, and Chromium enforces no origin for a
 * scheme like ours.
 */
export function guardSession(session: Session, log: Log): void {
  session.setPermissionCheckHandler(() => false)
  session.setPermissionRequestHandler((_contents, permission, answer) => {
    log.warn('permission refused', { permission })
    answer(false)
  })
  session.setDevicePermissionHandler(() => false)
  session.setSpellCheckerEnabled(false)
  session.webRequest.onBeforeRequest(({ url, resourceType, frame }, answer) => {
    const isAllowed = url.startsWith(`${scheme}:`)
      ? resourceType === 'mainFrame' || isOurs(frame?.url ?? '')
      : localSchemes.has(url.slice(0, url.indexOf(':') + 1))
    if (!isAllowed) log.warn('request refused', { url: url.slice(0, 300), by: frame?.url.slice(0, 300) })
    answer({ cancel: !isAllowed })
  })
}

const localSchemes = new Set(['blob:', 'data:', 'devtools:'])
