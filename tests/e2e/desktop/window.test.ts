import { realpathSync } from 'node:fs'
import { createServer } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { desktopKeys, type SlipwayDesktop } from '../../../preload/desktop-api.ts'
import { type Desktop, displayForFile, electronPath, noDesktopReason, openDesktop } from './support/desktop.ts'
import { mappedFiles, openFiles, processTree, programOf } from './support/processes.ts'

const display = displayForFile()
let desktop: Desktop

beforeAll(async () => {
  if (noDesktopReason) return
  desktop = await openDesktop({ env: display.env() })
  await desktop.page.waitForSelector('.frame')
})
afterAll(async () => {
  await desktop?.dispose()
})

declare const slipwayDesktop: SlipwayDesktop

test('the window opens on the first screen, at an address that no network has', async () => {
  expect(desktop.page.url()).toMatch(/^app:\/\/slipway\//)
  expect(await desktop.page.title()).toContain('Slipway')
  expect(await desktop.page.evaluate(() => isSecureContext)).toBe(true)
})

test('the page is offered exactly the listed functions, and cannot change them', async () => {
  const offered = await desktop.page.evaluate(() => ({
    keys: Object.keys(slipwayDesktop).sort(),
    isFrozen: Object.isFrozen(slipwayDesktop),
    node: ['require', 'process', 'module', 'Buffer', 'global'].filter(name => name in globalThis),
  }))
  expect(offered).toEqual({ keys: [...desktopKeys].sort(), isFrozen: true, node: [] })
})

test('the page has no Node, its own world, a sandbox, and the web as it is', async () => {
  const preferences = await desktop.app.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows()
    const contents = window?.webContents as unknown as { getLastWebPreferences: () => Record<string, unknown> }
    const { preload: _preload, ...rest } = contents.getLastWebPreferences()
    return rest
  })
  expect(
    await desktop.app.evaluate(({ session }) => session.defaultSession.isSpellCheckerEnabled()),
    'dictionaries would be fetched from elsewhere',
  ).toBe(false)
  expect(preferences).toMatchObject({
    nodeIntegration: false,
    nodeIntegrationInSubFrames: false,
    contextIsolation: true,
    sandbox: true,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    enableBlinkFeatures: '',
    webviewTag: false,
  })
})

test('no process of the window loads a graphics driver or opens a graphics device', async ({ skip }) => {
  skip(process.platform !== 'linux', 'what is loaded is read from /proc')
  const driver = /\/(lib(GL|EGL|GLX|GLES|vulkan|vk_|cuda|nvidia)[^/]*|[^/]*_dri)\.so/
  // The backend below it is none of the window: it asks the driver how busy the GPUs are.
  const pids = processTree(desktop.app.process().pid ?? 0).filter(pid => programOf(pid) === realpathSync(electronPath))
  expect(pids.length).toBeGreaterThan(3)
  expect(pids.flatMap(mappedFiles).filter(path => driver.test(path))).toEqual([])
  expect(pids.flatMap(openFiles).filter(path => /^\/dev\/(dri|nvidia|kfd)/.test(path))).toEqual([])
  const features = await desktop.app.evaluate(({ app }) => app.getGPUFeatureStatus())
  expect(Object.values(features).filter(state => state.startsWith('enabled'))).toEqual([])
})

const queried = [
  'accelerometer',
  'background-fetch',
  'background-sync',
  'camera',
  'clipboard-read',
  'clipboard-write',
  'display-capture',
  'geolocation',
  'gyroscope',
  'idle-detection',
  'local-fonts',
  'magnetometer',
  'microphone',
  'midi',
  'notifications',
  'payment-handler',
  'periodic-background-sync',
  'persistent-storage',
  'screen-wake-lock',
  'window-management',
]

test('each of twenty permissions is denied when a page looks whether it has it', async () => {
  const states = await desktop.page.evaluate(async names => {
    const stateOf = async (name: string) => (await navigator.permissions.query({ name: name as PermissionName })).state
    // Its name until Chromium 111.
    const older: Record<string, string> = { 'window-management': 'window-placement' }
    return Promise.all(names.map(name => stateOf(name).catch(() => stateOf(older[name] ?? name))))
  }, queried)
  expect(queried).toHaveLength(20)
  expect(states).toEqual(queried.map(() => 'denied'))
})

test('and none is given when a page asks for it', async () => {
  const granted = await desktop.page.evaluate(async () => {
    const asked: Record<string, () => Promise<unknown>> = {
      geolocation: () =>
        new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, reject, { timeout: 5_000 })),
      media: () => navigator.mediaDevices.getUserMedia({ video: true }),
      screen: () => navigator.mediaDevices.getDisplayMedia({ video: true }),
      midi: () => navigator.requestMIDIAccess(),
      sysex: () => navigator.requestMIDIAccess({ sysex: true }),
      storage: async () => (await navigator.storage.persist()) || Promise.reject(),
      notifications: async () => (await Notification.requestPermission()) === 'granted' || Promise.reject(),
      wakeLock: () => navigator.wakeLock.request('screen'),
    }
    const outcomes = await Promise.allSettled(Object.values(asked).map(ask => ask()))
    // These two answer by events, which never come.
    void document.documentElement.requestFullscreen()
    document.body.requestPointerLock()
    return Object.keys(asked).filter((_name, index) => outcomes[index]?.status === 'fulfilled')
  })
  expect(granted).toEqual([])
  for (const permission of ['geolocation', 'media', 'midi', 'notifications', 'fullscreen', 'pointerLock'])
    await expect.poll(desktop.shellLog).toContain(`"permission":"${permission}"`)
  expect(await desktop.page.evaluate(() => document.fullscreenElement ?? document.pointerLockElement)).toBeNull()
})

const foreign = [
  'https://example.com/',
  'http://127.0.0.1:9/',
  'http://localhost/',
  'app://slipway.evil/',
  'app://slipway@evil/',
  'app://evil/',
  'app://slipway:x@evil/',
  'app-user://slipway/',
  'file:///etc/passwd',
  'ftp://example.com/',
  'javascript:document.title="taken"',
  'data:text/html,<title>taken</title>',
  'blob:app://slipway/0',
  'blob:https://example.com/0',
  'filesystem:app://slipway/x',
  'app://slipway.local/',
  'app://127.0.0.1/',
  'javascript:void(location.href="https://example.com/")',
  'mailto:someone@example.com',
  'chrome-extension://x/',
  'devtools://devtools/bundled/inspector.html',
  'view-source:app://slipway/',
  'smb://server/share',
  'ssh://server/',
  'vscode://file/etc/passwd',
  'ms-msdt:/id',
  'intent://x',
  'ws://127.0.0.1/',
  'wss://example.com/',
  '//example.com/',
]

test('no address but our own is navigated to, by a script or by a link', async () => {
  const before = desktop.page.url()
  await desktop.page.evaluate(addresses => {
    document.body.dataset.mark = 'the same page'
    for (const address of addresses) {
      location.href = address
      const link = Object.assign(document.createElement('a'), { href: address })
      document.body.append(link)
      link.click()
      link.remove()
    }
  }, foreign)
  await expect.poll(desktop.shellLog).toContain('"navigation refused","url":"wss://example.com/"')
  expect(await desktop.page.evaluate(() => [location.href, document.title, document.body.dataset.mark])).toEqual([
    before,
    'Home · Slipway',
    'the same page',
  ])
  expect(foreign).toHaveLength(30)
})

test('an empty page of Chromium itself, which nobody is asked about, is left at once', async () => {
  const { page } = desktop
  // That our own address is there says nothing before it was left.
  const arrived = page.waitForEvent('framenavigated', frame => frame.url() === 'about:blank')
  await page.evaluate(() => {
    location.href = 'about:blank'
  })
  await arrived
  await page.waitForURL('app://slipway/**')
  await page.waitForSelector('.frame')
})

test('a page of Chromium itself that tells of the machine is not come to', async () => {
  const { page } = desktop
  const before = page.url()
  await page.evaluate(() => {
    document.body.dataset.mark = 'still the same page'
    location.href = 'chrome://gpu/'
    // Asked for next: once this was refused, the first was as well.
    location.href = 'wss://example.com/after-gpu'
  })
  await expect.poll(desktop.shellLog).toContain('"navigation refused","url":"wss://example.com/after-gpu"')
  expect(await page.evaluate(() => [location.href, document.body.dataset.mark])).toEqual([
    before,
    'still the same page',
  ])
})

test('no script opens a window, and no webview is attached', async () => {
  const opened = await desktop.page.evaluate(
    addresses =>
      addresses.filter(address => {
        try {
          return window.open(address, '_blank') !== null
        } catch {
          return false
        }
      }),
    [...foreign, '/', 'app://slipway/'],
  )
  expect(opened).toEqual([])
  await desktop.page.evaluate(() => {
    const view = document.createElement('webview')
    view.setAttribute('src', 'app://slipway/')
    document.body.append(view)
  })
  const kinds = await desktop.app.evaluate(({ webContents }) =>
    webContents.getAllWebContents().map(contents => contents.getType()),
  )
  expect(kinds).toEqual(['window'])
})

test('the window asks nobody but the backend: a request elsewhere does not leave', async () => {
  const server = createServer((_request, response) => response.end('reached'))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  try {
    // Not through the page, whose policy would already refuse: as Chromium itself would ask.
    const outcome = await desktop.app.evaluate(
      ({ net, session }, url) =>
        new Promise(resolve => {
          const request = net.request({ url, session: session.defaultSession })
          request.on('response', () => resolve('reached'))
          request.on('error', error => resolve(error.message))
          request.end()
        }),
      `http://127.0.0.1:${port}/`,
    )
    expect(outcome).toContain('ERR_BLOCKED_BY_CLIENT')
  } finally {
    server.close()
  }
})
