import { readFileSync, rmSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryDir } from '../support/backend.ts'
import { chromiumPath } from './support/chromium.ts'
import { barriers, setLook, shoot } from './support/looks.ts'
import { importTiny, stopDeployments } from './support/tiny-models.ts'
import { openWorkstation, type Workstation } from './support/workstation.ts'

describe.skipIf(!chromiumPath)('the playground', () => {
  let workstation: Workstation
  let page: Page
  const folder = temporaryDir('playground')

  beforeAll(async () => {
    workstation = await openWorkstation({ width: 1440, height: 900 })
    page = workstation.page
    await importTiny(workstation, folder, 'chatty', { contextLength: 1024 })
    await importTiny(workstation, folder, 'other', { seed: 2, contextLength: 1024 })
    await importTiny(workstation, folder, 'plain', { seed: 3, chatTemplate: '' })
  })
  afterAll(async () => {
    await stopDeployments(workstation)
    await workstation?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const composer = () => page.getByRole('textbox', { name: /^Ask / })
  const pane = (name: string) => page.getByRole('region', { name })
  const ask = async (question: string) => {
    await composer().fill(question)
    // Enter asks nothing while it is not known yet that the model is served.
    await expect.poll(() => page.getByRole('button', { name: /^Send/ }).isEnabled()).toBe(true)
    await page.keyboard.press('Enter')
  }
  const settled = (name: string) => pane(name).getByRole('status').filter({ hasText: 'done' }).waitFor()
  const setNumber = async (label: string, value: string) => {
    await page.getByLabel(label).fill(value)
    await page.keyboard.press('Tab')
  }
  const chooseIn = async (name: string, deployment: string) => {
    await pane(name).getByRole('combobox').click()
    await page.locator('.ant-select-dropdown:visible').getByText(deployment, { exact: true }).first().click()
  }

  test('with nothing served, a model is chosen and deployed on the spot', async () => {
    await workstation.open('#/playground')
    await page.getByRole('heading', { name: 'Nothing serves yet' }).waitFor()
    expect(await barriers(page)).toEqual([])
    await shoot(page, 'playground-empty', { theme: 'dark', language: 'en', width: 1280 })
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.getByRole('combobox', { name: 'Which model?' }).click()
    await page.keyboard.type('chat')
    await page.locator('.ant-select-dropdown:visible').getByText('chatty', { exact: true }).click()
    await page.getByRole('button', { name: 'Deploy this model' }).click()
    await page.getByRole('heading', { name: 'Say something to it' }).waitFor()
  })

  test('an answer is written as it comes, with its figures; the same seed gives it again', async () => {
    await setNumber('Max tokens', '24')
    await setNumber('Seed', '7')
    await ask('Hello')
    await settled('chatty')
    const answer = pane('chatty').locator('.turn:not(.me) p').first()
    const first = await answer.textContent()
    expect(first?.length).toBeGreaterThan(0)
    await pane('chatty').getByText('Ended at the limit of 24 tokens.').waitFor()
    // A busy machine may take longer than a second: 1,397 ms.
    expect(await pane('chatty').locator('footer').textContent()).toMatch(/first token\s+[\d,]+\s+ms/)
    expect(await pane('chatty').locator('footer').textContent()).toMatch(/context\s+\d+\s*\/ 1,024/)
    await pane('chatty').locator('.turn:not(.me)').hover()
    await page.getByRole('button', { name: 'Regenerate' }).click()
    await settled('chatty')
    expect(await answer.textContent()).toBe(first)
  })

  test('two models answer side by side at once, and a judgement becomes a row for training', async () => {
    await workstation.backend.client.inference.deploy({ model: 'other', wait: true })
    await page.getByRole('button', { name: 'Compare two' }).click()
    await pane('other').getByText('other@1').waitFor()
    await pane('other')
      .getByText(/is being loaded/)
      .waitFor({ state: 'hidden' })
    await ask('And you?')
    await settled('chatty')
    await settled('other')
    await page.getByRole('button', { name: 'New conversation' }).click()
    await ask('Which one?')
    await settled('chatty')
    await settled('other')
    await page.locator('main').focus()
    await page.keyboard.press('3')
    await page.getByText('1 preference kept').waitFor()
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export as DPO rows' }).click()
    const [line = ''] = readFileSync(await (await download).path(), 'utf8').split('\n')
    expect(JSON.parse(line)).toMatchObject({
      prompt: [{ role: 'user', content: 'Which one?' }],
      chosen: [{ role: 'assistant' }],
      rejected: [{ role: 'assistant' }],
    })
    for (const theme of ['dark', 'light'] as const) {
      await setLook(page, { theme, language: 'en', width: 1440 })
      expect(await barriers(page)).toEqual([])
    }
    await shoot(page, 'playground', { theme: 'dark', language: 'en', width: 1440 })
    await shoot(page, 'playground', { theme: 'light', language: 'zh', width: 1280 })
    await setLook(page, { theme: 'dark', language: 'en', width: 1440 })
  })

  test('each token tells its probability and what else could have stood there, to keys and to a pointer', async () => {
    await setNumber('Token probabilities', '3')
    await ask('Tokens, please')
    await settled('chatty')
    await pane('chatty').getByRole('listbox').focus()
    await page.keyboard.press('ArrowRight')
    const card = pane('chatty').getByRole('tooltip')
    // Bytes that make a character together are shown together, each with its own alternatives.
    const first = card.locator('dl').first()
    await first.getByText('all others').waitFor()
    expect(await first.locator('dt').count()).toBeGreaterThanOrEqual(4)
    const shares = (await first.locator('dd b').allTextContents()).map(text => Number.parseFloat(text))
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(100, 0)
    expect(await barriers(page)).toEqual([])
    await page.keyboard.press('Escape')
    await card.waitFor({ state: 'hidden' })

    // The pointer reads them too, also on the last line of a pane that ends right below it.
    await page.setViewportSize({ width: 1440, height: 720 })
    await pane('chatty')
      .getByRole('log')
      .evaluate(box => box.scrollTo(0, box.scrollHeight))
    const token = await pane('chatty').locator('.tk').last().boundingBox()
    if (!token) throw new Error('the last token has no place on the page')
    await page.mouse.move(token.x + token.width / 2, token.y + token.height / 2)
    await card.waitFor()
    const [told, room] = [await card.boundingBox(), await pane('chatty').getByRole('log').boundingBox()]
    expect(told && room && told.y + told.height <= room.y + room.height).toBe(true)
    await page.mouse.move(1, 1)
    await card.waitFor({ state: 'hidden' })
    await page.setViewportSize({ width: 1440, height: 900 })
  })

  test('the panel asks for no more probabilities once the field is empty', async () => {
    const sent = page.waitForRequest(request => request.url().endsWith('/v1/chat/completions'))
    await setNumber('Token probabilities', '')
    await ask('Without them')
    expect((await sent).postDataJSON()).not.toHaveProperty('logprobs')
    await settled('chatty')
  })

  test('a question is edited and asked again; what it dropped comes back with one button', async () => {
    const questions = () => pane('chatty').locator('.turn.me p').allTextContents()
    const before = await questions()
    expect(before.length).toBeGreaterThan(1)
    await setNumber('Max tokens', '8')
    await pane('chatty').locator('.turn.me').first().hover()
    await pane('chatty').getByRole('button', { name: 'Edit and ask again' }).first().click()
    await page.getByRole('textbox', { name: 'Your question' }).fill('Which one, edited?')
    await page.keyboard.press('Enter')
    await expect.poll(questions).toEqual(['Which one, edited?'])
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(questions).toEqual(before)
  })

  test('what is not sent yet, and what was said, are there after a reload', async () => {
    await composer().fill('half a thou')
    const said = await pane('chatty').locator('.turn.me p').allTextContents()
    await page.reload()
    await pane('chatty').locator('.turn.me').first().waitFor()
    expect(await composer().inputValue()).toBe('half a thou')
    expect(await pane('chatty').locator('.turn.me p').allTextContents()).toEqual(said)
    await composer().fill('')
  })

  test('conversations are found, renamed, exported, deleted and brought back', async () => {
    await page.getByRole('button', { name: 'Conversations', exact: true }).click()
    const list = page.getByRole('complementary', { name: 'Conversations' })
    const entries = list.getByRole('row')
    await expect.poll(() => entries.count()).toBe(2)
    await page.getByRole('textbox', { name: 'Search conversations' }).fill('hello')
    await expect.poll(() => entries.count()).toBe(1)
    await entries.first().click()
    await pane('chatty').getByText('Hello', { exact: true }).waitFor()
    await list.getByRole('button', { name: /^More for/ }).click()
    await page.getByRole('menuitem', { name: 'Rename' }).click()
    // A click elsewhere keeps the name as Enter does; Escape keeps the one before.
    await page.getByRole('textbox', { name: 'Name' }).fill('named with a pointer')
    await composer().click()
    await page.getByRole('heading', { name: 'named with a pointer' }).waitFor()
    for (const key of ['Escape', 'Enter']) {
      await list.getByRole('button', { name: /^More for/ }).click()
      await page.getByRole('menuitem', { name: 'Rename' }).click()
      await page.getByRole('textbox', { name: 'Name' }).fill(key)
      if (key === 'Enter') break
      await page.keyboard.press(key)
      await page.getByRole('heading', { name: 'named with a pointer' }).waitFor()
    }
    await page.getByRole('textbox', { name: 'Name' }).fill('المحادثة الأولى 造船')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'المحادثة الأولى 造船' }).waitFor()
    await page.getByRole('textbox', { name: 'Search conversations' }).fill('')
    const download = page.waitForEvent('download')
    await list.getByRole('button', { name: /^More for “المحادثة/ }).click()
    await page.getByRole('menuitem', { name: 'Export as JSONL' }).click()
    const [line = ''] = readFileSync(await (await download).path(), 'utf8').split('\n')
    expect(JSON.parse(line)).toMatchObject({
      messages: [{ role: 'user', content: 'Hello' }, { role: 'assistant' }, {}, {}],
      model: 'chatty@1',
    })
    await list.getByRole('button', { name: /^More for “المحادثة/ }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await expect.poll(() => entries.count()).toBe(1)
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => entries.count()).toBe(2)
    expect(await barriers(page)).toEqual([])
    await shoot(page, 'playground-conversations', { theme: 'light', language: 'en', width: 1440 })
    await setLook(page, { theme: 'dark', language: 'en', width: 1440 })
    await list.getByRole('button', { name: 'Close the list' }).click()
  })

  test('Escape stops an answer, and what was written stays', async () => {
    // Large enough to be slow, and asked greedily, which finds no end by itself.
    await importTiny(workstation, folder, 'slow', {
      ...{ seed: 5, embedding: 256, layers: 8, contextLength: 4096 },
      isEndless: true,
    })
    await workstation.backend.client.inference.deploy({ model: 'slow', wait: true })
    await workstation.open('#/playground?a=slow')
    await pane('slow').getByText('slow@1').waitFor()
    await pane('slow')
      .getByText(/is being loaded/)
      .waitFor({ state: 'hidden' })
    const temperature = page.getByRole('slider', { name: 'Temperature' })
    await temperature.focus()
    await page.keyboard.press('Home')
    await expect.poll(() => temperature.getAttribute('aria-valuenow')).toBe('0')
    await setNumber('Max tokens', '')
    expect(await temperature.getAttribute('aria-valuenow')).toBe('0')
    await ask('Go on for long')
    await pane('slow').getByRole('status').filter({ hasText: 'streaming' }).waitFor()
    await composer().focus()
    await page.keyboard.press('Escape')
    await pane('slow').getByText('Stopped here.').waitFor()
    expect((await pane('slow').locator('.turn:not(.me) p').first().textContent())?.length).toBeGreaterThan(0)
  })

  test('a model without a chat template continues the text, and says so', async () => {
    await workstation.backend.client.inference.deploy({ model: 'plain', wait: true })
    await workstation.open('#/playground?a=plain')
    await page.getByText(/it continues the text as it stands/).waitFor()
    const sent = page.waitForRequest(request => request.url().endsWith('/v1/completions'))
    await setNumber('Max tokens', '8')
    await ask('Once upon')
    expect((await sent).postDataJSON()).toMatchObject({ model: 'plain', prompt: 'Once upon', max_tokens: 8 })
    await settled('plain')
  })

  test('a deployment that was stopped says so and is started from here', async () => {
    await workstation.backend.client.inference.stop({ id: 'plain', wait: true })
    await page.getByText('plain is not serving: Stopped.').waitFor()
    expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true)
    await page.getByRole('button', { name: 'Start the deployment' }).click()
    await page.getByText('plain is not serving: Stopped.').waitFor({ state: 'hidden' })
    await chooseIn('plain', 'chatty')
    await pane('chatty').waitFor()
  })

  test('a question that does not fit fails in its place, with the cause', async () => {
    await setNumber('Max tokens', '8')
    await ask('long '.repeat(400))
    const fault = pane('chatty').getByRole('alert')
    await fault.getByText('No answer came').waitFor()
    expect(await fault.textContent()).toMatch(/1024|context/)
    await fault.getByRole('button', { name: 'Try again' }).waitFor()
    expect(await barriers(page)).toEqual([])
  })

  test('the request is shown as code, with the settings of the panel', async () => {
    await page.getByRole('button', { name: 'API code' }).click()
    const code = await page.getByRole('dialog').locator('pre').first().textContent()
    expect(code).toContain('/v1/chat/completions')
    expect(code).toContain('"max_tokens":8')
    expect(await barriers(page)).toEqual([])
    await page.keyboard.press('Escape')
  })

  test('a narrow window keeps everything within it', async () => {
    await page.setViewportSize({ width: 900, height: 600 })
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
    await expect.poll(overflow).toBe(false)
    await composer().waitFor()
    await page.setViewportSize({ width: 1440, height: 900 })
  })

  test('nothing was complained of but the refusal that was asked for', () => {
    expect(workstation.complaints.filter(complaint => !/status of 400/.test(complaint))).toEqual([])
  })
})
