import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumPath } from './support/chromium.ts'
import { barriers } from './support/looks.ts'
import { openWorkstation, type Workstation } from './support/workstation.ts'

describe.skipIf(!chromiumPath)('a page that cannot be shown', () => {
  let workstation: Workstation
  beforeAll(async () => {
    workstation = await openWorkstation()
  })
  afterAll(() => workstation?.close())

  test('one whose code cannot be read leaves the frame as it is, says why, and comes with another try', async () => {
    const page = await workstation.page.context().newPage()
    const document = await (await page.request.get(workstation.backend.url)).text()
    // What the document names itself is the frame; any other script is the code of a page.
    await page.route('**/assets/*.js', route =>
      document.includes(new URL(route.request().url()).pathname) ? route.continue() : route.abort(),
    )
    await page.goto(`${workstation.backend.url}/#/resources`)
    const fault = page.getByRole('alert').filter({ hasText: 'This page could not be shown' })
    await fault.waitFor()
    await page.getByRole('link', { name: 'Models' }).waitFor()
    expect(await page.locator('main h1').textContent()).toBe('Resources')
    expect(await barriers(page)).toEqual([])
    await page.unroute('**/assets/*.js')
    await fault.getByRole('button', { name: 'Try again' }).click()
    await fault.waitFor({ state: 'hidden' })
    await page.locator('main h1').filter({ hasText: 'Resources' }).waitFor()
    await page.getByRole('heading', { name: 'Who waits' }).waitFor()
    await page.close()
  })
})
