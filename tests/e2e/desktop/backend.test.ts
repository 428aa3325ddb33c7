import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startBackend, temporaryDir } from '../../support/backend.ts'
import { displayForFile, openDesktop } from './support/desktop.ts'
import { isAlive } from './support/processes.ts'

const display = displayForFile()

test('a killed backend is started again, and the page goes on with what was typed; a crashed page comes back', async () => {
  const desktop = await openDesktop({ env: display.env() })
  try {
    const { page } = desktop
    await page.waitForSelector('.frame')
    await page.evaluate(() => {
      const box = Object.assign(document.createElement('textarea'), { id: 'draft' })
      document.body.append(box)
    })
    await page.fill('#draft', 'half a thought')
    const pidSeenByPage = () =>
      page.evaluate(async () => {
        const response = await fetch('/api/v1/system/status')
        return ((await response.json()) as { pid?: number }).pid ?? response.status
      })
    const first = await pidSeenByPage()
    for (const _time of ['first', 'second']) {
      const before = await pidSeenByPage()
      process.kill(before, 'SIGKILL')
      // The very next question waits for the new backend instead of failing, unless it met the old one dying.
      await expect.poll(pidSeenByPage, { timeout: 20_000 }).not.toBeOneOf([before, 503])
    }
    expect(await pidSeenByPage()).not.toBe(first)
    expect(await page.inputValue('#draft')).toBe('half a thought')
    // Its own event stream is there again as well: what happens now is seen without a reload.
    await expect.poll(() => desktop.shellLog().match(/"state":"ready"/g)?.length).toBe(3)

    const crashed = page.waitForEvent('crash')
    await desktop.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
    )
    await crashed
    // Playwright gives a crashed page up for good: the shell is asked instead.
    const isShown = () =>
      desktop.app.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript('document.querySelector(".frame") !== null'),
      )
    await expect.poll(() => isShown().catch(() => false)).toBe(true)
  } finally {
    await desktop.dispose()
  }
})

test('a backend that cannot start: the window says what happened, where it is written, and tries again', async () => {
  const dataDir = temporaryDir('damaged')
  const database = join(dataDir, 'slipway.db')
  writeFileSync(database, 'this is no database '.repeat(1_000))
  const desktop = await openDesktop({ env: display.env(), dataDir })
  try {
    const { page } = desktop
    await page.getByRole('heading', { name: 'Slipway cannot start' }).waitFor()
    const text = await page.locator('main').textContent()
    expect(text).toMatch(/damaged|not a database/i)
    expect(text).toContain(join(dataDir, 'logs', 'backend.log'))
    // Still broken: the same screen again, not an endless wait.
    await page.getByRole('link', { name: 'Try again' }).click()
    await page.getByRole('heading', { name: 'Slipway cannot start' }).waitFor()
    writeFileSync(database, '')
    await page.getByRole('link', { name: 'Try again' }).click()
    await page.waitForSelector('.frame')
    expect(page.url()).toMatch(/^app:\/\/slipway\/(#|$)/)
  } finally {
    await desktop.dispose()
  }
})

test('a backend that already serves the data directory is used, and stays when the window goes', async () => {
  const backend = await startBackend()
  const desktop = await openDesktop({ env: display.env(), dataDir: backend.dataDir })
  try {
    await desktop.page.waitForSelector('.frame')
    expect((await desktop.client.system.status({})).pid).toBe(backend.pid)
    await desktop.quit()
    expect(isAlive(backend.pid)).toBe(true)
  } finally {
    await backend.dispose()
  }
})

test('when a backend that was there before ends, the window starts its own', async () => {
  const backend = await startBackend()
  const desktop = await openDesktop({ env: display.env(), dataDir: backend.dataDir })
  try {
    await desktop.page.waitForSelector('.frame')
    await backend.kill('SIGKILL')
    await expect
      .poll(
        () =>
          desktop.client.system.status({}).then(
            ({ pid }) => pid,
            () => 0,
          ),
        { timeout: 20_000 },
      )
      .not.toBeOneOf([0, backend.pid])
  } finally {
    await desktop.dispose()
  }
})
