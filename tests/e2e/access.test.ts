import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Scope } from '../../main/contract/method.ts'
import { chromiumPath } from './support/chromium.ts'
import { barriers, setLook, shoot, shootAsIs } from './support/looks.ts'
import { openWorkstation, sample, type Workstation } from './support/workstation.ts'

const places = [
  ...['home', 'models', 'datasets', 'training', 'training/new', 'evaluations', 'playground', 'deployments'],
  ...['resources', 'environments', 'jobs', 'keys', 'audit', 'settings'],
]

describe.skipIf(!chromiumPath)('signing in with a key', () => {
  let workstation: Workstation
  let page: Page
  let model: string
  let dataset: string
  /** What the page complained of before a session began: a browser says by itself that it was refused. */
  let before = 0

  beforeAll(async () => {
    workstation = await openWorkstation()
    page = workstation.page
    const { models, datasets, jobs } = workstation.backend.client
    const registered = await models.import({ path: sample('model'), name: 'tide' })
    const imported = await datasets.import({ path: sample('datasets/broken.jsonl'), name: 'lab notes' })
    for (const { jobId } of [registered, imported]) await jobs.wait({ id: jobId, timeoutMs: 60_000 })
    model = registered.id
    dataset = imported.id
  })
  afterAll(() => workstation?.close())

  const complaints = () => workstation.complaints.slice(before)
  const field = () => page.getByLabel('API key', { exact: true })

  /** Opens the bare address in a browser without a session. */
  const arrive = async () => {
    await page.context().clearCookies()
    await page.goto(`${workstation.backend.url}/#/home`)
    await page.reload()
    await field().waitFor()
  }
  const makeKey = (name: string, scope: Scope[]) => workstation.backend.client.keys.create({ name, scope })
  const enter = async (secret: string) => {
    await field().fill(secret)
    await page.keyboard.press('Enter')
  }
  const signIn = async (secret: string) => {
    await arrive()
    await enter(secret)
    await page.locator('.frame').waitFor()
    await page.locator('.key-session').waitFor()
    before = workstation.complaints.length
    await setLook(page, {})
  }
  const nothingBusy = () => page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null)

  test('a browser without a session is offered two ways in, and a wrong key is told apart from one that may not read', async () => {
    await arrive()
    await page.getByRole('heading', { name: 'You own this machine' }).waitFor()
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('INPUT')
    expect(await barriers(page)).toEqual([])
    await enter('slp_wrong')
    await page.getByRole('alert').getByText('unknown, revoked or expired').waitFor()
    expect(await barriers(page)).toEqual([])
    await enter((await makeKey('chat only', ['inference'])).secret)
    await page.getByRole('alert').getByText('may only ask models').waitFor()
    await page.setViewportSize({ width: 1280, height: 800 })
    await shootAsIs(page, 'sign-in-dark-en-1280')
  })

  test('a key that may only read opens every screen without a fault, and closes what it may not do', async () => {
    await signIn((await makeKey('reader', ['read'])).secret)
    for (const [index, place] of [
      ...places,
      `models/${model}`,
      `datasets/${dataset}`,
      'settings?section=api',
      'settings?section=backup',
      'settings?section=storage',
    ].entries()) {
      await workstation.open(`#/${place}`)
      await page.locator('main h1').first().waitFor()
      await nothingBusy()
      expect(await page.getByRole('alert').allTextContents(), place).toEqual([])
      // Each screen in one of the two: what is new here looks alike on all of them.
      const theme = index % 2 === 0 ? 'light' : 'dark'
      await setLook(page, { theme })
      expect(await barriers(page), `${place} ${theme}`).toEqual([])
    }
    expect(complaints()).toEqual([])
  })

  test('a closed action says which permission is missing, to the eye and to the keyboard, and does nothing', async () => {
    await signIn((await makeKey('looks', ['read'])).secret)
    await workstation.open('#/models')
    const button = page.getByRole('button', { name: 'Import' }).first()
    expect(await button.getAttribute('aria-disabled')).toBe('true')
    await button.focus()
    const reason = page.getByRole('tooltip')
    await reason.getByText('Needs the permission “Change” (write). The key “looks” has: Read.').waitFor()
    await button.click({ force: true })
    await page.keyboard.press('Control+Enter')
    expect(await page.getByRole('dialog').count()).toBe(0)
    // Whoever comes by the address finds the dialog, and its way on closed.
    await workstation.open('#/evaluations?dialog=new')
    const start = page.getByRole('dialog').getByRole('button', { name: 'Start' })
    expect(await start.getAttribute('aria-disabled')).toBe('true')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+k')
    await page.keyboard.type('import a model')
    const option = page.getByRole('option', { name: /Import a model/ })
    await option.getByText(/Needs the permission/).waitFor()
    await page.keyboard.press('Enter')
    expect(await page.evaluate(() => location.hash)).not.toContain('dialog=import')
    await page.keyboard.press('Escape')
    expect(complaints()).toEqual([])
  })

  test('a page that the key does not open says which permission is missing and who grants it, in both languages', async () => {
    await signIn((await makeKey('guest', ['read'])).secret)
    await workstation.open('#/audit')
    await page.getByRole('heading', { name: 'No permission for “Audit log”' }).waitFor()
    await page.getByText('Needs the permission “Everything” (admin). The key “guest” has: Read.').waitFor()
    await page.getByText('slipway keys create NAME --scope admin').waitFor()
    await shoot(page, 'no-permission', { theme: 'dark', language: 'en', width: 1280 })
    await workstation.open('#/datasets')
    await shoot(page, 'read-only', { theme: 'light', language: 'zh', width: 1280 })
    await workstation.open('#/keys')
    await page.getByText('密钥“guest”的权限：读取。').waitFor()
    await setLook(page, {})
    expect(complaints()).toEqual([])
  })

  test('a key that may change things does so, and still sees no keys; its deeds are its own in the audit log', async () => {
    const { secret, id } = await makeKey('writer', ['write'])
    await signIn(secret)
    await workstation.open(`#/models/${model}?dialog=edit`)
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Description').fill('looked after by a guest')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await workstation.open('#/keys')
    await page.getByRole('heading', { name: 'No permission for “API keys”' }).waitFor()
    const { items } = await workstation.backend.client.audit.list({ limit: 50 })
    const began = items.find(({ action, actor }) => action === 'sessions.begin' && actor === `key:${id}`)
    const changed = items.find(({ action }) => action === 'models.update')
    expect(changed?.actor).toBe(began?.object)
    expect(complaints()).toEqual([])
  })

  test('whoever signs out, or whose key is revoked, is asked again; what was typed waits in its draft', async () => {
    const { secret, id } = await makeKey('leaving', ['read'])
    await signIn(secret)
    await page.locator('.key-session').click()
    await page.getByText('Signed in with the key “leaving”').waitFor()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await field().waitFor()
    await enter(secret)
    await page.locator('.key-session').waitFor()
    await workstation.backend.client.keys.revoke({ id })
    await field().waitFor({ timeout: 10_000 })
    await enter(secret)
    await page.getByRole('alert').getByText('unknown, revoked or expired').waitFor()
  })
})
