import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import type { SlipwayDesktop } from '../../../preload/desktop-api.ts'
import {
  cleanEnv,
  type Desktop,
  displayForFile,
  electronPath,
  openDesktop,
  shellFolder,
  switches,
} from './support/desktop.ts'
import { isAlive } from './support/processes.ts'

const display = displayForFile()
let desktop: Desktop
let folder: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway opened ü 模型 '))
  desktop = await openDesktop({ env: display.env() })
  await desktop.page.waitForSelector('.frame')
})
afterEach(async () => {
  await desktop?.dispose()
  if (folder) rmSync(folder, { recursive: true, force: true })
})

declare const slipwayDesktop: SlipwayDesktop

/** A second start of the program, as from the file manager; resolves with what it printed and its exit code. */
const startAgain = (dataDir: string, cwd: string, ...words: string[]) =>
  new Promise<{ said: string; code: number | null }>(resolve => {
    const args = [...switches, shellFolder, '--data-dir', dataDir, ...words]
    const child = spawn(electronPath, args, { cwd, env: { ...cleanEnv(), ...display.env() } })
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    child.once('close', code => resolve({ said, code }))
  })

const windows = () =>
  desktop.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().map(window => ({ isMinimized: window.isMinimized(), isVisible: window.isVisible() })),
  )
/** The title of the window that has the keyboard, as the display says; nothing where none of ours has it. */
const focused = () =>
  desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getFocusedWindow()?.getTitle() ?? 'none')

/** Another window over ours, which has the keyboard, as of a program that is worked in meanwhile. */
async function workElsewhere(): Promise<void> {
  await desktop.app.evaluate(({ BrowserWindow }) => {
    const [ours] = BrowserWindow.getAllWindows()
    const other = new BrowserWindow({ ...ours?.getBounds(), title: 'elsewhere' })
    other.on('page-title-updated', event => event.preventDefault())
    other.focus()
  })
  await expect.poll(focused).toBe('elsewhere')
}

test('a second start brings the first window to the front and hands over its files', async () => {
  writeFileSync(join(folder, 'tiny.gguf'), 'GGUF')
  writeFileSync(join(folder, 'my notebook.ipynb'), '{}')
  await desktop.page.evaluate(() => {
    const got: unknown[] = []
    Object.assign(globalThis, { got })
    slipwayDesktop.onOpenFiles(paths => got.push(paths))
  })
  await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide())
  const url = new URL(`file://${join(folder, 'my notebook.ipynb')}`).href
  const second = await startAgain(desktop.dataDir, folder, 'tiny.gguf', url, 'no such file')
  expect(second).toEqual({ said: 'handed over\n', code: 0 })
  await expect
    .poll(() => desktop.page.evaluate(() => (globalThis as unknown as { got: unknown[] }).got))
    .toEqual([[join(folder, 'tiny.gguf'), join(folder, 'my notebook.ipynb')]])
  expect(await windows()).toEqual([{ isMinimized: false, isVisible: true }])
})

// A display without a window manager, as tests have it, minimises nothing: that a minimised window comes back is not shown.
test('a second start gives the first window the keyboard, also from under another one', async () => {
  await workElsewhere()
  expect(await startAgain(desktop.dataDir, folder)).toEqual({ said: 'handed over\n', code: 0 })
  await expect.poll(focused).toContain('Slipway')
})

test('while a job runs, a closed window is only a closed window; the job’s end is told, and the tray leads back', async () => {
  // Nobody shows notifications or a tray on this display: what Electron is told to show is noted instead.
  type Item = { label?: string; click?: () => void }
  type Seen = { told: string[]; tray: Item[] }
  await desktop.app.evaluate(({ Notification, Menu }) => {
    const noted: Seen = { told: [], tray: [] }
    Object.assign(globalThis, noted)
    const here = globalThis as unknown as Seen
    Notification.isSupported = () => true
    Notification.prototype.on = function on(this: Electron.Notification) {
      this.show = () => void here.told.push(`${this.title}: ${this.body}`)
      return this
    }
    const build = Menu.buildFromTemplate
    Menu.buildFromTemplate = template => {
      if (!template.some(item => 'submenu' in item)) here.tray = template as Item[]
      return build(template)
    }
  })
  const seen = () =>
    desktop.app.evaluate(() => {
      const here = globalThis as unknown as Seen
      return { told: here.told, tray: here.tray.flatMap(({ label }) => label ?? []) }
    })

  // An import that is held still, so that it runs for exactly as long as this test needs it.
  const rows = join(folder, 'rows.jsonl')
  writeFileSync(rows, '{"prompt": "a", "completion": "b"}\n'.repeat(300_000))
  const { jobId } = await desktop.client.datasets.import({ path: rows, name: 'rows' })
  const pidOfJob = async () => (await desktop.client.jobs.show({ id: jobId })).pid
  await expect.poll(pidOfJob).toBeDefined()
  const pid = (await pidOfJob()) ?? 0
  // Whatever comes of this test, the import must not stand still for ever.
  onTestFinished(() => void (isAlive(pid) && process.kill(pid, 'SIGCONT')))
  process.kill(pid, 'SIGSTOP')
  await expect.poll(async () => (await seen()).tray[0]).toMatch(/^1 job: /)

  await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  await expect.poll(windows).toEqual([])
  expect((await seen()).told).toEqual([expect.stringContaining('the run goes on')])
  process.kill(pid, 'SIGCONT')
  await expect.poll(async () => (await seen()).told[1], { timeout: 40_000 }).toMatch(/^Import is done: /)
  expect((await seen()).tray).toEqual(['No job is running', 'Open Slipway', 'Quit Slipway'])

  const reopened = desktop.app.waitForEvent('window')
  await desktop.app.evaluate(() => {
    ;(globalThis as unknown as Seen).tray.find(({ label }) => label === 'Open Slipway')?.click?.()
  })
  await (await reopened).waitForSelector('.frame')
})

test('without a job, closing the window ends the program; the next start is as it was left, with the files it is given', async () => {
  const { dataDir } = desktop
  const firstMenu = () => desktop.app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.items[0]?.label)
  await desktop.page.evaluate(() => localStorage.setItem('slipway.view', '{"language":"zh"}'))
  await desktop.page.reload()
  await expect.poll(firstMenu).toBe('文件')
  const place = { x: 120, y: 80, width: 1100, height: 700 }
  const placeNow = () => desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds())
  await desktop.app.evaluate(({ BrowserWindow }, bounds) => BrowserWindow.getAllWindows()[0]?.setBounds(bounds), place)
  await expect.poll(placeNow).toMatchObject(place)
  await desktop.closeWindow()
  expect(JSON.parse(readFileSync(join(dataDir, 'desktop', 'shell.json'), 'utf8'))).toMatchObject({
    language: 'zh-CN',
    window: { width: 1100, height: 700, state: 'normal' },
  })

  const model = join(folder, 'model.safetensors')
  writeFileSync(model, 'x')
  desktop = await openDesktop({ env: display.env(), dataDir, args: [model] })
  await desktop.page.waitForSelector('.frame')
  await expect.poll(placeNow).toMatchObject(place)
  expect(await firstMenu()).toBe('文件')
  // The file waited for the page, which opens the import with it.
  await desktop.page.waitForFunction(name => decodeURIComponent(location.hash).includes(name), 'model.safetensors')
})
