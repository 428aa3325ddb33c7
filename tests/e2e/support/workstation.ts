import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { type RunningBackend, startBackend } from '../../support/backend.ts'
import { launchChromium } from './chromium.ts'

export const sample = (name: string): string =>
  fileURLToPath(new URL(`../../../resources/samples/${name}`, import.meta.url))

type Look = {
  readonly theme?: 'dark' | 'light'
  readonly language?: 'en' | 'zh'
  readonly width?: number
  readonly height?: number
}

export type Workstation = {
  readonly backend: RunningBackend
  readonly page: Page
  /** What the page complained of: errors, and what its policy refused. Empty at the end of every test. */
  readonly complaints: readonly string[]
  /** Goes to an address such as `#/models`, and waits until nothing is being read any more. */
  readonly open: (hash: string) => Promise<void>
  readonly close: () => Promise<void>
}

/** A real backend, and a real browser in front of it, with a session of its own. */
export async function openWorkstation(
  { theme = 'dark', language = 'en', width = 1280, height = 800 }: Look = {},
  options: Parameters<typeof startBackend>[0] = {},
): Promise<Workstation> {
  const backend = await startBackend({ ...options, port: true })
  let browser: Browser | undefined
  try {
    browser = await launchChromium()
    const context: BrowserContext = await browser.newContext({
      viewport: { width, height },
      locale: language === 'zh' ? 'zh-CN' : 'en-GB',
      reducedMotion: 'reduce',
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    await context.addInitScript(
      `if (!localStorage.getItem('slipway.view')) localStorage.setItem('slipway.view', ${JSON.stringify(JSON.stringify({ theme, language, isRailWide: true }))})`,
    )
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', message => {
      if (message.type() === 'error' || /content security policy/i.test(message.text())) complaints.push(message.text())
    })
    page.on('pageerror', error => complaints.push(`${error.stack ?? error}`))
    await page.goto(backend.launchUrl)
    await page.waitForSelector('.frame')
    const opened = browser
    return {
      backend,
      page,
      complaints,
      open: async hash => {
        // The browser tells the page of its new address in a task of its own: until then the screen before is the one that is not busy.
        await page.evaluate(
          to =>
            new Promise<void>(resolve => {
              if (new URL(to, location.href).hash === location.hash) return resolve()
              addEventListener('hashchange', () => resolve(), { once: true })
              location.hash = to
            }),
          hash,
        )
        await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null)
      },
      close: async () => {
        await opened.close()
        await backend.dispose()
      },
    }
  } catch (error) {
    await browser?.close()
    await backend.dispose()
    throw error
  }
}
