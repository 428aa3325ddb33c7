import { mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'

/** The pictures that are kept are drawn anew only on wish, so that a test run leaves the checkout as it was. */
const shots =
  process.env.SLIPWAY_SHOTS === '1'
    ? fileURLToPath(new URL('../shots', import.meta.url))
    : join(tmpdir(), 'slipway-shots')

export type Look = {
  readonly theme?: 'dark' | 'light'
  readonly language?: 'en' | 'zh'
  readonly width?: 1280 | 1440
}

/** Changes theme, language and size while the page runs, as a person would: by the key and by the button. */
export async function setLook(page: Page, { theme = 'dark', language = 'en', width = 1280 }: Look): Promise<void> {
  await page.setViewportSize({ width, height: width === 1440 ? 900 : 800 })
  if ((await page.locator('html').getAttribute('data-theme')) !== theme) await page.keyboard.press('Control+Shift+L')
  await page.locator(`html[data-theme="${theme}"]`).waitFor()
  const lang = language === 'zh' ? 'zh-CN' : 'en'
  if ((await page.locator('html').getAttribute('lang')) !== lang) {
    await page.locator(`.status button[lang="${lang}"]`).click()
  }
  await page.locator(`html[lang="${lang}"]`).waitFor()
}

/** What a check of WCAG 2.2 A and AA finds on the page as it is: one line for each rule, with the elements. */
export async function barriers(page: Page): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze()
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(' | ')}`)
}

/** A picture of the page for the eye of a reviewer: `<screen>-<theme>-<language>-<width>.png`. */
export async function shoot(page: Page, screen: string, look: Look): Promise<void> {
  const { theme = 'dark', language = 'en', width = 1280 } = look
  await setLook(page, look)
  // The pointer and a focus ring say nothing about the screen.
  await page.mouse.move(width / 2, 2)
  await page.evaluate(() => {
    if (document.activeElement instanceof HTMLElement && document.activeElement !== document.body)
      document.activeElement.blur()
  })
  await shootAsIs(page, `${screen}-${theme}-${language}-${width}`)
}

/** The same of a page that stands alone, without the frame's ways to choose a look. */
export async function shootAsIs(page: Page, name: string): Promise<void> {
  mkdirSync(shots, { recursive: true })
  await page.screenshot({ path: `${shots}/${name}.png`, animations: 'disabled' })
}
