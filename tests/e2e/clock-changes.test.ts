import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumPath } from './support/chromium.ts'
import { openWorkstation, sample, type Workstation } from './support/workstation.ts'

describe.skipIf(!chromiumPath)('the clock and the time zone are changed while a page is open', () => {
  let workstation: Workstation
  let page: Page
  let datasetId: string
  beforeAll(async () => {
    workstation = await openWorkstation()
    page = workstation.page
    const { client } = workstation.backend
    const { id, jobId } = await client.datasets.import({ path: sample('datasets/broken.jsonl'), name: 'rows' })
    await client.jobs.wait({ id: jobId, timeoutMs: 30_000 })
    datasetId = id
  })
  afterAll(() => workstation?.close())

  /** When the rows were imported, as the audit log shows it. */
  const shownMoment = async () => {
    await workstation.open('#/home')
    await workstation.open('#/audit?q=datasets.import')
    const cell = page.getByRole('grid').getByText(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/)
    return Date.parse(`${(await cell.first().textContent())?.replace(' ', 'T')}Z`)
  }

  test('moments are told in the zone that the machine has now', async () => {
    const browser = await page.context().newCDPSession(page)
    const zone = (timezoneId: string) => browser.send('Emulation.setTimezoneOverride', { timezoneId })
    await zone('UTC')
    const utc = await shownMoment()
    const { items } = await workstation.backend.client.audit.list({ action: 'datasets.import' })
    expect(Math.abs(utc - Date.parse(items[0]?.at ?? ''))).toBeLessThan(1_000)
    await zone('Asia/Shanghai')
    expect((await shownMoment()) - utc).toBe(8 * 3_600_000)
    await zone('Asia/Kathmandu')
    expect((await shownMoment()) - utc).toBe(5.75 * 3_600_000)
    await browser.detach()
  })

  test.each([
    ['set forward by three hours', 3 * 3_600_000, '3 h'],
    ['set back by three hours', -3 * 3_600_000, 'now'],
  ])('a clock that is %s makes no silence and no future', async (_how, byMs, age) => {
    await page.clock.setFixedTime(Date.now() + byMs)
    await workstation.open('#/settings')
    await workstation.open('#/datasets')
    const row = page.getByRole('grid', { name: 'Datasets' }).getByRole('row').filter({ hasText: 'rows' })
    await row.getByText(age, { exact: true }).waitFor({ timeout: 5_000 })
    // Changes are followed as before.
    await workstation.backend.client.datasets.update({ id: datasetId, name: `rows ${byMs}` })
    await row.filter({ hasText: `rows ${byMs}` }).waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
    await page.locator('.status .state', { hasText: /^Backend/ }).waitFor()
    expect(workstation.complaints).toEqual([])
  })
})
