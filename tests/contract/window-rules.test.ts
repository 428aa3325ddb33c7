import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { load } from 'js-yaml'
import { expect, test } from 'vitest'
import { windowFaults } from './support/window-rules.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string) => readFileSync(join(root, file), 'utf8')

const sources = ['main', 'preload', 'renderer'].flatMap(folder =>
  readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile() && /\.([cm]?[jt]s|tsx)$/.test(entry.name) && !/\.test\./.test(entry.name))
    .map(entry => relative(root, join(entry.parentPath, entry.name))),
)

test('the window is held as Electron holds it by default, its calls pass one guard, and Chromium keeps its sandbox', () => {
  expect(sources.length).toBeGreaterThan(400)
  expect(sources.flatMap(file => windowFaults(file, read(file)))).toEqual([])
})

test('what starts an installed program asks for no switch, and no version but the pinned one is packed', () => {
  const config = load(read('electron-builder.yml')) as { linux: Record<string, unknown>; electronVersion?: string }
  expect(config.linux.executableArgs).toBeUndefined()
  expect(config.electronVersion).toBeUndefined()
  for (const file of ['electron-builder.yml', 'resources/linux/slipway', 'resources/linux/after-install.sh'])
    expect(read(file)).not.toMatch(/no-sandbox|disable-web-security/)
})

test('each fuse of the list is set, and set as the list says', () => {
  expect((load(read('electron-builder.yml')) as { electronFuses: unknown }).electronFuses).toEqual({
    runAsNode: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableCookieEncryption: true,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    loadBrowserProcessSpecificV8Snapshot: false,
    grantFileProtocolExtraPrivileges: false,
  })
})

const shell = 'main/shell/x.ts'
const page = 'main/shell/main-window.ts'
const window = (preferences: string) => `new BrowserWindow({ webPreferences: ${preferences} })`

test.each([
  [page, window('{ preload, nodeIntegration: true }')],
  [page, window('{ preload, contextIsolation: false }')],
  [page, window("{ preload, 'sandbox': false }")],
  [page, window('{ preload, webSecurity: false }')],
  [page, window('{ preload, allowRunningInsecureContent: true }')],
  [page, window('{ preload, experimentalFeatures: true }')],
  [page, window("{ preload, enableBlinkFeatures: 'X' }")],
  [page, window('{ preload, webviewTag: true }')],
  [page, window('{ preload, partition: "x" }')],
  [page, window('{ preload, ...more }')],
  [page, window("{ ['node' + 'Integration']: true }")],
  [page, window('preferences')],
  [page, 'const preferences = {}; preferences.nodeIntegration = true'],
  [page, "preferences['webSecurity'] = false"],
  [shell, 'new BrowserWindow({})'],
  [shell, 'new electron.WebContentsView()'],
  [shell, "import { ipcMain } from 'electron'; ipcMain.on('x', run)"],
  [shell, "electron['ipcMain'].handle('x', run)"],
  [shell, "import * as electron from 'electron'"],
  [shell, "import electron from 'electron'"],
  [shell, "import { BrowserWindow as Window } from 'electron'"],
  [shell, 'shell.openExternal(url)'],
  [shell, "app.commandLine.appendSwitch('no-sandbox')"],
  [shell, 'app.commandLine.appendSwitch(name)'],
  [shell, 'window.loadURL(address)'],
  [shell, "window.loadFile('index.html')"],
  [shell, "contents.executeJavaScript('1')"],
  [shell, "eval('1')"],
  [shell, "new Function('return 1')"],
  [shell, "app.on('certificate-error', accept)"],
  [shell, 'session.setCertificateVerifyProc(accept)'],
  [shell, 'process.env.ELECTRON_DISABLE_SECURITY_WARNINGS = "1"'],
  [shell, "import remote from '@electron/remote'"],
  [shell, "protocol.registerFileProtocol('x', give)"],
  ['preload/more.ts', "contextBridge.exposeInMainWorld('all', ipcRenderer)"],
  ['main/setup/other.mjs', "spawn(electron, ['--no-sandbox'])"],
  ['main/platform/x.ts', 'run(`chromium --disable-web-security`)'],
])('the check sees what it forbids, in %s: %s', (file, source) => expect(windowFaults(file, source)).not.toEqual([]))
