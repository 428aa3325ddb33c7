import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumPath } from './support/chromium.ts'
import { barriers, shoot } from './support/looks.ts'
import { openWorkstation, type Workstation } from './support/workstation.ts'

describe.skipIf(!chromiumPath)('a backend that takes questions and gives no answer', () => {
  let workstation: Workstation
  let page: Page
  beforeAll(async () => {
    workstation = await openWorkstation()
    page = workstation.page
  })
  afterAll(async () => {
    // A stopped process cannot be asked to end.
    if (workstation) process.kill(workstation.backend.pid, 'SIGCONT')
    await workstation?.close()
  })

  const notice = (on: Page) => on.getByRole('alert').filter({ hasText: 'The backend is not answering.' })
  const isLive = (on: Page) => on.locator('.status .state', { hasText: /^Backend/ }).filter({ hasText: ' ms' })
  const silentSeconds = async (on: Page) =>
    Number(/Silent for (\d+) s\./.exec((await notice(on).textContent()) ?? '')?.[1] ?? Number.NaN)

  test('a page that never hears how the backend is says so and for how long, and goes on by itself', async () => {
    const other = await page.context().newPage()
    await other.route('**/rpc/system/status**', () => undefined)
    // Taken down as it is shown: the page connects for five seconds, which may be over before a busy machine looks.
    await other.addInitScript(() => {
      const shown: string[] = []
      Object.assign(globalThis, { shown })
      new MutationObserver(() => {
        const state = document.querySelector('.status .state')?.textContent
        if (state && state !== shown.at(-1)) shown.push(state)
      }).observe(document, { childList: true, characterData: true, subtree: true })
    })
    await other.goto(workstation.backend.url)
    await notice(other).waitFor()
    const [first] = await other.evaluate(() => (globalThis as unknown as { shown: string[] }).shown)
    expect(first).toContain('Connecting')
    await other.locator('.status .state', { hasText: 'Backend not answering' }).waitFor()
    expect(await silentSeconds(other)).toBeGreaterThanOrEqual(5)
    await other.unroute('**/rpc/system/status**')
    await isLive(other).waitFor()
    await notice(other).waitFor({ state: 'hidden' })
    // What was asked in vain is asked again: the status bar knows the address.
    await other.locator('.status', { hasText: 'API 127.0.0.1' }).waitFor()
    await other.close()
  })

  test('a backend that hangs while the page is open is noticed with nothing being asked, and nothing typed is lost', async () => {
    await workstation.open('#/keys?dialog=new')
    await page.getByLabel('Name', { exact: true }).fill('a key that was being named')
    await isLive(page).waitFor()
    process.kill(workstation.backend.pid, 'SIGSTOP')
    await notice(page).waitFor()
    expect(await page.locator('.frame.is-lost').count()).toBe(1)
    const first = await silentSeconds(page)
    expect(first).toBeGreaterThanOrEqual(5)
    await expect.poll(() => silentSeconds(page)).toBeGreaterThan(first + 1)
    expect(await barriers(page)).toEqual([])
    await shoot(page, 'silent', { theme: 'dark', language: 'en', width: 1280 })

    process.kill(workstation.backend.pid, 'SIGCONT')
    await notice(page).waitFor({ state: 'hidden', timeout: 20_000 })
    await isLive(page).waitFor()
    expect(await page.locator('.frame.is-lost').count()).toBe(0)
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('a key that was being named')
    await page
      .getByRole('dialog', { name: 'Create a key' })
      .getByRole('button', { name: 'Create', exact: true })
      .click()
    await page.getByRole('dialog', { name: 'The key, shown this once' }).waitFor()
    expect(workstation.complaints).toEqual([])
  })
})
