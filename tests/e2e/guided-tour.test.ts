import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumPath } from './support/chromium.ts'
import { goGuidedTour, reference } from './support/guided-tour.ts'
import { barriers } from './support/looks.ts'
import { openWorkstation, type Workstation } from './support/workstation.ts'

describe.skipIf(!chromiumPath)('the guided tour in a browser', () => {
  let workstation: Workstation
  beforeAll(async () => {
    workstation = await openWorkstation()
  })
  afterAll(async () => {
    // What the tour served outlives the backend by design; here it must not.
    await workstation?.backend.client.inference.stop({ id: 'assistant' }).catch(() => undefined)
    await workstation?.close()
  })

  test('leads by clicks and keys alone from the first run to a chat with the tuned model', async () => {
    const { page, backend, complaints } = workstation
    const answer = JSON.parse(await goGuidedTour(page)) as Record<string, unknown>
    expect(Object.keys(answer).sort()).toEqual(Object.keys(reference).sort())

    const { items } = await backend.client.evaluation.list({ limit: 1 })
    const [before, after] = (items[0]?.objects ?? []).map(
      object => object.scores.find(score => score.metric === 'exact_match')?.value ?? 0,
    )
    expect(before).toBeLessThan(0.05)
    expect(after).toBeGreaterThan(0.8)

    expect(await barriers(page)).toEqual([])
    expect(complaints).toEqual([])
  }, 7_200_000)
})
