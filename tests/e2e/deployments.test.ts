import { rmSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryDir } from '../support/backend.ts'
import { chromiumPath } from './support/chromium.ts'
import { barriers, setLook, shoot } from './support/looks.ts'
import { importTiny, stopDeployments } from './support/tiny-models.ts'
import { openWorkstation, type Workstation } from './support/workstation.ts'

const longName = `مساعد 造船 ${'very-long-name-'.repeat(18)}`.slice(0, 290)

describe.skipIf(!chromiumPath)('deployments', () => {
  let workstation: Workstation
  let page: Page
  let gone: string
  const folder = temporaryDir('deployments')

  beforeAll(async () => {
    workstation = await openWorkstation({ width: 1440, height: 900 })
    page = workstation.page
    await workstation.open('#/deployments')
    await page.getByRole('heading', { name: 'Nothing is deployed yet' }).waitFor()
    await importTiny(workstation, folder, 'pilot', { contextLength: 1024 })
    await importTiny(workstation, folder, 'pilot', { contextLength: 1024, seed: 2 })
    gone = (await importTiny(workstation, folder, 'vanished', { seed: 3 })).path
  })
  afterAll(async () => {
    await stopDeployments(workstation)
    await workstation?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const dialog = () => page.getByRole('dialog')
  const choose = async (field: string, option: string | RegExp) => {
    await dialog().getByRole('combobox', { name: field }).click()
    await page.locator('.ant-select-dropdown:visible').getByText(option, { exact: true }).last().click()
  }
  const tab = (name: string) => page.getByRole('tab', { name, exact: true })
  const state = (word: string) => page.locator('.head-meta').getByText(word, { exact: true })

  test('an empty list teaches, and knows what is at hand', async () => {
    await page.getByText('Choose a model: 2 here').waitFor()
    expect(await barriers(page)).toEqual([])
    await shoot(page, 'deployments-empty', { theme: 'light', language: 'zh', width: 1280 })
    await setLook(page, { theme: 'dark', language: 'en', width: 1440 })
  })

  test('the dialog begins in its first field, tells what a model takes, and keeps its draft', async () => {
    await page.locator('main').getByRole('button', { name: 'Deploy a model' }).first().click()
    await dialog().waitFor()
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('combobox')
    await choose('Model', 'pilot')
    await dialog().getByText('llama.cpp').waitFor()
    await dialog().getByText('It fits').waitFor()
    await dialog().getByText('Key-value cache').waitFor()
    await dialog().getByRole('textbox', { name: 'Name' }).fill('helm')
    await dialog().getByLabel('Parallel requests').fill('2')
    expect(await barriers(page)).toEqual([])
    await shoot(page, 'deploy-dialog', { theme: 'dark', language: 'en', width: 1280 })
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.reload()
    await dialog().waitFor()
    expect(await dialog().getByRole('textbox', { name: 'Name' }).inputValue()).toBe('helm')
    expect(await dialog().getByLabel('Parallel requests').inputValue()).toBe('2')
  })

  test('what cannot be served says why, in its place', async () => {
    rmSync(gone)
    await choose('Model', 'vanished')
    const fault = dialog().getByRole('alert')
    await fault
      .getByText(/vanished/)
      .first()
      .waitFor()
    expect(await dialog().getByRole('button', { name: 'Deploy', exact: true }).isDisabled()).toBe(true)
    await choose('Model', 'pilot')
    await dialog().getByText('It fits').waitFor()
  })

  test('it is deployed, and its page tells when it serves', async () => {
    await page.keyboard.press('Control+Enter')
    await page.getByRole('heading', { name: 'helm' }).waitFor()
    await state('Serving').waitFor()
    await page.getByText('0 of 2 at once, 0 waiting').waitFor()
  })

  test('the palette finds it by a part of its name', async () => {
    await page.keyboard.press('Control+k')
    await page.keyboard.type('hel')
    await page.getByRole('group', { name: 'Deployments' }).getByRole('option', { name: /^helm/ }).click()
    await page.waitForURL(/#\/deployments\/dep_/)
    await state('Serving').waitFor()
  })

  test('requests are counted, with their latency and their errors', async () => {
    const { client } = workstation.backend
    for (let i = 0; i < 3; i += 1)
      await client.inference.ask({ id: 'helm', message: 'Hi', maxTokens: 8, temperature: 0 })
    await expect(client.inference.ask({ id: 'helm', message: 'x'.repeat(3_000) })).rejects.toMatchObject({
      code: 'invalid_input',
    })
    const figures = page.locator('.stats')
    await figures.getByText('1 error, 25.0%').waitFor()
    await figures.getByText('of the last 3 requests').first().waitFor()
    await page.getByRole('img', { name: /^Requests per minute/ }).waitFor()
    await page.getByRole('cell', { name: 'invalid_input' }).waitFor()
    for (const theme of ['dark', 'light'] as const) {
      await setLook(page, { theme, language: 'en', width: 1440 })
      expect(await barriers(page)).toEqual([])
    }
    await shoot(page, 'deployment', { theme: 'dark', language: 'en', width: 1440 })
    await shoot(page, 'deployment', { theme: 'light', language: 'zh', width: 1280 })
    // Under the pointer each line has its name in the reader's language, and a line alone needs none.
    const underPointer = async (language: 'en' | 'zh') => {
      await setLook(page, { theme: 'dark', language, width: 1440 })
      const charts = page.locator('.duo-charts .chart')
      const box = await charts.first().boundingBox()
      await page.mouse.move((box?.x ?? 0) + (box?.width ?? 0) * 0.9, (box?.y ?? 0) + 60)
      return charts.locator('.chart-at').allTextContents()
    }
    await expect.poll(async () => (await underPointer('zh'))[0]).toMatch(/^\d\d:\d\d：已回答 \d+，失败 \d+$/)
    await expect.poll(async () => (await underPointer('en'))[0]).toMatch(/^\d\d:\d\d: answered \d+, failed \d+$/)
    await expect.poll(async () => (await underPointer('en'))[1]).toMatch(/^\d\d:\d\d: [\d.,]+$/)
  })

  test('its log is one tab away, even when its engine has said nothing', async () => {
    await tab('Log').click()
    const log = page.getByRole('region', { name: 'Log' })
    await log.getByRole('textbox').waitFor()
    expect(await barriers(page)).toEqual([])
  })

  test('another version takes over without a pause, and the way back is one button', async () => {
    await page.getByRole('button', { name: 'Update …' }).click()
    await dialog().getByText('Nothing differs from what is served now.').waitFor()
    await choose('Version', 'v1')
    await dialog().getByRole('button', { name: 'Load and switch over' }).click()
    await dialog().waitFor({ state: 'hidden' })
    await page.locator('.head-meta').getByText('pilot@1').waitFor()
    await tab('Versions').click()
    await page.getByRole('button', { name: 'Go back to this: v1' }).click()
    await page.locator('.head-meta').getByText('pilot@2').waitFor()
    await page.getByRole('row', { name: /^v3 in service/ }).waitFor()
    expect(await barriers(page)).toEqual([])
  })

  test('how to call it can be copied, and works', async () => {
    await tab('Call it').click()
    await page.getByRole('button', { name: 'Copy: curl' }).click()
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText())
    await expect.poll(clipboard).toMatch(/^curl /)
    const copied = await clipboard()
    const [, address = ''] = /curl (\S+)/.exec(copied) ?? []
    const [, body = ''] = /-d '(.*)'/.exec(copied) ?? []
    const { secret } = await workstation.backend.client.keys.create({ name: 'e2e', scope: ['inference'] })
    const answer = await fetch(address, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...JSON.parse(body), max_tokens: 4 }),
    })
    expect(answer.status).toBe(200)
    expect(await barriers(page)).toEqual([])
  })

  test('memory and settings stand beside what was planned', async () => {
    await tab('Memory and settings').click()
    await page.getByText('the model’s own').waitFor()
    await page.getByText('Key-value cache').waitFor()
    expect(await barriers(page)).toEqual([])
  })

  test('it stops, starts again, and a removal is taken back', async () => {
    await page.getByRole('button', { name: 'Stop', exact: true }).click()
    await state('Stopped').waitFor()
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await state('Serving').waitFor()
    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: 'Remove' }).click()
    await page.getByText(/Stopped and removed “helm”/).waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    const row = page.getByRole('row', { name: /helm/ })
    await row.waitFor()
    await row.getByText('Serving').first().waitFor()
  })

  test('the list is filtered and walked by keys alone; long names in any script stay in their place', async () => {
    const { client } = workstation.backend
    await client.inference.deploy({ model: 'pilot', name: longName, threads: 1, parallel: 1, contextLength: 64 })
    await page.getByRole('row', { name: /مساعد/ }).waitFor()
    await page.locator('main').focus()
    await page.keyboard.press('/')
    await page.keyboard.type('HELM')
    await page.getByText('1 of 2').waitFor()
    await page.getByRole('grid', { name: 'Deployments' }).focus()
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'helm' }).waitFor()
    await page.goBack()
    await page.getByRole('textbox', { name: /^Filter/ }).fill('')
    for (const [width, height] of [
      [1440, 900],
      [900, 600],
    ] as const) {
      await page.setViewportSize({ width, height })
      await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth > innerWidth)).toBe(false)
    }
    for (const theme of ['dark', 'light'] as const) {
      await setLook(page, { theme, language: 'en', width: 1440 })
      expect(await barriers(page)).toEqual([])
    }
    await shoot(page, 'deployments', { theme: 'light', language: 'en', width: 1440 })
  })

  test('a deployment that is not there says so', async () => {
    await workstation.open('#/deployments/nobody')
    await page.getByRole('alert').getByText('This is not here').waitFor()
    await page.getByRole('link', { name: 'All deployments' }).click()
    await page.getByRole('grid', { name: 'Deployments' }).waitFor()
  })

  test('nothing was complained of but the refusals that were asked for', () => {
    expect(workstation.complaints.filter(complaint => !/status of (400|404|409|422|424)/.test(complaint))).toEqual([])
  })
})
