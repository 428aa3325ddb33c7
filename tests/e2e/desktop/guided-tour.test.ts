import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { goGuidedTour, reference } from '../support/guided-tour.ts'
import { type Desktop, displayForFile, noDesktopReason, openDesktop } from './support/desktop.ts'

/** Fewer than the tour trains: how well it learns in all of them is shown in a browser, by the same clicks. */
const steps = 120

/** Lets the tuning that the page asks for end early. The window's own scheme cannot be intercepted from outside. */
const shorten = (page: Page) =>
  page.evaluate(maxSteps => {
    const ask = window.fetch
    window.fetch = async (input, init) => {
      const request = new Request(input, init)
      if (!request.url.endsWith('/rpc/training/start')) return ask(request)
      const body = JSON.parse(await request.text()) as { json: { set: Record<string, unknown> } }
      body.json.set.maxSteps = maxSteps
      return ask(
        new Request(request.url, { ...init, method: 'POST', headers: request.headers, body: JSON.stringify(body) }),
      )
    }
  }, steps)

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
  await shorten(page)
  const answer = JSON.parse(await goGuidedTour(page, steps)) as Record<string, unknown>
  expect(Object.keys(answer).sort()).toEqual(Object.keys(reference).sort())

  const { items } = await client.evaluation.list({ limit: 1 })
  const { objects, comparisons } = await client.evaluation.show({ id: items[0]?.id ?? '' })
  expect(objects).toHaveLength(2)
  expect(objects[0]?.scores.find(score => score.metric === 'exact_match')?.value).toBeLessThan(0.05)
  const gained = { difference: expect.toSatisfy((by: number) => by > 0), isSignificant: true }
  expect(comparisons).toEqual([
    expect.objectContaining({ metric: 'exact_match', ...gained }),
    expect.objectContaining({ metric: 'f1', ...gained }),
  ])
}, 7_200_000)
