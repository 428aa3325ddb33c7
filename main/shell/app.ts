import { delimiter, join, resolve } from 'node:path'
import { app, dialog, nativeTheme, session } from 'electron'
import type { DesktopLanguage } from '../../preload/desktop-api.ts'
import { systemClock } from '../platform/clock.ts'
import { socketFetch } from '../platform/http/socket-fetch.ts'
import { openLogFile } from '../platform/log.ts'
import { defaultDataDir, pathsOf } from '../platform/paths.ts'
import { backendOutputFile, backendStartFailure, spawnBackend } from '../platform/processes/backend-start.ts'
import { readArguments } from './arguments.ts'
import { superviseBackend } from './backend.ts'
import { answerDesktopCalls } from './desktop-calls.ts'
import { createForward } from './forward.ts'
import { guardContents, guardSession } from './guards.ts'
import { createHandle } from './ipc.ts'
import { watchJobs } from './job-watch.ts'
import { createMainWindow } from './main-window.ts'
import { setMenu } from './menu.ts'
import { keepOffGpus } from './no-gpu.ts'
import { createNotices } from './notices.ts'
import { findPlace } from './place.ts'
import { registerScheme, serveScheme } from './protocol.ts'
import { createRefusalReport } from './refusals.ts'
import { openSettings } from './settings.ts'
import { wordsIn } from './strings.ts'
import { createTrayEntry } from './tray.ts'

// How long a backend stays when the shell that started it was killed, and no job runs.
const idleExitMs = 60_000
const followAgainMs = 1_000

/** The desktop program. A start that fails ends it, with the reason where a terminal or the system's journal keeps it. */
export async function runDesktop(): Promise<void> {
  try {
    await open()
  } catch (error) {
    process.stderr.write(`Slipway could not open its window: ${error instanceof Error ? error.stack : error}\n`)
    app.exit(1)
  }
}

/** Wires the shell, opens the window, stays while jobs run. */
async function open(): Promise<void> {
  // The backend and its jobs get the user's own environment, without what is set below for this window.
  const startEnv = { ...process.env }
  const given = readArguments(ownWords(process.argv), process.cwd())
  const paths = pathsOf(given.dataDir ?? defaultDataDir(startEnv), startEnv)
  const place = findPlace({
    isPackaged: app.isPackaged,
    appPath: app.getAppPath(),
    resourcesPath: process.resourcesPath,
    node: given.node,
    platform: `${process.platform}-${process.arch}`,
  })
  // One window per data directory: Electron's lock is tied to this folder.
  app.setPath('userData', join(paths.dataDir, 'desktop'))
  if (!app.requestSingleInstanceLock(handedOver(given.files))) {
    tellStarter('handed over')
    return app.quit()
  }

  const logFile = join(paths.logs, 'shell.log')
  const log = openLogFile(logFile, { debug: process.env.SLIPWAY_LOG === 'debug' })
  process.on('uncaughtException', error => log.error('the shell failed', { error }))
  process.on('unhandledRejection', error => log.error('the shell failed', { error }))

  const fetch = socketFetch(paths.backendSocket)
  const backend = superviseBackend({
    version: app.getVersion(),
    start: () => {
      const path = [startEnv.PATH, place.tools].filter(each => each !== undefined).join(delimiter)
      const env = { ...startEnv, PATH: path }
      return spawnBackend({ node: place.node, backendFile: place.backendFile, paths, idleExitMs, env })
    },
    startFailure: () => backendStartFailure(paths),
    fetch,
    clock: systemClock,
    log,
  })
  // It comes up while Chromium does.
  backend.begin()

  keepOffGpus()
  registerScheme()
  guardContents(log)
  const opened = [...given.files]
  app.on('open-file', (event, path) => {
    event.preventDefault()
    if (app.isReady()) openFilesInPage([path])
    else opened.push(path)
  })
  await app.whenReady()

  const settings = openSettings(join(paths.dataDir, 'desktop', 'shell.json'), error =>
    log.warn('settings could not be kept', { error }),
  )
  const language = (): DesktopLanguage =>
    settings.current().language ?? (app.getLocale().toLowerCase().startsWith('zh') ? 'zh-CN' : 'en')
  nativeTheme.themeSource = settings.current().theme ?? 'system'

  guardSession(session.defaultSession, log)
  const logFiles = [join(paths.logs, 'backend.log'), backendOutputFile(paths), logFile]
  serveScheme(session.defaultSession, createForward({ backend, fetch, logFiles, language }))

  let isQuitting = false
  const quit = () => {
    isQuitting = true
    app.quit()
  }
  const window = createMainWindow({
    place,
    settings,
    onOpened: () => tellStarter('window open'),
    onClosed: () => {
      if (!isQuitting && jobs.live().length > 0) notices.goesOn()
      tray.update()
    },
  })
  const show = () => {
    window.show()
    tray.update()
  }
  const openFilesInPage = (files: readonly string[]) => {
    if (files.length > 0) window.sendFiles(files)
    show()
  }
  const notices = createNotices({ language, isWatched: window.isFocused, open: show })
  const jobs = watchJobs({ fetch, onChange: () => tray.update(), onEnd: notices.jobEnded, log })
  const tray = createTrayEntry({
    icon: place.icon,
    jobs: jobs.live,
    hasWindow: window.isOpen,
    language,
    open: show,
    quit,
  })
  const drawMenu = () =>
    setMenu({
      say: wordsIn(language()),
      isPackaged: place.isPackaged,
      logFile,
      command: command => {
        show()
        window.sendCommand(command)
      },
      openFiles: async what => {
        const properties: ('openDirectory' | 'openFile' | 'multiSelections')[] =
          what === 'folder' ? ['openDirectory'] : ['openFile', 'multiSelections']
        const { filePaths } = await dialog.showOpenDialog({ properties })
        openFilesInPage(filePaths)
      },
      quit,
    })
  answerDesktopCalls({
    handle: createHandle({ log, refused: createRefusalReport({ backend, fetch, clock: systemClock, log }) }),
    setLanguage: chosen => {
      settings.change({ language: chosen })
      drawMenu()
      tray.update()
    },
    setTheme: theme => {
      settings.change({ theme })
      nativeTheme.themeSource = theme
    },
  })

  let isFollowing = false
  const followJobs = async () => {
    if (isFollowing || backend.current().state !== 'ready') return
    isFollowing = true
    await jobs.follow().catch(error => log.warn('the event stream ended', { error }))
    isFollowing = false
    backend.lost()
    // A stream can break while its backend is well; a new one is then followed.
    setTimeout(followJobs, followAgainMs)
  }
  backend.onChange(({ state }) => {
    log.info('backend', { state })
    void followJobs()
  })
  void followJobs()
  app.on('second-instance', (_event, _argv, _directory, data) => openFilesInPage(filesOf(data)))
  app.on('activate', show)
  app.on('before-quit', () => {
    isQuitting = true
  })
  app.on('window-all-closed', () => {
    if (isQuitting || jobs.live().length === 0) app.quit()
  })
  let isStopped = false
  app.on('will-quit', event => {
    if (isStopped) return
    event.preventDefault()
    jobs.close()
    void backend.stop().finally(() => {
      isStopped = true
      // A quit that is asked for while this event is still being answered would be forgotten.
      setImmediate(() => app.quit())
    })
  })

  drawMenu()
  openFilesInPage(opened)
}

/** The words after the program, or after the app's folder where that is named; switches of Chromium may stand before it. */
const ownWords = (argv: readonly string[]): readonly string[] => {
  const folderAt = argv.findIndex((word, index) => index > 0 && resolve(word) === app.getAppPath())
  return argv.slice(Math.max(folderAt, 0) + 1)
}

/** `npm start` waits for this line; a start from the desktop has nobody who reads. */
const tellStarter = (line: string) => void process.stdout.write(`${line}\n`)

// Plain letters only: Electron 22 loses a message that holds two names in another script.
const handedOver = (files: readonly string[]) => ({ files: files.map(encodeURIComponent) })

const filesOf = (data: unknown): readonly string[] => {
  const files = typeof data === 'object' && data !== null && 'files' in data ? data.files : undefined
  return Array.isArray(files) ? files.flatMap(file => (typeof file === 'string' ? [decodeURIComponent(file)] : [])) : []
}
