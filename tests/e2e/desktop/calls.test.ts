import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { desktopCommands, type SlipwayDesktop } from '../../../preload/desktop-api.ts'
import { type Desktop, displayForFile, noDesktopReason, openDesktop, shellFolder } from './support/desktop.ts'

const display = displayForFile()
let desktop: Desktop
let folder: string

beforeAll(async () => {
  if (noDesktopReason) return
  folder = mkdtempSync(join(tmpdir(), 'slipway files ü '))
  mkdirSync(join(folder, 'model'))
  writeFileSync(join(folder, 'notes.jsonl'), '{}\n')
  desktop = await openDesktop({ env: display.env() })
  await desktop.page.waitForSelector('.frame')
  await recordBoundary()
  // The page tells its number of jobs once it knows it, which may be later than its frame is drawn: no test shall meet that.
  await desktop.page.reload()
  await vi.waitFor(async () => expect(await recorded()).toContainEqual(['badge', 0]), { timeout: 30_000 })
})
afterAll(async () => {
  await desktop?.dispose()
  if (folder) rmSync(folder, { recursive: true, force: true })
})

declare const slipwayDesktop: SlipwayDesktop
type Recorded = { recorded: [what: string, options: unknown][]; chosen: string[] }

/** Electron's own functions, as far as they would open something on the screen: they note what they were asked for. */
function recordBoundary(): Promise<void> {
  return desktop.app.evaluate(({ dialog, shell, app }) => {
    const record: Recorded = { recorded: [], chosen: [] }
    Object.assign(globalThis, record)
    const here = globalThis as unknown as Recorded
    const note = (what: string, options: unknown) => void here.recorded.push([what, options])
    dialog.showOpenDialog = (async (_window: unknown, options: unknown) => {
      note('open', options)
      return { canceled: here.chosen.length === 0, filePaths: here.chosen }
    }) as typeof dialog.showOpenDialog
    dialog.showSaveDialog = (async (_window: unknown, options: unknown) => {
      note('save', options)
      return { canceled: here.chosen.length === 0, filePath: here.chosen[0] ?? '' }
    }) as typeof dialog.showSaveDialog
    shell.openExternal = async url => note('external', url)
    shell.showItemInFolder = path => note('show', path)
    app.setBadgeCount = (count?: number) => {
      note('badge', count)
      return true
    }
  })
}

const choose = (...paths: string[]) =>
  desktop.app.evaluate((_electron, chosen) => {
    Object.assign(globalThis, { recorded: [], chosen })
  }, paths)
const recorded = () => desktop.app.evaluate(() => (globalThis as unknown as Recorded).recorded)

test('the page opens native dialogs and gets the chosen paths', async () => {
  const file = join(folder, 'notes.jsonl')
  await choose(file)
  const options = { title: 'Import', multiple: true, kinds: [{ name: 'Datasets', extensions: ['jsonl'] }] }
  expect(await desktop.page.evaluate(given => slipwayDesktop.openFiles(given), options)).toEqual([file])
  expect(await desktop.page.evaluate(() => slipwayDesktop.openFolder())).toBe(file)
  expect(await desktop.page.evaluate(() => slipwayDesktop.saveFile({ defaultPath: 'run.csv' }))).toBe(file)
  expect(await recorded()).toEqual([
    [
      'open',
      {
        title: 'Import',
        filters: [{ name: 'Datasets', extensions: ['jsonl'] }],
        properties: ['openFile', 'multiSelections'],
      },
    ],
    ['open', { properties: ['openDirectory', 'createDirectory'] }],
    ['save', { defaultPath: 'run.csv', properties: ['createDirectory', 'showOverwriteConfirmation'] }],
  ])
})

test('a dialog that was closed gives nothing', async () => {
  await choose()
  const given = await desktop.page.evaluate(async () => [
    await slipwayDesktop.openFiles(),
    (await slipwayDesktop.openFolder()) ?? 'nothing',
    (await slipwayDesktop.saveFile()) ?? 'nothing',
  ])
  expect(given).toEqual([[], 'nothing', 'nothing'])
})

test('input that does not fit is refused before anything opens', async () => {
  await choose('/x')
  const failures = await desktop.page.evaluate(async () => {
    const wrong = slipwayDesktop as unknown as Record<string, (input: unknown) => Promise<unknown>>
    const calls: [string, unknown][] = [
      ['openFiles', { title: 7 }],
      ['openFiles', { kinds: 'all' }],
      ['openFiles', { defaultPath: 'x'.repeat(5_000) }],
      ['saveFile', null],
      ['showItemInFolder', '../etc/passwd'],
      ['showItemInFolder', '/no/such/file'],
      ['setBadge', -1],
      ['setLanguage', 'de'],
      ['setTheme', 'pink'],
    ]
    const outcomes = await Promise.allSettled(calls.map(([name, input]) => wrong[name]?.(input)))
    return outcomes.map(({ status }) => status)
  })
  expect(failures).toEqual(failures.map(() => 'rejected'))
  expect(await recorded()).toEqual([])
})

test('files are shown in the file manager, text goes to the clipboard, a number to the icon', async () => {
  await choose()
  await desktop.page.evaluate(async path => {
    await slipwayDesktop.showItemInFolder(path)
    await slipwayDesktop.copyText('slipway models list\n中文')
    await slipwayDesktop.setBadge(3)
  }, folder)
  expect(await recorded()).toEqual([
    ['show', folder],
    ['badge', 3],
  ])
  expect(await desktop.app.evaluate(({ clipboard }) => clipboard.readText())).toBe('slipway models list\n中文')
})

test('a file that was dropped or picked tells where it lies', async () => {
  await desktop.page.evaluate(() => {
    const input = Object.assign(document.createElement('input'), { type: 'file', id: 'picked' })
    document.body.append(input)
  })
  await desktop.page.setInputFiles('#picked', join(folder, 'notes.jsonl'))
  const paths = await desktop.page.evaluate(() => {
    const input = document.querySelector<HTMLInputElement>('#picked')
    const file = input?.files?.[0]
    input?.remove()
    return [file ? slipwayDesktop.pathOfFile(file) : '', slipwayDesktop.pathOfFile(new File(['x'], 'made.txt'))]
  })
  expect(paths).toEqual([join(folder, 'notes.jsonl'), ''])
})

test('what is dropped on the window from the file manager is opened as what it is', async () => {
  const { page } = desktop
  const browser = await page.context().newCDPSession(page)
  const drop = async (...names: string[]) => {
    const data = { items: [], files: names.map(name => join(folder, name)), dragOperationsMask: 1 }
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
      await browser.send('Input.dispatchDragEvent', { type, x: 400, y: 300, data })
  }
  const opened = (part: string) =>
    page.waitForURL(url => decodeURIComponent(url.hash.replaceAll('+', ' ')).endsWith(part), { timeout: 5_000 })
  await drop('notes.jsonl')
  await opened(`#/datasets?import=${join(folder, 'notes.jsonl')}`)
  await drop('model')
  await opened(`#/models?import=${join(folder, 'model')}`)
  writeFileSync(join(folder, 'a.gguf'), '')
  writeFileSync(join(folder, 'b.gguf'), '')
  await drop('a.gguf', 'b.gguf')
  await opened(`#/models?import=${folder}`)
  await page.goto('app://slipway/#/home')
  writeFileSync(join(folder, 'Analysis.ipynb'), '{}')
  await drop('Analysis.ipynb')
  await page.getByText('Not opened: Analysis.ipynb. Slipway does not work with notebooks yet').waitFor()
  expect(page.url()).toMatch(/#\/home$/)
})

test('language and theme reach the native parts', async () => {
  const menu = () => desktop.app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.items.map(item => item.label))
  const labels = (...ids: readonly string[]) =>
    desktop.app.evaluate(
      ({ Menu }, wanted) => wanted.map(id => Menu.getApplicationMenu()?.getMenuItemById(id)?.label),
      ids,
    )
  await desktop.page.evaluate(() => slipwayDesktop.setLanguage('zh-CN'))
  expect(await menu()).toEqual(['文件', '编辑', '视图', '前往', '帮助'])
  expect(await labels('go.back', 'go.forward')).toEqual(['后退', '前进'])
  await desktop.page.evaluate(() => slipwayDesktop.setLanguage('en'))
  expect(await menu()).toEqual(['File', 'Edit', 'View', 'Go', 'Help'])
  expect(await labels('go.back', 'go.forward')).toEqual(['Back', 'Forward'])
  await desktop.page.evaluate(() => slipwayDesktop.setTheme('dark'))
  expect(await desktop.app.evaluate(({ nativeTheme }) => nativeTheme.themeSource)).toBe('dark')
})

test('the native menu reaches the page, and opens files into it', async () => {
  await desktop.page.evaluate(() => {
    const got: unknown[] = []
    Object.assign(globalThis, { got })
    slipwayDesktop.onCommand(command => got.push(command))
    slipwayDesktop.onOpenFiles(paths => got.push(paths))
  })
  await choose(join(folder, 'model'))
  await desktop.app.evaluate(({ Menu }) => {
    const menu = Menu.getApplicationMenu()
    menu?.getMenuItemById('go.models')?.click()
    menu?.getMenuItemById('openFolder')?.click()
  })
  const got = () => desktop.page.evaluate(() => (globalThis as unknown as { got: unknown[] }).got)
  await expect.poll(got).toEqual(['go.models', [join(folder, 'model')]])
})

/** The keys of a menu as Playwright calls them. */
const pressed = (accelerator: string) =>
  accelerator.replace('CmdOrCtrl', 'Control').replace(/(?<=\+)(Left|Right)$/, 'Arrow$1')

test('every key that the native menu shows for a command of the page does it', async () => {
  const { page } = desktop
  const shown = await desktop.app.evaluate(({ Menu }) =>
    (Menu.getApplicationMenu()?.items ?? [])
      .flatMap(({ submenu }) => submenu?.items ?? [])
      .flatMap(({ id, accelerator }) => (accelerator ? [[id, String(accelerator)] as const] : [])),
  )
  const keys = shown.filter(([id]) => (desktopCommands as readonly string[]).includes(id))
  const theme = () => page.locator('html').getAttribute('data-theme')
  const themeBefore = await theme()
  await page.evaluate(() => {
    location.hash = '#/jobs'
  })
  await page.locator('main h1').filter({ hasText: 'Jobs' }).waitFor()
  const addressBefore = page.url()
  const seen: Record<string, () => Promise<unknown>> = {
    settings: () => page.waitForURL(/#\/settings/, { timeout: 5_000 }),
    palette: () => page.getByRole('dialog', { name: 'Command palette' }).waitFor({ timeout: 5_000 }),
    jobs: () => page.getByRole('region', { name: 'Jobs' }).waitFor({ timeout: 5_000 }),
    'theme.toggle': () => expect.poll(theme).not.toBe(themeBefore),
    // The keys of the settings came first.
    'go.back': () => page.waitForURL(addressBefore, { timeout: 5_000 }),
    'go.forward': () => page.waitForURL(/#\/settings/, { timeout: 5_000 }),
  }
  expect(keys.map(([id]) => id).sort()).toEqual(Object.keys(seen).sort())
  for (const [id, accelerator] of keys) {
    await page.locator('main.page').first().focus()
    await page.keyboard.press(pressed(accelerator))
    await seen[id]?.()
    await page.keyboard.press('Escape')
  }
})

test("links of the page open in the system's browser after a person's click, and only web and mail", async () => {
  await choose()
  await desktop.page.evaluate(() => {
    const box = Object.assign(document.createElement('div'), { id: 'links' })
    box.style.cssText = 'position:fixed;inset:0;z-index:9999;background:white'
    document.body.append(box)
    for (const href of ['https://example.com/a', 'mailto:a@example.com', 'http://example.com/', 'file:///etc/passwd']) {
      const link = Object.assign(document.createElement('a'), { href, textContent: href, target: '_blank' })
      link.style.display = 'block'
      box.append(link)
      // What a script does alone opens nothing.
      link.click()
      link.dispatchEvent(new MouseEvent('click', { bubbles: true }))
    }
  })
  for (const link of await desktop.page.locator('#links a').all()) await link.click()
  await expect.poll(recorded).toEqual([
    ['external', 'https://example.com/a'],
    ['external', 'mailto:a@example.com'],
  ])
  await desktop.page.evaluate(() => document.querySelector('#links')?.remove())
})

test('calls from another page or from a frame inside ours are refused, and the audit log says so', async () => {
  const opened = desktop.app.waitForEvent('window')
  await desktop.app.evaluate(
    ({ BrowserWindow }, preload) => {
      const webPreferences = { preload, nodeIntegrationInSubFrames: true }
      void new BrowserWindow({ show: false, webPreferences }).loadURL('data:text/html,<title>foreign</title>')
    },
    join(shellFolder, 'preload.cjs'),
  )
  const page = await opened
  // The window is there before its page: what is asked of it then is lost with the empty one.
  await page.waitForURL(/^data:/)
  const call = () =>
    slipwayDesktop.copyText('taken').then(
      () => 'answered',
      (error: Error) => error.message,
    )
  expect(await page.evaluate(call)).toContain("only for the workstation's own page")

  // A frame with our own address inside our own page: nothing is foreign but that it is not the main frame.
  await desktop.app.evaluate(async ({ BrowserWindow, session }) => {
    session.defaultSession.webRequest.onHeadersReceived(({ responseHeaders }, answer) => {
      const { 'content-security-policy': _policy, 'Content-Security-Policy': _same, ...rest } = responseHeaders ?? {}
      answer({ responseHeaders: rest })
    })
    const foreign = BrowserWindow.getAllWindows().find(window => window.webContents.getURL().startsWith('data:'))
    await foreign?.loadURL('app://slipway/healthz')
  })
  await page.waitForURL('app://slipway/healthz')
  await page.evaluate(() => {
    const frame = Object.assign(document.createElement('iframe'), { src: 'app://slipway/readyz' })
    document.body.append(frame)
  })
  await expect.poll(() => page.frames().length).toBe(2)
  const frame = page.frames()[1]
  await frame?.waitForFunction(() => 'slipwayDesktop' in globalThis)
  expect(await frame?.evaluate(call)).toContain("only for the workstation's own page")
  expect(await page.evaluate(call)).toBe('answered')
  await page.close()
  const records = async () => {
    const { items } = await desktop.client.audit.list({ action: 'system.refuseCall' })
    return items.map(({ actor, source, object, result }) => [actor, source, object, result])
  }
  const refused = (object: string) => ['owner:owner', 'socket', object, 'forbidden']
  await expect
    .poll(records)
    .toEqual([refused('slipway:copyText app://slipway/readyz'), refused('slipway:copyText data:')])
  expect((await desktop.client.audit.verify({})).verdict).toBe('intact')
})
