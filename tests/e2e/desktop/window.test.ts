import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { desktopKeys } from '../../../preload/desktop-api.ts'
import { type Display, openDisplay } from '../support/display.ts'
import { buildDesktop, type Desktop, noDesktopReason, openDesktop } from './support/desktop.ts'

let display: Display
let desktop: Desktop

beforeAll(async () => {
  if (noDesktopReason) return
  await buildDesktop()
  display = await openDisplay()
  desktop = await openDesktop({ env: display.env })
})
afterAll(async () => {
  await desktop?.dispose()
  await display?.close()
})
beforeEach(({ skip }) => skip(noDesktopReason !== undefined, noDesktopReason))

test('the window opens on the first screen, at the address that no network has', async () => {
  await desktop.page.waitForSelector('.frame')
  expect(desktop.page.url()).toMatch(/^app:\/\/slipway\//)
  expect(await desktop.page.title()).toContain('Slipway')
})

test('the page is offered exactly the listed functions', async () => {
  const offered = await desktop.page.evaluate(() => {
    const desktop = (globalThis as unknown as { slipwayDesktop: object }).slipwayDesktop
    return { keys: Object.keys(desktop).sort(), frozen: Object.isFrozen(desktop) }
  })
  expect(offered).toEqual({ keys: [...desktopKeys].sort(), frozen: true })
})
