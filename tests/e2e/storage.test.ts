import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { chromiumPath } from './support/chromium.ts'
import { barriers, setLook, shoot } from './support/looks.ts'
import { openWorkstation, sample, type Workstation } from './support/workstation.ts'

describe.skipIf(!chromiumPath)('storage in the settings', () => {
  let workstation: Workstation
  let page: Page
  const address = '#/settings?section=storage'

  beforeAll(async () => {
    workstation = await openWorkstation({ height: 900 })
    page = workstation.page
    const { models, datasets, jobs } = workstation.backend.client
    const model = await models.import({ path: sample('model'), name: 'kept', copy: true })
    const rows = await datasets.import({ path: sample('datasets/broken.jsonl'), name: '破损的样例' })
    for (const { jobId } of [model, rows]) await jobs.wait({ id: jobId, timeoutMs: 60_000 })
  })
  // Whatever an earlier test left open or chosen is no business of the next.
  beforeEach(async () => {
    await page.reload()
    await page.locator('.frame').waitFor()
    await setLook(page, {})
  })
  afterAll(() => workstation?.close())

  const section = () => page.getByRole('region', { name: 'Storage' })
  const blobPath = (sha256: string) =>
    join(workstation.backend.dataDir, 'blobs', sha256.slice(0, 2), sha256.slice(2, 4), sha256)
  /** Bytes that no row knows, as a crash in the middle of an import leaves them. */
  const leave = (text: string) => {
    const path = blobPath(createHash('sha256').update(text).digest('hex'))
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  const bothThemes = async () => {
    for (const theme of ['light', 'dark'] as const) {
      await setLook(page, { theme })
      expect(await barriers(page)).toEqual([])
    }
  }

  test('what the data folder holds is shown, and what nothing needs is freed with a word on how much', async () => {
    leave('x'.repeat(250_000))
    await workstation.open('#/settings')
    await page.getByRole('navigation', { name: 'Sections of the settings' }).getByText('Storage').click()
    expect(new URL(page.url()).hash).toBe(address)
    const parts = section().getByRole('table')
    await parts.getByRole('row').filter({ hasText: 'Models: copies and conversions' }).waitFor()
    await parts.getByRole('row').filter({ hasText: 'Needed by nothing' }).getByText('250 kB').waitFor()
    await section()
      .getByText(/ free of /)
      .waitFor()
    await section()
      .getByText(/^Imports leave 268 MB free/)
      .waitFor()
    await section().getByText('250 kB that nothing needs: 1 stored file.').waitFor()
    await bothThemes()
    await shoot(page, 'settings-storage', { theme: 'dark', language: 'en', width: 1440 })
    await shoot(page, 'settings-storage', { theme: 'light', language: 'zh', width: 1280 })
    await setLook(page, {})
    // By keys alone.
    await section().getByRole('button', { name: 'Free space' }).focus()
    await page.keyboard.press('Enter')
    await section().getByRole('status').filter({ hasText: '250 kB freed' }).waitFor()
    await section().getByText('Nothing: every byte in the data folder is needed.').waitFor()
    expect(await section().getByRole('button', { name: 'Free space' }).isDisabled()).toBe(true)
    expect(await barriers(page)).toEqual([])
    expect(workstation.complaints).toEqual([])
  })

  test('what was removed is there with its last day, and comes back', async () => {
    const { models } = workstation.backend.client
    const { id } = await models.show({ id: 'kept' })
    await models.remove({ id: 'kept' })
    await workstation.open(address)
    const grid = section().getByRole('grid', { name: 'Removed, can be taken back' })
    await grid.getByRole('row').filter({ hasText: 'kept v1' }).waitFor()
    expect(await barriers(page)).toEqual([])
    await grid.getByRole('button', { name: 'Restore kept v1' }).click()
    await section().getByText('Nothing was removed in the last seven days.').waitFor()
    expect((await models.show({ id })).name).toBe('kept')
    expect(workstation.complaints).toEqual([])
  })

  test('all files are checked with progress: first all are sound, then one is named that is not', async () => {
    await workstation.open(address)
    await section().getByText('The files were not checked yet.').waitFor()
    await section().getByRole('button', { name: 'Check all files' }).click()
    await section().getByText('Every file is as it was stored').waitFor()
    expect(await barriers(page)).toEqual([])
    const { files } = await workstation.backend.client.datasets.show({ id: '破损的样例' })
    const path = blobPath(files[0]?.sha256 ?? '')
    chmodSync(path, 0o600)
    writeFileSync(path, 'not what it was')
    await section().getByRole('button', { name: 'Check all files' }).click()
    const found = section()
      .getByRole('alert')
      .filter({ hasText: /^1 of \d+ files are not as they were stored/ })
    await found.getByRole('link', { name: '破损的样例 v1' }).waitFor()
    await found.getByText('damaged, moved aside').waitFor()
    await bothThemes()
    await setLook(page, {})
    expect(workstation.complaints).toEqual([])
  })
})
