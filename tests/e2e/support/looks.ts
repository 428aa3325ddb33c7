import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir, tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'

const shots = fileURLToPath(new URL('../shots', import.meta.url))
/** Pictures are drawn on wish only: a test run leaves the checkout as it was, and judges none of them. */
const draws = process.env.SLIPWAY_SHOTS === '1'

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

/** The checker that @axe-core/playwright brings, which is put into a page once instead of with every check. */
const axeFile = createRequire(createRequire(import.meta.url).resolve('@axe-core/playwright')).resolve(
  'axe-core/axe.min.js',
)
const axeSource = readFileSync(axeFile, 'utf8')
type Violation = { readonly id: string; readonly nodes: readonly { readonly target: readonly string[] }[] }
type Axe = { readonly run: (on: Document, options: object) => Promise<{ readonly violations: readonly Violation[] }> }

/** What a check of WCAG 2.2 A and AA finds on the page as it is: one line for each rule, with the elements. */
export async function barriers(page: Page): Promise<readonly string[]> {
  const isThere = await page.evaluate(() => 'axe' in window)
  if (!isThere) await page.evaluate(`${axeSource}; undefined`)
  return page.evaluate(async () => {
    const { axe } = window as unknown as { readonly axe: Axe }
    const { violations } = await axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
      // What is well need not be described.
      resultTypes: ['violations'],
    })
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(' | ')}`)
  })
}

/** The page in a look, and on wish a picture of it for the eye of a reviewer: `<screen>-<theme>-<language>-<width>.png`. */
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
  // Nor what it said of the thing that it pointed at.
  await page.waitForFunction(() => !document.querySelector('.ant-tooltip:not(.ant-tooltip-hidden)'))
  if (!draws) return
  mkdirSync(shots, { recursive: true })
  // What was said a moment ago is not part of the screen.
  const showMessages = (visibility: 'hidden' | 'visible') =>
    page.evaluate(to => {
      for (const box of document.querySelectorAll<HTMLElement>('.ant-message')) box.style.visibility = to
    }, visibility)
  await showMessages('hidden')
  const own = await page.evaluateHandle(pairs => {
    const renamed = (text: string) =>
      pairs.reduce((result, [pattern, shown]) => result.replace(new RegExp(pattern, 'g'), shown), text)
    const undo: (() => void)[] = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node
      const before = text.nodeValue ?? ''
      if (renamed(before) === before) continue
      text.nodeValue = renamed(before)
      undo.push(() => {
        text.nodeValue = before
      })
    }
    for (const field of document.querySelectorAll('input')) {
      const before = field.value
      if (renamed(before) === before) continue
      field.value = renamed(before)
      undo.push(() => {
        field.value = before
      })
    }
    return undo
  }, ownFolders)
  await page.screenshot({ path: `${shots}/${name}.png`, animations: 'disabled' })
  await own.evaluate(undo => {
    for (const back of undo) back()
  })
  await showMessages('visible')
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** A picture shows no folder of the machine that drew it; beside the pattern of each, what stands in its place. */
const ownFolders: readonly (readonly [pattern: string, shown: string])[] = [
  [literal(fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '')), '/opt/slipway'],
  // Temporary folders have random endings.
  [`${literal(tmpdir())}/slipway data \\w{6}`, '~/.local/share/slipway'],
  [`${literal(tmpdir())}/slipway [a-z ]*\\w{6}`, '~/research'],
  [literal(homedir()), '~'],
  ['\\S*/(python3(\\.\\d+)?)(?=$|\\s)', '/usr/bin/$1'],
]
