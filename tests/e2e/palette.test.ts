import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { chromiumPath } from './support/chromium.ts'
import { barriers, setLook, shoot } from './support/looks.ts'
import { openWorkstation, sample, type Workstation } from './support/workstation.ts'

describe.skipIf(!chromiumPath)('the command palette', () => {
  let workstation: Workstation
  let page: Page
  let model: string

  beforeAll(async () => {
    workstation = await openWorkstation()
    page = workstation.page
    const { models, datasets, jobs, keys } = workstation.backend.client
    const registered = await models.import({ path: sample('model'), name: 'heron-base-3m' })
    const imported = await datasets.import({ path: sample('datasets/lab-notes-heldout.jsonl'), name: 'heron-notes' })
    for (const { jobId } of [registered, imported]) await jobs.wait({ id: jobId, timeoutMs: 60_000 })
    await keys.create({ name: 'laptop of Mei', scope: ['read'] })
    model = registered.id
  })
  beforeEach(async () => {
    await workstation.open('#/home')
    await setLook(page, {})
  })
  afterAll(() => workstation?.close())

  const palette = (name = 'Command palette') => page.getByRole('dialog', { name })
  const options = () => page.getByRole('option')
  const chosen = () => page.getByRole('option', { selected: true })
  const type = async (letters: string) => {
    await page.keyboard.press('Control+k')
    await page.keyboard.type(letters)
  }
  const close = async () => {
    await page.keyboard.press('Escape')
    await palette().waitFor({ state: 'hidden' })
  }
  const isAt = (hash: string) => page.waitForFunction(to => location.hash === to, hash)

  test('assets are found by letters of their names, each with its kind and state, and opened by Enter', async () => {
    await type('hrn3m')
    await page
      .getByRole('group', { name: 'Models' })
      .getByRole('option', { name: /heron-base-3m/ })
      .waitFor()
    expect(await chosen().textContent()).toMatch(/heron-base-3m.*safetensors.*Verified/)
    await page.keyboard.press('Enter')
    await isAt(`#/models/${model}`)

    await type('notes heron')
    await page
      .getByRole('group', { name: 'Datasets' })
      .getByRole('option', { name: /heron-notes/ })
      .waitFor()
    await page.keyboard.press('Enter')
    await page.locator('main h1').filter({ hasText: 'heron-notes' }).waitFor()
  })

  test('Enter right behind the last letter opens what was typed, before the list or the backend has followed', async () => {
    // In one task: nothing can be drawn or answered between the letters and Enter.
    const typeAndEnter = async (letters: string) => {
      await page.keyboard.press('Control+k')
      await page.getByRole('combobox').evaluate((input: HTMLInputElement, words) => {
        input.focus()
        document.execCommand('insertText', false, words)
        input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }))
      }, letters)
    }
    await typeAndEnter('resources')
    await isAt('#/resources')
    await typeAndEnter('hrn3m')
    await isAt(`#/models/${model}`)
    await palette().waitFor({ state: 'hidden' })
  })

  test('an exact name comes before commands, and jobs, environments, keys and settings are found too', async () => {
    await type('heron-base-3m')
    await expect.poll(() => options().first().textContent()).toContain('heron-base-3m')
    await close()
    await type('verify heron')
    await page
      .getByRole('group', { name: 'Jobs' })
      .getByRole('option', { name: /verify heron-base-3m/ })
      .waitFor()
    await close()
    await type('conversion')
    await page
      .getByRole('group', { name: 'Environments' })
      .getByRole('option', { name: /Conversion/ })
      .waitFor()
    await close()
    await type('mei')
    await page
      .getByRole('group', { name: 'API keys' })
      .getByRole('option', { name: /laptop of Mei.*Valid/ })
      .waitFor()
    await close()
    await type('backups')
    await page.getByRole('option', { name: /Settings: Backups/ }).waitFor()
    await close()
    await type('zzzz')
    await page.getByRole('status').filter({ hasText: 'Nothing is called “zzzz”' }).waitFor()
    await close()
  })

  test('a version is found by name@version and an asset by its id', async () => {
    await type('hrn-base@1')
    await page.getByRole('option', { name: /heron-base-3m/ }).waitFor()
    await close()
    await type(model)
    await page.getByRole('option', { name: /heron-base-3m/ }).waitFor()
    await page.keyboard.press('Enter')
    await isAt(`#/models/${model}`)
  })

  test('the arrows go round, the choice stays in view, and the keyboard returns to where it was', async () => {
    await page.locator('main').focus()
    await page.keyboard.press('Control+k')
    await expect.poll(() => options().first().getAttribute('aria-selected')).toBe('true')
    const first = await chosen().textContent()
    await page.keyboard.press('ArrowUp')
    await expect.poll(() => options().last().getAttribute('aria-selected')).toBe('true')
    const isInView = () =>
      chosen().evaluate(option => {
        const list = option.closest('[role="listbox"]')?.getBoundingClientRect()
        const { top, bottom } = option.getBoundingClientRect()
        return list !== undefined && top >= list.top - 1 && bottom <= list.bottom + 1
      })
    await expect.poll(isInView).toBe(true)
    await page.keyboard.press('ArrowDown')
    expect(await chosen().textContent()).toBe(first)
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('combobox')
    await close()
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN')
  })

  test('in either language a command is found by its name in both', async () => {
    await type('导入模型')
    await page.getByRole('option', { name: /Import a model/ }).waitFor()
    await close()
    await setLook(page, { language: 'zh' })
    await page.keyboard.press('Control+k')
    await page.keyboard.type('import a model')
    await page.getByRole('option', { name: /导入模型/ }).waitFor()
    await page.keyboard.press('Escape')
  })

  test('a screen reader meets no barrier in it, in both themes', async () => {
    await type('heron')
    await page.getByRole('group', { name: 'Datasets' }).waitFor()
    expect(await barriers(page)).toEqual([])
    await shoot(page, 'palette', { theme: 'dark', language: 'en', width: 1280 })
    await page.getByRole('combobox').focus()
    await close()
    await setLook(page, { theme: 'light' })
    await type('heron')
    await page.getByRole('group', { name: 'Datasets' }).waitFor()
    expect(await barriers(page)).toEqual([])
    await close()
    expect(workstation.complaints).toEqual([])
  })

  test('whoever came in by a launch link signs out of this browser with the keyboard alone', async () => {
    const other = await page.context().browser()?.newContext()
    if (!other) throw new Error('there is no browser')
    const guest = await other.newPage()
    const { url } = await workstation.backend.client.system.launchLink({})
    await guest.goto(url)
    await guest.locator('.frame').waitFor()
    await workstation.open('#/keys?tab=browsers')
    await page.getByText('by a launch link').nth(1).waitFor()
    await page.getByText('this browser').waitFor()
    expect(await barriers(page)).toEqual([])
    await guest.keyboard.press('Control+k')
    await guest.keyboard.type('sign out')
    await guest.getByRole('option', { name: /Sign out of this browser/ }).waitFor()
    await guest.keyboard.press('Enter')
    await guest.getByRole('heading', { name: 'You own this machine' }).waitFor()
    await expect.poll(() => page.getByText('by a launch link').count()).toBe(1)
    await other.close()
  })
})
