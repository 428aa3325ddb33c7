import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startBackend, temporaryDir } from '../support/backend.ts'
import { twoFreePorts } from '../support/free-ports.ts'
import { chromiumPath } from './support/chromium.ts'
import { barriers, setLook, shoot } from './support/looks.ts'
import { openWorkstation, type Workstation } from './support/workstation.ts'

describe.skipIf(!chromiumPath)('keys, audit log and settings', () => {
  let workstation: Workstation
  let page: Page
  const folder = temporaryDir('exports')

  beforeAll(async () => {
    workstation = await openWorkstation()
    page = workstation.page
  })
  // Whatever an earlier test left open or chosen is no business of the next.
  beforeEach(async () => {
    await page.reload()
    await page.locator('.frame').waitFor()
    await setLook(page, {})
  })
  afterAll(async () => {
    await workstation?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const bothThemes = async () => {
    for (const theme of ['light', 'dark'] as const) {
      await setLook(page, { theme })
      expect(await barriers(page)).toEqual([])
    }
  }
  const answerTo = async (key: string) =>
    (await fetch(`${workstation.backend.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } })).status

  test('a key is created with scopes that are explained, shown once, copied, and works', async () => {
    await workstation.open('#/keys')
    await page.getByText('No program has a key yet').waitFor()
    await bothThemes()
    await page.getByRole('button', { name: 'Create a key' }).first().click()
    const dialog = page.getByRole('dialog', { name: 'Create a key' })
    await dialog.getByText('Chats, completions and embeddings of what is deployed.').waitFor()
    expect(await barriers(page)).toEqual([])
    // Whoever types at once types into the first field.
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('key-name')
    await page.keyboard.insertText('笔记本 laptop')
    await page.keyboard.press('Control+Enter')
    const once = page.getByRole('dialog', { name: 'The key, shown this once' })
    await once.getByRole('button', { name: 'Copy', exact: true }).click()
    await once.getByRole('button', { name: 'Copied' }).waitFor()
    expect(await barriers(page)).toEqual([])
    const key = await page.evaluate(() => navigator.clipboard.readText())
    expect(await answerTo(key)).toBe(200)
    // A dialog that shows a secret for the only time is not closed by a slip of the hand.
    await page.keyboard.press('Escape')
    await page.goBack()
    await page.waitForFunction(() => location.hash === '#/keys')
    await once.getByRole('button', { name: 'I have it' }).click()
    await once.waitFor({ state: 'hidden' })
    await expect.poll(() => page.content()).not.toContain(key)
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain(key)

    const row = page.getByRole('row').filter({ hasText: '笔记本 laptop' })
    await row.getByText('Valid').waitFor()
    await shoot(page, 'keys', { theme: 'light', language: 'zh', width: 1280 })
    await setLook(page, {})
    await row.getByRole('button', { name: 'Revoke 笔记本 laptop' }).click()
    const confirm = page.getByRole('dialog').filter({ hasText: 'This cannot be undone' })
    await confirm.getByRole('button', { name: 'Revoke it' }).click()
    await row.getByText('Revoked').waitFor()
    expect(await answerTo(key)).toBe(401)
  })

  test('the audit log is searched, verified and exported, and the address keeps the search', async () => {
    await workstation.backend.client.backup.create({ path: join(folder, 'harbour.db') })
    await workstation.open('#/audit')
    const grid = page.getByRole('grid', { name: 'Audit log' })
    await grid.getByText('backup.create').first().waitFor()
    await page.locator('main').focus()
    await page.keyboard.press('/')
    await page.keyboard.type('HARBOUR')
    await page.getByText('1 record', { exact: true }).waitFor()
    expect(new URL(page.url()).hash).toBe('#/audit?q=HARBOUR')
    await page.getByRole('combobox', { name: 'Any action' }).click()
    await page.getByTitle('backup.create', { exact: true }).click()
    await page.keyboard.press('Escape')
    await page.getByText('1 record', { exact: true }).waitFor()
    await page.locator('.ant-select-dropdown').waitFor({ state: 'hidden' })
    await page.getByText('Refused', { exact: true }).click()
    await page.getByText('No record matches').waitFor()
    await page.getByRole('button', { name: 'Show all' }).click()
    await grid.getByText('system.start').waitFor()
    await page.getByRole('button', { name: 'Verify the chain' }).click()
    await page.getByText('The chain is intact').waitFor()
    await bothThemes()
    await shoot(page, 'audit', { theme: 'dark', language: 'en', width: 1440 })
    await setLook(page, {})

    await page.getByRole('button', { name: 'Export …' }).click()
    const dialog = page.getByRole('dialog', { name: 'Export the audit log' })
    const file = join(folder, 'audit.jsonl')
    await dialog.getByRole('textbox', { name: 'File' }).fill(file)
    expect(await barriers(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Export', exact: true }).click()
    await dialog.waitFor({ state: 'hidden' })
    const lines = readFileSync(file, 'utf8').trim().split('\n')
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ hash: expect.stringMatching(/^[0-9a-f]{64}$/) })
    // A file that is there already is never written over: the refusal stands in the dialog.
    await page.getByRole('button', { name: 'Export …' }).click()
    await dialog.getByRole('textbox', { name: 'File' }).fill(file)
    await dialog.getByRole('button', { name: 'Export', exact: true }).click()
    await dialog.getByRole('alert').waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
  })

  test('a backup is made and verified, and how to go back to it is said', async () => {
    await workstation.open('#/settings?section=backup')
    await page.getByRole('button', { name: 'Back up now' }).click()
    await page.getByRole('button', { name: /^Verify slipway-/ }).click()
    await page.getByText(/^The backup is sound/).waitFor()
    await page.getByText(/^slipway backup restore slipway-.*\.db$/).waitFor()
    await bothThemes()
  })

  test('every section of the settings opens by its address and by a click', async () => {
    await workstation.open('#/settings')
    for (const [section, heading] of [
      ['notifications', 'Notifications'],
      ['api', 'API and network'],
      ['data', 'Data'],
      ['keyboard', 'Keyboard'],
      ['general', 'Appearance'],
      ['about', 'About'],
    ] as const) {
      await page.getByRole('navigation', { name: 'Sections of the settings' }).getByText(heading).click()
      await page.getByRole('heading', { name: heading, exact: true }).waitFor()
      expect(new URL(page.url()).hash).toBe(`#/settings?section=${section}`)
      expect(await barriers(page)).toEqual([])
    }
    await page.getByPlaceholder('Filter packages').fill('react-dom')
    await page.getByRole('grid', { name: 'What Slipway is made of' }).getByText('MIT').waitFor()
  })

  test('the port that a flag opened says so and stays; a link for another browser is made', async () => {
    await workstation.open('#/settings?section=api')
    const port = page.getByRole('switch', { name: 'API port' })
    await port.waitFor()
    expect([await port.isChecked(), await port.isDisabled()]).toEqual([true, true])
    await page.getByText('Opened by --port').waitFor()
    await page.getByRole('button', { name: 'Copy a link' }).click()
    await expect
      .poll(() => page.evaluate(() => navigator.clipboard.readText()))
      .toMatch(/^http:\/\/127\.0\.0\.1:\d+\/launch\?code=/)
  })

  test('a port that the settings opened is changed under the window, which moves with it, and closed with a warning', async () => {
    await workstation.open('#/settings?section=api')
    const other = await startBackend()
    try {
      const [first, second] = await twoFreePorts()
      await other.client.settings.update({ apiListener: true, apiPort: first })
      const { url } = await other.client.system.launchLink({})
      const window = await page.context().newPage()
      await window.goto(url)
      await window.locator('.frame').waitFor()
      await window.goto(`http://127.0.0.1:${first}/#/settings?section=api`)
      const number = window.getByRole('spinbutton', { name: 'Port number' })
      await number.fill(String(second))
      await window.getByRole('button', { name: 'Apply' }).click()
      await window.waitForURL(`http://127.0.0.1:${second}/#/settings?section=api`)
      await window.getByText(`http://127.0.0.1:${second}`, { exact: true }).waitFor()
      await window.getByRole('switch', { name: 'API port' }).click()
      const warning = window.getByRole('dialog').filter({ hasText: 'This browser loses its connection' })
      await warning.getByRole('button', { name: 'Close it' }).click()
      await window.getByRole('alert').filter({ hasText: 'The backend does not answer' }).waitFor()
      expect((await other.client.settings.get({})).listener).toEqual({ state: 'off' })
      await window.close()
      // Cookies know no ports: the session of this workstation is still its own.
      await page.reload()
      await page.getByRole('switch', { name: 'API port' }).waitFor()
    } finally {
      await other.dispose()
    }
  })

  test('language and theme are set here too, and what is muted is not noted', async () => {
    await workstation.open('#/settings')
    await page.getByText('As the system').click()
    await page.getByText('中文', { exact: true }).first().click()
    await page.getByRole('heading', { name: '外观' }).waitFor()
    await shoot(page, 'settings', { theme: 'dark', language: 'zh', width: 1280 })
    await setLook(page, {})
    await workstation.open('#/settings?section=notifications')
    await page.getByRole('checkbox', { name: 'Verification' }).click()
    expect(await page.evaluate(() => localStorage.getItem('slipway.notification-choice'))).toContain('"verification"')
    expect(workstation.complaints.filter(text => !/40[19]/.test(text))).toEqual([])
  })
})
