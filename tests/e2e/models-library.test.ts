import { rmSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { libraryOf } from '../bench/library.ts'
import { chromiumPath } from './support/chromium.ts'
import { barriers, setLook, shoot } from './support/looks.ts'
import { openWorkstation, type Workstation } from './support/workstation.ts'

const count = 700

describe.skipIf(!chromiumPath)('a library of models', () => {
  let workstation: Workstation
  let page: Page
  const dataDir = chromiumPath ? libraryOf(count) : ''

  beforeAll(async () => {
    workstation = await openWorkstation({}, { dataDir })
    page = workstation.page
  })
  afterAll(async () => {
    await workstation?.close()
    if (dataDir !== '') rmSync(dataDir, { recursive: true, force: true })
  })

  const grid = () => page.getByRole('grid', { name: 'Models' })
  const names = () => grid().locator('.vrow .nm b').allTextContents()
  const facet = (name: string, value: string) =>
    page.getByRole('group', { name }).locator('label').filter({ hasText: value })
  /** What a value of a facet would show, once the counts belong to the filters that are chosen. */
  const countOf = async (name: string, value: string): Promise<number> => {
    await page.locator('.facets[aria-busy="false"]').waitFor()
    return Number(await facet(name, value).locator('em').textContent())
  }
  const shown = () => page.getByRole('main').getByRole('status').first().textContent()

  test('every model can be scrolled to, and only those in view are drawn', async () => {
    await workstation.open('#/models')
    await expect.poll(shown).toBe('700 of 700')
    await expect.poll(() => grid().getAttribute('aria-rowcount')).toBe('701')
    await grid().focus()
    await page.keyboard.press('End')
    await grid().getByText('llama-0-0b').waitFor()
    expect((await names()).length).toBeLessThan(60)
    await page.keyboard.press('Home')
    await grid().getByText('deepseek-699-').waitFor()
  })

  test('facets count what they would show, together and against each other; the address keeps them', async () => {
    await workstation.open('#/models')
    const gguf = await countOf('Format', 'GGUF')
    await facet('Format', 'GGUF').click()
    await expect.poll(shown).toBe(`${gguf} of 700`)
    const chat = await countOf('Task', 'Chat')
    await facet('Task', 'Chat').click()
    await expect.poll(shown).toBe(`${chat} of 700`)
    const onnx = await countOf('Format', 'ONNX')
    await facet('Format', 'ONNX').click()
    await expect.poll(shown).toBe(`${chat + onnx} of 700`)
    expect(await page.evaluate(() => location.hash)).toMatch(/format=gguf%2Connx/)
    await page.reload()
    await expect.poll(shown).toBe(`${chat + onnx} of 700`)
    expect(await barriers(page)).toEqual([])
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await expect.poll(shown).toBe('700 of 700')
  })

  test('words filter as they are typed, from the slash on, without an empty frame in between', async () => {
    await workstation.open('#/models')
    await grid().getByText('deepseek-699-').waitFor()
    await page.evaluate(() => {
      const seen = { bones: 0 }
      Object.assign(globalThis, { seen })
      new MutationObserver(() => {
        if (document.querySelector('main .bones')) seen.bones += 1
      }).observe(document.body, { childList: true, subtree: true })
    })
    await grid().focus()
    await page.keyboard.press('/')
    await page.keyboard.type('qwen-1')
    await expect.poll(names).toContain('qwen-1-919b')
    expect((await names()).every(name => name.startsWith('qwen-1'))).toBe(true)
    expect(await page.evaluate(() => (globalThis as unknown as { seen: { bones: number } }).seen.bones)).toBe(0)
    await page.keyboard.type(' nothing of the kind')
    await page.getByText('No model matches these filters').waitFor()
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await expect.poll(shown).toBe('700 of 700')
  })

  test('a column is sorted by its head: one way, the other, and not', async () => {
    await workstation.open('#/models')
    await grid().getByRole('button', { name: 'Name' }).click()
    await expect.poll(async () => (await names())[0]).toMatch(/^deepseek-9-/)
    const head = grid().getByRole('columnheader', { name: /^Name/ })
    expect(await head.getAttribute('aria-sort')).toBe('ascending')
    await grid().getByRole('button', { name: 'Name' }).click()
    await expect.poll(async () => (await names())[0]).toMatch(/^yi-/)
    await grid().getByRole('button', { name: 'Name' }).click()
    await expect.poll(async () => (await names())[0]).toMatch(/^deepseek-699-/)
    expect(await page.evaluate(() => location.hash)).not.toContain('sort')
    // The whole head is the button: figures have their word at the right, and nobody aims at it.
    await grid()
      .getByRole('columnheader', { name: /^Size/ })
      .click({ position: { x: 12, y: 10 } })
    await expect.poll(() => page.evaluate(() => location.hash)).toContain('sort=size')
    await workstation.open('#/models')
  })

  test('with keys alone: choose, open, read the next ones, close, go back', async () => {
    await workstation.open('#/models')
    await grid().getByText('deepseek-699-').waitFor()
    await grid().focus()
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.getByRole('complementary', { name: /^yi-698-/ }).waitFor()
    await page.keyboard.press('j')
    await page.getByRole('complementary', { name: /^granite-697-/ }).waitFor()
    await shoot(page, 'model-beside-list', { theme: 'dark', width: 1280 })
    await grid().focus()
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('complementary', { name: /^granite/ }).count()).toBe(0)
    await page.goBack()
    await page.getByRole('complementary', { name: /^granite-697-/ }).waitFor()
  })

  test('a click on a name opens the model, and the filters stay', async () => {
    await workstation.open('#/models?q=deepseek')
    await grid().getByText('deepseek-699-').click()
    await page.getByRole('complementary', { name: /^deepseek-699-/ }).waitFor()
    expect(page.url()).toContain('q=deepseek')
  })

  test('a small window and a large zoom drop columns, never the name', async () => {
    await workstation.open('#/models')
    for (const [width, height] of [
      [900, 600],
      [720, 450],
    ] as const) {
      await page.setViewportSize({ width, height })
      await grid().getByText('deepseek-699-').waitFor()
      await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
      await expect.poll(() => grid().evaluate(element => element.scrollWidth <= element.clientWidth)).toBe(true)
    }
    await setLook(page, {})
  })

  test('the list in both themes and languages', async () => {
    await workstation.open('#/models')
    await grid().getByText('deepseek-699-').waitFor()
    await shoot(page, 'models', { theme: 'dark', language: 'en', width: 1280 })
    expect(await barriers(page)).toEqual([])
    await workstation.open('#/models?q=llama-6&sort=size')
    await expect.poll(async () => (await names()).every(name => name.startsWith('llama-6'))).toBe(true)
    await shoot(page, 'models', { theme: 'light', language: 'zh', width: 1280 })
    expect(await barriers(page)).toEqual([])
    await setLook(page, {})
  })

  test('the page complained of nothing', () => {
    // No file of these models is there: asked for a card, the backend says so, and the browser notes that answer.
    expect(workstation.complaints.filter(each => !each.includes('404 (Not Found)'))).toEqual([])
  })
})
