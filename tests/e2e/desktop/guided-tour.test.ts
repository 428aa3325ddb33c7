import { afterAll, beforeAll, expect, test } from 'vitest'
import { goGuidedTour, reference } from '../support/guided-tour.ts'
import { type Desktop, displayForFile, noDesktopReason, openDesktop } from './support/desktop.ts'

const display = displayForFile()
let desktop: Desktop

beforeAll(async () => {
  if (noDesktopReason) return
  desktop = await openDesktop({ env: display.env() })
})
afterAll(async () => {
  // What the tour served outlives the backend by design; here it must not.
  await desktop?.client.inference.stop({ id: 'assistant' }).catch(() => undefined)
  await desktop?.dispose()
})

test('the window leads by clicks and keys alone from the first run to a chat with the tuned model', async () => {
  const { page, client } = desktop
  await page.waitForSelector('.frame')
  const answer = JSON.parse(await goGuidedTour(page)) as Record<string, unknown>
  expect(Object.keys(answer).sort()).toEqual(Object.keys(reference).sort())

  const { items } = await client.evaluation.list({ limit: 1 })
  const scores = (items[0]?.objects ?? []).map(
    object => object.scores.find(score => score.metric === 'exact_match')?.value ?? 0,
  )
  expect(scores).toHaveLength(2)
  expect(scores[0]).toBeLessThan(0.05)
  expect(scores[1]).toBeGreaterThan(0.8)
}, 7_200_000)
