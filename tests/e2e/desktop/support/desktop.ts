import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { socketFetch } from '../../../../main/platform/http/socket-fetch.ts'
import { pathsOf } from '../../../../main/platform/paths.ts'
import { ensureBuilt } from '../../../../main/setup/build-step.mjs'
import { type Client, createClient } from '../../../../main/surfaces/rpc/client.ts'
import { temporaryDir } from '../../../support/backend.ts'
import { type Display, noDisplayReason, openDisplay } from '../../support/display.ts'

export const root = fileURLToPath(new URL('../../../..', import.meta.url))
const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(root, 'node_modules', 'electron', 'dist')
/** Electron's program, wherever there is one. */
export const electronPath = join(folder, process.platform === 'win32' ? 'electron.exe' : 'electron')

/** Why the desktop cannot be tested here; undefined where it can. */
export const noDesktopReason: string | undefined =
  noDisplayReason ??
  (existsSync(electronPath)
    ? missingLibrary(electronPath)
    : 'there is no Electron program: set ELECTRON_OVERRIDE_DIST_PATH to an unpacked one, or run npx install-electron')

function missingLibrary(program: string): string | undefined {
  if (process.platform !== 'linux') return undefined
  const { stdout } = spawnSync('ldd', [program], { encoding: 'utf8' })
  const library = /^\s*(\S+) => not found/m.exec(stdout ?? '')?.[1]
  return library && `Electron needs the system's ${library}`
}

/** Root may not use the sandbox's user namespaces; tests show only our own page. */
export const switches = process.getuid?.() === 0 ? ['--no-sandbox'] : []
export const shellFolder = join(root, 'build', 'shell')

/** Builds what the window shows, if it is not built. */
export async function buildDesktop(): Promise<void> {
  const place = { root, node: process.execPath, env: process.env }
  await ensureBuilt('shell', place)
  await ensureBuilt('renderer', place)
}

/** Before the tests of a file: what they need is built, and a display is there; where they cannot run, each is a named skip. */
export function displayForFile(): { readonly env: () => Readonly<Record<string, string>> } {
  let display: Display | undefined
  beforeAll(async () => {
    if (noDesktopReason) return
    await buildDesktop()
    display = await openDisplay()
  })
  afterAll(() => display?.close())
  beforeEach(({ skip }) => skip(noDesktopReason !== undefined, noDesktopReason))
  return { env: () => display?.env ?? {} }
}

export type Desktop = {
  readonly app: ElectronApplication
  readonly page: Page
  readonly dataDir: string
  /** Over the backend's socket: as the owner. */
  readonly client: Client
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>
  readonly shellLog: () => string
  /** Quits the program. */
  readonly quit: () => Promise<void>
  /** Closes the only window, as its frame's button does, and waits for the program to end by itself. */
  readonly closeWindow: () => Promise<void>
  /** Quits the program and removes its data directory. */
  readonly dispose: () => Promise<void>
}

type Options = {
  readonly env: Readonly<Record<string, string>>
  readonly dataDir?: string
  readonly args?: readonly string[]
}

/** Starts the real program: Electron with the built shell, its backend, its window. */
export async function openDesktop({ env, dataDir = temporaryDir('desktop'), args = [] }: Options): Promise<Desktop> {
  const app = await _electron.launch({
    executablePath: electronPath,
    args: [...switches, shellFolder, '--data-dir', dataDir, '--node', process.execPath, ...args],
    env: { ...cleanEnv(), ...env },
  })
  const page = await app.firstWindow()
  const { backendSocket, logs } = pathsOf(dataDir, process.env)
  const over = socketFetch(backendSocket)
  const program = app.process()
  let isOver = false
  const ended = new Promise<void>(resolve =>
    program.once('exit', () => {
      isOver = true
      resolve()
    }),
  )
  const shellLog = () => readFileSync(join(logs, 'shell.log'), 'utf8')
  const quit = async () => {
    // Playwright asks for the quit and lets go of the debugger.
    void app.close().catch(() => undefined)
    while (!isOver && !shellLog().includes('"state":"stopped"')) await pause(20)
    // All of ours is over. A debugger was attached, and so Electron 22 now and then crashes or turns for ever while it takes
    // itself down: then it is ended. How a program ends that nobody debugs is tested in protocol.test.ts.
    const giveUp = setTimeout(() => program.kill('SIGKILL'), 10_000)
    await ended
    clearTimeout(giveUp)
  }
  return {
    app,
    page,
    dataDir,
    client: createClient({ socketPath: backendSocket }),
    fetch: (path, init) => over(new Request(`http://slipway${path}`, init)),
    shellLog,
    quit,
    closeWindow: async () => {
      await app.evaluate(({ app: electron, BrowserWindow }) => {
        const realQuit = electron.quit
        electron.quit = () => {
          electron.quit = realQuit
          BrowserWindow.getAllWindows()[0]?.close()
        }
      })
      await quit()
    },
    dispose: async () => {
      await quit()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** The environment of a start from a desktop: without what a test run sets for its own children. */
export function cleanEnv(): Record<string, string> {
  const { NODE_ENV: _mode, NODE_OPTIONS: _options, VITEST: _vitest, ...env } = process.env
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
