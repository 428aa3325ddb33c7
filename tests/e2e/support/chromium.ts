import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const places = [
  process.env.SLIPWAY_TEST_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]

/** The browser at hand; undefined where there is none, and the tests that need it are named skips. */
export const chromiumPath: string | undefined = places.find(path => path !== undefined && existsSync(path))

/** Root may not use the sandbox's user namespaces; the pages are our own. */
export const launchChromium = (args: readonly string[] = []): Promise<Browser> =>
  chromium.launch({
    ...(chromiumPath !== undefined && { executablePath: chromiumPath }),
    args: [
      '--disable-gpu',
      '--font-render-hinting=none',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ...args,
    ],
  })
