import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { temporaryDir } from '../support/backend.ts'
import { chromiumPath } from './support/chromium.ts'
import { barriers } from './support/looks.ts'
import { importBase, tuneSample } from './support/tuned-sample.ts'
import { openWorkstation, sample, type Workstation } from './support/workstation.ts'

const hasPython = process.env.SLIPWAY_TEST_PYTHON !== undefined
const minuteMs = 60_000

describe.skipIf(!chromiumPath || !hasPython)(
  'running the remaining steps of the tour (needs SLIPWAY_TEST_PYTHON: a built environment)',
  { timeout: 6 * minuteMs },
  () => {
    let workstation: Workstation
    let folder: string

    beforeEach(async () => {
      folder = temporaryDir('remaining')
      workstation = await openWorkstation()
    })
    afterEach(async () => {
      // What the tour served outlives the backend by design; here it must not.
      const { inference } = workstation.backend.client
      for (const { id } of (await inference.list({})).items) await inference.stop({ id, wait: true })
      await workstation.close()
      rmSync(folder, { recursive: true, force: true })
    })

    const client = () => workstation.backend.client
    const step = (number: number) => workstation.page.locator('.ways > li').nth(number - 1)
    const untilState = (number: number, ...states: string[]) =>
      step(number)
        .and(workstation.page.locator(states.map(state => `[data-state="${state}"]`).join(', ')))
        .waitFor({ timeout: 2 * minuteMs })
    const all = () => workstation.page.getByRole('button', { name: 'Run the remaining steps' })

    test('evaluates and serves one after the other, and leaves the chat to the person', async () => {
      const { page } = workstation
      await tuneSample(client())
      await workstation.open('#/home?view=tour')
      await untilState(4, 'ready')
      await all().click()
      await page.getByRole('button', { name: 'Stop after this step' }).waitFor()
      await untilState(4, 'running', 'done')
      await untilState(4, 'done')
      await untilState(5, 'done')
      await untilState(6, 'ready')
      // Only the chat is left, and a person has it: nothing is to be run any more.
      expect(await all().count()).toBe(0)
      expect(new URL(page.url()).hash).toBe('#/home?view=tour')
      expect((await client().evaluation.list({})).items).toMatchObject([{ name: 'before-and-after', state: 'done' }])
      expect((await client().inference.list({})).items).toMatchObject([{ name: 'assistant', state: 'serving' }])
      expect(await barriers(page)).toEqual([])
      expect(workstation.complaints).toEqual([])
    })

    test('stops at a step that fails, says why, and begins none of the later ones', async () => {
      const { page } = workstation
      const model = join(folder, 'model')
      cpSync(sample('model'), model, { recursive: true })
      await importBase(client(), model)
      await workstation.open('#/home?view=tour')
      await untilState(2, 'ready')
      await all().click()
      await untilState(2, 'done')
      await untilState(3, 'running')
      // The run begins by reading the model: it is gone by the time that Python stands.
      rmSync(model, { recursive: true })
      await untilState(3, 'failed')
      const fault = step(3).getByRole('alert')
      await fault.getByRole('heading', { name: 'This step did not succeed' }).waitFor()
      expect((await client().training.list({})).items).toMatchObject([{ name: 'sample-tuned', state: 'failed' }])
      const said = (await client().training.list({})).items[0]?.failure?.message ?? ''
      expect(said).not.toBe('')
      await fault.getByText(said).first().waitFor()
      // The chain is over: its button offers to begin anew, and the later steps still wait.
      await all().waitFor()
      await untilState(4, 'waits')
      expect((await client().evaluation.list({})).items).toEqual([])
      expect((await client().inference.list({})).items).toEqual([])
      expect(await barriers(page)).toEqual([])
      // The plan for another try does not find the model either; the browser notes that.
      expect(workstation.complaints.filter(text => !/status of 404/.test(text))).toEqual([])
    })
  },
)
