import { BrowserWindow, nativeTheme, screen } from 'electron'
import type { DesktopCommand } from '../../preload/desktop-api.ts'
import { homeUrl, isOurs } from './origin.ts'
import type { Place } from './place.ts'
import type { SettingsFile } from './settings.ts'
import { placeWindow, smallestWindow } from './window-place.ts'

export type MainWindow = {
  readonly isOpen: () => boolean
  readonly isFocused: () => boolean
  /** Opens the window, or brings the open one to the front. */
  readonly show: () => void
  /** Tells the page, or a page that is still to come. */
  readonly sendFiles: (paths: readonly string[]) => void
  readonly sendCommand: (command: DesktopCommand) => void
}

type Deps = {
  readonly place: Place
  readonly settings: SettingsFile
  /** A page is painted. */
  readonly onOpened: () => void
  readonly onClosed: () => void
}

const crashLoopMs = 10_000

/** The one window. Closed, it is really gone, with its page and memory; what runs does not depend on it. */
export function createMainWindow({ place, settings, onOpened, onClosed }: Deps): MainWindow {
  let window: BrowserWindow | undefined
  // What the page should know and is not there yet to hear.
  let waiting: (readonly [channel: string, message: unknown])[] = []

  const send = (channel: string, message: unknown) => {
    if (window && !window.webContents.isLoadingMainFrame()) window.webContents.send(channel, message)
    else waiting.push([channel, message])
  }

  const open = (): BrowserWindow => {
    const remembered = settings.current().window
    const [primary, ...others] = displays()
    const created = new BrowserWindow({
      ...placeWindow(remembered, [primary, ...others]),
      minWidth: smallestWindow.width,
      minHeight: smallestWindow.height,
      title: 'Slipway',
      icon: place.icon,
      show: false,
      backgroundColor: nativeTheme.shouldUseDarkColors ? '#101518' : '#e9eef0',
      autoHideMenuBar: true,
      ...(process.platform === 'darwin' && { titleBarStyle: 'hiddenInset' as const }),
      webPreferences: {
        preload: place.preload,
        // Chromium would fetch dictionaries from its maker's servers.
        spellcheck: false,
        devTools: !place.isPackaged,
      },
    })
    if (remembered?.state === 'maximized') created.maximize()
    if (remembered?.state === 'fullscreen') created.setFullScreen(true)
    created.once('ready-to-show', () => {
      created.show()
      onOpened()
    })
    created.on('close', () => settings.change({ window: stateOf(created) }))
    created.once('closed', () => {
      window = undefined
      onClosed()
    })
    created.webContents.on('did-finish-load', () => {
      const messages = waiting
      waiting = []
      for (const [channel, message] of messages) created.webContents.send(channel, message)
    })
    // A page that crashed, or was killed for its memory, comes back; one that crashes at once again is left to its user.
    let crashedAtMs = Number.NEGATIVE_INFINITY
    created.webContents.on('render-process-gone', (_event, { reason }) => {
      const isFirst = performance.now() - crashedAtMs > crashLoopMs
      crashedAtMs = performance.now()
      if (reason !== 'clean-exit' && isFirst) created.webContents.reload()
    })
    // Chromium's own pages (about:blank, an error) are not asked about before. Nobody should be stuck on one.
    created.webContents.on('did-navigate', (_event, url) => {
      if (!isOurs(url)) void created.loadURL(homeUrl)
    })
    // The page's own title, such as that of a run, is the window's.
    void created.loadURL(homeUrl)
    return created
  }

  return {
    isOpen: () => window !== undefined,
    isFocused: () => window?.isFocused() ?? false,
    show: () => {
      if (!window) {
        window = open()
        return
      }
      if (window.isMinimized()) window.restore()
      window.show()
      window.focus()
    },
    sendFiles: paths => send('slipway:files', paths),
    sendCommand: command => send('slipway:command', command),
  }
}

function displays(): [Electron.Rectangle, ...Electron.Rectangle[]] {
  const primary = screen.getPrimaryDisplay()
  const others = screen.getAllDisplays().filter(({ id }) => id !== primary.id)
  return [primary.workArea, ...others.map(({ workArea }) => workArea)]
}

// The bounds to come back to are those of the normal state, not of the maximized one.
const stateOf = (window: BrowserWindow) => ({
  ...window.getNormalBounds(),
  state: window.isFullScreen()
    ? ('fullscreen' as const)
    : window.isMaximized()
      ? ('maximized' as const)
      : ('normal' as const),
})
