import { afterEach, beforeEach, expect, test } from 'vitest'
import { endOf } from '../../support/conversions.ts'
import { goFromTuned, goToTuning } from '../support/guided-tour.ts'
import { heldOutRows, tuneSample } from '../support/tuned-sample.ts'
import { type Desktop, displayForFile, noDesktopReason, openDesktop } from './support/desktop.ts'

/**
 * The way is the same as in a browser, where it is gone in one piece and the tuned model is judged; in the window each
 * half is gone once, with a run that is not waited for and one that is short.
 */

const display = displayForFile()
let desktop: Desktop

beforeEach(async () => {
  if (noDesktopReason) return
  desktop = await openDesktop({ env: display.env() })
  await desktop.page.waitForSelector('.frame')
})
afterEach(async () => {
  if (noDesktopReason) return
  // What the tour serves, and what a failed test left running, outlives the backend by design; here it must not.
  const { jobs } = desktop.client
  for (const { id } of (await jobs.list({ state: ['queued', 'running'] })).items) {
    await jobs.stop({ id })
    await endOf(desktop, id)
  }
  await desktop.dispose()
})

const patience = { timeout: 600_000 }

test(
  'the window leads by clicks and keys alone from the first run to a model that is being tuned',
  patience,
  async () => {
    const { page, client } = desktop
    await goToTuning(page)
    const { items } = await client.training.list({})
    expect(items).toMatchObject([{ name: 'sample-tuned', state: 'running' }])
    await client.training.stop({ id: 'sample-tuned' })
    expect((await endOf(desktop, items[0]?.jobId ?? '')).state).toBe('cancelled')
  },
)

test('the window leads by clicks and keys alone from a tuned model to a chat with it', patience, async () => {
  const { page, client } = desktop
  await tuneSample(client)
  expect(await goFromTuned(page)).not.toBe('')
  const { items } = await client.evaluation.list({ limit: 1 })
  expect(items[0]?.objects.map(({ rows, failedRows }) => ({ rows, failedRows }))).toEqual([
    { rows: heldOutRows, failedRows: 0 },
    { rows: heldOutRows, failedRows: 0 },
  ])
  expect(items[0]?.objects.flatMap(({ scores }) => scores.map(({ metric }) => metric))).toContain('exact_match')
})
