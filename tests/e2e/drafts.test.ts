import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { endAll } from '../support/jobs.ts'
import { chromiumPath } from './support/chromium.ts'
import { openWorkstation, sample, type Workstation } from './support/workstation.ts'

const within = { dialog: '[role="dialog"]', page: 'main' } as const

/** What a person would write into: not the search of a select, and nothing that only shows. */
const fieldsIn = (page: Page, where: keyof typeof within) =>
  page
    .locator(within[where])
    .locator('input[type="text"], input:not([type]), input[role="spinbutton"], textarea')
    .filter({ visible: true })
    .and(page.locator(':not(.ant-select *):not([readonly]):not([disabled])'))

describe.skipIf(!chromiumPath)('what was typed into a form', () => {
  let workstation: Workstation
  let page: Page
  let ids: Readonly<Record<'model' | 'dataset' | 'deployment' | 'evaluation' | 'run', string>>

  beforeAll(async () => {
    workstation = await openWorkstation()
    page = workstation.page
    const { client } = workstation.backend
    const model = await client.models.import({ path: sample('model'), name: 'sample-base' })
    await client.jobs.wait({ id: model.jobId, timeoutMs: 60_000 })
    const rows = await client.datasets.import({ path: sample('datasets/lab-notes-heldout.jsonl'), name: 'held-out' })
    await client.jobs.wait({ id: rows.jobId, timeoutMs: 60_000 })
    await client.datasets.freeze({ id: rows.id })
    // Forms about these open however far they are.
    const of = { model: model.id, dataset: [rows.id] }
    const run = await client.training.start({ method: 'sft', ...of, name: 'run', set: { maxSteps: 1 } })
    const evaluation = await client.evaluation.start({ object: [model.id], dataset: rows.id, metric: ['f1'], limit: 1 })
    const deployment = await client.inference.deploy({ model: model.id, name: 'assistant' })
    for (const { id } of (await client.jobs.list({ state: ['queued', 'running'] })).items)
      await client.jobs.stop({ id })
    ids = { model: model.id, dataset: rows.id, run: run.id, evaluation: evaluation.id, deployment: deployment.id }
  }, 180_000)
  afterAll(async () => {
    if (!workstation) return
    // What is served outlives the backend by design; here it must not.
    await endAll(workstation.backend.client)
    await workstation.close()
  })

  test.each([
    ['a new key', () => 'keys?dialog=new', 1],
    ['the file of an audit log', () => 'audit?dialog=export', 1],
    ['a folder with models', () => 'models?dialog=find', 1],
    ['the words about a model', () => `models/${ids.model}?dialog=edit`, 3],
    ['a conversion', () => `models/${ids.model}?dialog=convert`, 1],
    ['the copy of a model', () => `models/${ids.model}?dialog=export`, 2],
    ['the words about a dataset', () => `datasets/${ids.dataset}?dialog=edit`, 3],
    ['a split', () => `datasets/${ids.dataset}?dialog=split`, 3],
    ['the copy of a dataset', () => `datasets/${ids.dataset}?dialog=export`, 1],
    ['the file of a report', () => `evaluations/${ids.evaluation}?dialog=report-md`, 1],
    ['a new evaluation', () => 'evaluations?dialog=new', 2],
    ['a change of a deployment', () => `deployments/${ids.deployment}?dialog=update`, 2],
    ['a new deployment', () => 'deployments?dialog=new', 2],
    ['an environment that is there', () => 'environments/training?dialog=adopt', 1],
  ])('is there after a reload: %s', async (_what, address, count) => {
    await workstation.open(`#/${address()}`)
    const fields = fieldsIn(page, 'dialog')
    await fields.first().waitFor()
    // The dialog is filled once what it is about was read.
    await expect.poll(() => fields.count()).toBeGreaterThanOrEqual(count)
    for (const [index, field] of (await fields.all()).entries()) {
      const isFigure = (await field.getAttribute('role')) === 'spinbutton'
      await field.fill(isFigure ? `${index + 21}` : `/typed/${index}`)
    }
    const before = await fields.evaluateAll(all => all.map(field => (field as HTMLInputElement).value))
    expect(before.filter(value => /^(\/typed\/\d|2\d)$/.test(value)).length).toBeGreaterThanOrEqual(count)
    await page.reload()
    await expect
      .poll(() => fields.evaluateAll(all => all.map(field => (field as HTMLInputElement).value)))
      .toEqual(before)
    // Given up on purpose, a change of what is there does not come back.
    await page.keyboard.press('Escape')
    await page.locator(within.dialog).waitFor({ state: 'hidden' })
  })

  test('may be longer than a browser stores: the form goes on with it', async () => {
    await workstation.open('#/audit?dialog=export')
    const field = fieldsIn(page, 'dialog').first()
    await field.waitFor()
    // Nearly all that there is, in steps that become smaller.
    await page.evaluate(() => {
      for (const [index, length] of [4e6, 1e6, 1e5, 1e5, 1e4, 1e4, 1e3, 1e3].entries()) {
        try {
          localStorage.setItem(`filler ${index}`, 'x'.repeat(length))
        } catch {
          // This much is not left.
        }
      }
    })
    await field.fill('x'.repeat(300_000))
    await page.getByRole('dialog').getByRole('button', { name: 'Export', exact: true }).waitFor()
    expect((await field.inputValue()).length).toBe(300_000)
    await page.evaluate(() => {
      for (const key of Object.keys(localStorage).filter(each => each.startsWith('filler')))
        localStorage.removeItem(key)
    })
    await page.keyboard.press('Escape')
    await page.locator(within.dialog).waitFor({ state: 'hidden' })
  })

  test('is there after a reload: what a run is for', async () => {
    await workstation.open(`#/training/${ids.run}`)
    await page.getByRole('button', { name: 'Describe it' }).first().click()
    await page.getByRole('textbox', { name: 'Description' }).fill('why it was')
    await page.reload()
    await expect.poll(() => page.getByRole('textbox', { name: 'Description' }).inputValue()).toBe('why it was')
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.reload()
    await page.getByRole('button', { name: 'Describe it' }).first().waitFor()
  })
})
