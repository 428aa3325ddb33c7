import { Menu, nativeImage, Tray } from 'electron'
import type { DesktopLanguage } from '../../preload/desktop-api.ts'
import type { WatchedJob } from './job-watch.ts'
import { jobNameIn, jobsLine, wordsIn } from './strings.ts'

export type TrayEntry = {
  /** Shows, changes or removes the entry, after jobs, window or language changed. */
  readonly update: () => void
  /** For tests and for whoever asks whether the program may stay without a window. */
  readonly isShown: () => boolean
}

type Deps = {
  readonly icon: string
  readonly jobs: () => readonly WatchedJob[]
  readonly hasWindow: () => boolean
  readonly language: () => DesktopLanguage
  readonly open: () => void
  readonly quit: () => void
}

/** An entry in the system's tray while jobs run or the window is closed: the way back, and the way out. */
export function createTrayEntry({ icon, jobs, hasWindow, language, open, quit }: Deps): TrayEntry {
  let tray: Tray | undefined
  return {
    isShown: () => tray !== undefined,
    update: () => {
      const names = jobs().map(job => jobNameIn(language(), job))
      if (names.length === 0 && hasWindow()) {
        tray?.destroy()
        tray = undefined
        return
      }
      const say = wordsIn(language())
      const line = jobsLine(language(), names)
      if (!tray) {
        tray = new Tray(nativeImage.createFromPath(icon).resize({ width: 22, height: 22 }))
        tray.on('click', open)
      }
      tray.setToolTip(`Slipway · ${line}`)
      tray.setContextMenu(
        Menu.buildFromTemplate([
          { label: line, enabled: false },
          { type: 'separator' },
          { label: say('openSlipway'), click: open },
          { label: say(names.length > 0 ? 'quitJobsGoOn' : 'quit'), click: quit },
        ]),
      )
    },
  }
}
