import { randomBytes } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { temporaryDir } from '../support/backend.ts'
import { canMount, fill, mountSmallDisk, type SmallDisk } from '../support/small-disk.ts'
import { chromiumPath } from './support/chromium.ts'
import { barriers, shoot } from './support/looks.ts'
import { openWorkstation, type Workstation } from './support/workstation.ts'

const noReason = chromiumPath
  ? canMount
    ? undefined
    : 'a small disk can be mounted only on Linux, as root'
  : 'there is no Chromium here'
beforeEach(({ skip }) => skip(noReason !== undefined, noReason))

let disk: SmallDisk
let elsewhere: string
let workstation: Workstation
let page: Page

beforeAll(async () => {
  if (noReason) return
  disk = mountSmallDisk(24)
  elsewhere = temporaryDir('rows')
  workstation = await openWorkstation({}, { dataDir: join(disk.folder, 'data') })
  page = workstation.page
  const { client } = workstation.backend
  const { jobId } = await client.datasets.import({ path: rowsFile('before', 12), name: 'before' })
  await client.jobs.wait({ id: jobId, timeoutMs: 30_000 })
})
/** What takes the room that is left, in the second test. */
const filler = () => join(disk.folder, 'filler')
afterAll(async () => {
  // A backend on a full disk does not even take down that it shall stop.
  if (disk) rmSync(filler(), { force: true })
  await workstation?.close()
  disk?.remove()
  if (elsewhere) rmSync(elsewhere, { recursive: true, force: true })
})

/** Rows that no compression makes smaller, on another disk than the data directory's. */
function rowsFile(name: string, count: number, answerBytes = 12): string {
  const path = join(elsewhere, `${name}.jsonl`)
  const rows = Array.from({ length: count }, (_, index) =>
    JSON.stringify({ prompt: `question ${index}`, response: randomBytes(answerBytes).toString('base64') }),
  )
  writeFileSync(path, `${rows.join('\n')}\n`)
  return path
}

const form = () => page.getByRole('dialog', { name: 'Import a dataset' })
const importing = (path: string) => workstation.open(`#/datasets?import=${encodeURIComponent(path)}`)
const start = () => form().getByRole('button', { name: 'Import', exact: true }).click()
const fault = () =>
  form()
    .getByRole('alert')
    .filter({ hasText: /The disk .*full/ })
/** What was there before is shown, whole. */
const expectBefore = async (on: Page) => {
  await on.goto(`${workstation.backend.url}/#/datasets`)
  await on.getByRole('grid', { name: 'Datasets' }).getByText('before', { exact: true }).click()
  await on.getByRole('grid', { name: 'Rows' }).getByText('question 11', { exact: true }).waitFor()
}

test('a disk that fills up in the middle of an import: the dialog says so, says what to do, and nothing is lost', async () => {
  const path = rowsFile('too-large', 40_000, 700)
  await importing(path)
  await form().getByLabel('Name').fill('too-large of mine')
  await start()
  await fault().waitFor({ timeout: 30_000 })
  expect(await fault().textContent()).toMatch(/The disk is full.*Free some space/)
  await shoot(page, 'import-disk-full', { theme: 'dark', language: 'en', width: 1280 })
  expect(await barriers(page)).toEqual([])
  const other = await page.context().newPage()
  await expectBefore(other)
  await other.close()

  // As the remedy says: with more room, the same once more.
  disk.resize(150)
  await form().getByRole('button', { name: 'Try again' }).click()
  expect(await form().getByLabel('Name').inputValue()).toBe('too-large of mine')
  await start()
  await form().getByText('40,000 rows are in. None was left out.').waitFor({ timeout: 30_000 })
  await page.keyboard.press('Escape')
  await expectBefore(page)
})

test('a disk that is full before the import begins: what was typed stays, and the same button works once there is room', async () => {
  await importing(rowsFile('small', 20))
  await form().getByLabel('Name').fill('a name that was thought about')
  fill(filler())
  await start()
  await fault().waitFor()
  expect(await fault().textContent()).toMatch(/Free some space/)
  expect(await form().getByLabel('Name').inputValue()).toBe('a name that was thought about')

  rmSync(filler())
  await start()
  await form().getByText('20 rows are in. None was left out.').waitFor()
  await page.keyboard.press('Escape')
  await expectBefore(page)
  expect((await workstation.backend.client.audit.verify({})).verdict).toBe('intact')
  expect(workstation.complaints.filter(text => !/status of 507/.test(text))).toEqual([])
})
