import { app, Menu, type MenuItemConstructorOptions, shell } from 'electron'
import type { DesktopCommand } from '../../preload/desktop-api.ts'
import type { Translate, WordKey } from './strings.ts'

type Deps = {
  readonly say: Translate
  readonly isPackaged: boolean
  readonly logFile: string
  readonly command: (command: DesktopCommand) => void
  readonly openFiles: (what: 'files' | 'folder') => void
  readonly quit: () => void
}

const isMac = process.platform === 'darwin'

/** The native menu. Its page commands show the page's keys and leave them to the page, which knows what has the focus. */
export function setMenu(deps: Deps): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(deps)))
}

function menuTemplate({ say, isPackaged, logFile, command, openFiles, quit }: Deps): MenuItemConstructorOptions[] {
  const line = { type: 'separator' } as const
  const role = (key: WordKey, name: NonNullable<MenuItemConstructorOptions['role']>): MenuItemConstructorOptions => ({
    label: say(key),
    role: name,
  })
  const page = (key: WordKey, name: DesktopCommand, accelerator?: string): MenuItemConstructorOptions => ({
    id: name,
    label: say(key),
    click: () => command(name),
    ...(accelerator !== undefined && { accelerator, registerAccelerator: isMac }),
  })
  const own = (key: WordKey, accelerator: string | undefined, click: () => void): MenuItemConstructorOptions => ({
    id: key,
    label: say(key),
    click,
    ...(accelerator !== undefined && { accelerator }),
  })
  const settings = page('settings', 'settings', 'CmdOrCtrl+,')
  const quitItem = own('quit', 'CmdOrCtrl+Q', quit)
  const macMenu: MenuItemConstructorOptions = {
    label: app.name,
    submenu: [role('about', 'about'), line, settings, line, role('hide', 'hide'), line, quitItem],
  }
  return [
    ...(isMac ? [macMenu] : []),
    {
      label: say('file'),
      submenu: [
        own('open', 'CmdOrCtrl+O', () => openFiles('files')),
        own('openFolder', 'CmdOrCtrl+Shift+O', () => openFiles('folder')),
        line,
        page('importModel', 'models.import'),
        page('importDataset', 'datasets.import'),
        line,
        ...(isMac ? [] : [settings, line]),
        role('closeWindow', 'close'),
        ...(isMac ? [] : [quitItem]),
      ],
    },
    {
      label: say('edit'),
      submenu: [
        role('undo', 'undo'),
        role('redo', 'redo'),
        line,
        role('cut', 'cut'),
        role('copy', 'copy'),
        role('paste', 'paste'),
        role('selectAll', 'selectAll'),
      ],
    },
    {
      label: say('view'),
      submenu: [
        page('palette', 'palette', 'CmdOrCtrl+K'),
        page('jobs', 'jobs', 'CmdOrCtrl+J'),
        page('rail', 'rail.toggle'),
        page('theme', 'theme.toggle', 'CmdOrCtrl+Shift+L'),
        line,
        role('zoomIn', 'zoomIn'),
        role('zoomOut', 'zoomOut'),
        role('actualSize', 'resetZoom'),
        role('fullScreen', 'togglefullscreen'),
        line,
        role('reload', 'reload'),
        ...(isPackaged ? [] : [role('devTools', 'toggleDevTools')]),
      ],
    },
    {
      label: say('go'),
      submenu: [
        // As browsers and the Finder have them.
        page('back', 'go.back', isMac ? 'Cmd+[' : 'Alt+Left'),
        page('forward', 'go.forward', isMac ? 'Cmd+]' : 'Alt+Right'),
        line,
        page('home', 'go.home'),
        page('models', 'go.models'),
        page('datasets', 'go.datasets'),
        page('training', 'go.training'),
        page('evaluations', 'go.evaluations'),
        page('deployments', 'go.deployments'),
        page('playground', 'go.playground'),
        line,
        page('environments', 'go.environments'),
        page('resources', 'go.resources'),
      ],
    },
    {
      label: say('help'),
      role: 'help',
      submenu: [
        page('shortcuts', 'shortcuts'),
        own('showLogs', undefined, () => shell.showItemInFolder(logFile)),
        ...(isMac ? [] : [role('about', 'about')]),
      ],
    },
  ]
}
