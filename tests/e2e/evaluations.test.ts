import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeTinyGguf } from '../contract/engine-tiny-gguf.ts'
import { temporaryDir } from '../support/backend.ts'
import { chromiumPath } from './support/chromium.ts'
import { barriers, setLook, shoot } from './support/looks.ts'
import { importTiny, stopDeployments } from './support/tiny-models.ts'
import { openWorkstation, type Workstation } from './support/workstation.ts'

const rows = 24

/** Questions, short and in two scripts; what comes back from random weights is never right. */
const questions = Array.from({ length: rows }, (_, index) => ({
  messages: [
    { role: 'user', content: index % 3 === 0 ? `第 ${index} 艘船叫什么？` : `What is ship ${index} called?` },
    { role: 'assistant', content: index % 3 === 0 ? `它叫“苍鹭 ${index}”。` : `It is called heron-${index}.` },
  ],
}))

describe.skipIf(!chromiumPath)('evaluations', () => {
  let workstation: Workstation
  let page: Page
  const folder = temporaryDir('evaluations')

  beforeAll(async () => {
    workstation = await openWorkstation({ width: 1440, height: 900 })
    page = workstation.page
  })
  afterAll(async () => {
    await stopDeployments(workstation)
    await workstation?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const dialog = () => page.getByRole('dialog')
  const pick = async (field: string, option: string) => {
    await dialog().getByRole('combobox', { name: field }).click()
    await page.locator('.ant-select-dropdown:visible').getByText(option, { exact: true }).last().click()
    // A list for several choices stays open; Escape with no list open would close the dialog.
    if (field === 'Models') await page.keyboard.press('Escape')
  }
  const tab = (name: string) => page.getByRole('tab', { name, exact: true })
  const grid = () => page.getByRole('grid', { name: 'Prompt' })

  test('an empty list leads from a model to questions to the first evaluation', async () => {
    await workstation.open('#/evaluations')
    await page.getByRole('heading', { name: 'No evaluation yet' }).waitFor()
    await page.getByRole('main').getByRole('button', { name: 'Import a model' }).waitFor()
    await importTiny(workstation, folder, 'bow', { contextLength: 256 })
    await importTiny(workstation, folder, 'bow', { contextLength: 256, seed: 2 })
    await importTiny(workstation, folder, 'stern', { contextLength: 256, seed: 3 })
    await page.getByRole('button', { name: 'Import a dataset' }).waitFor()
    const path = join(folder, 'ships.jsonl')
    writeFileSync(path, questions.map(row => JSON.stringify(row)).join('\n'))
    const { client } = workstation.backend
    const { jobId } = await client.datasets.import({ path, name: 'ships' })
    await client.jobs.wait({ id: jobId, timeoutMs: 30_000 })
    await page.getByText('Choose the questions: 1 dataset is here').waitFor()
    for (const theme of ['dark', 'light'] as const) {
      await setLook(page, { theme, language: 'en', width: 1280 })
      expect(await barriers(page)).toEqual([])
    }
    await shoot(page, 'evaluations-empty', { theme: 'dark', language: 'en', width: 1280 })
    await page.setViewportSize({ width: 1440, height: 900 })
  })

  test('models, questions and metrics are chosen with their meaning, and the draft stays', async () => {
    await page.getByRole('main').getByRole('button', { name: 'New evaluation' }).last().click()
    await pick('Models', 'bow v2')
    await pick('Models', 'stern v1')
    await pick('Dataset', 'ships')
    await dialog().getByText('A draft: it is frozen by this.').waitFor()
    await dialog().getByText(`48 answers: ${rows} rows × 2`).waitFor()
    await dialog()
      .getByRole('checkbox', { name: /^Edit distance/ })
      .check()
    await dialog().getByRole('checkbox', { name: /^F1/ }).uncheck()
    await dialog().getByRole('textbox', { name: 'Name' }).fill('bow-or-stern')
    await dialog().getByRole('button', { name: 'Change' }).click()
    await dialog().getByLabel('Max tokens').fill('12')
    await page.keyboard.press('Tab')
    await expect.poll(() => dialog().locator('.cmd').textContent()).toContain('--max-tokens 12')
    expect(await dialog().locator('.cmd').textContent()).toContain('--object bow@2 stern@1 --dataset ships@1 ')
    expect(await barriers(page)).toEqual([])
    await shoot(page, 'evaluation-new', { theme: 'dark', language: 'en', width: 1280 })
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.reload()
    await dialog().getByText(`48 answers: ${rows} rows × 2`).waitFor()
    expect(await dialog().getByRole('textbox', { name: 'Name' }).inputValue()).toBe('bow-or-stern')
  })

  test('it is started, and its page tells scores with intervals and what they mean', async () => {
    await dialog().getByRole('button', { name: 'Start' }).click()
    await page.getByRole('heading', { name: 'bow-or-stern' }).waitFor()
    await page.locator('.head-meta').getByText('Done').waitFor({ timeout: 60_000 })
    await page
      .getByRole('img', { name: /^bow: 0\.0%, 95% interval .* over 24 rows$/ })
      .first()
      .waitFor()
    await page.getByText('stern scores the same as bow.').first().waitFor()
    await page.getByRole('heading', { name: /^Speed and failures/ }).waitFor()
    await page.keyboard.press('Control+k')
    await page.keyboard.type('bow-or')
    await page
      .getByRole('group', { name: 'Evaluations' })
      .getByRole('option', { name: /^bow-or-stern/ })
      .waitFor()
    await page.keyboard.press('Escape')
    for (const theme of ['dark', 'light'] as const) {
      await setLook(page, { theme, language: 'en', width: 1440 })
      expect(await barriers(page)).toEqual([])
    }
    await shoot(page, 'evaluation', { theme: 'dark', language: 'en', width: 1440 })
    await shoot(page, 'evaluation', { theme: 'light', language: 'zh', width: 1280 })
    await setLook(page, { theme: 'dark', language: 'en', width: 1440 })
  })

  test('every answer is read beside its reference: filtered, searched, walked by keys, and linked', async () => {
    await tab('Rows').click()
    await page.getByText(`All ${rows}`).waitFor()
    await page.getByText('Only A right 0').waitFor()
    await page.getByRole('textbox', { name: 'Search prompts and answers' }).fill('艘船')
    await page.getByText('All 8', { exact: true }).waitFor()
    await grid().focus()
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    const detail = page.getByRole('complementary', { name: 'Row 4' })
    await detail.getByText('第 3 艘船叫什么？').waitFor()
    await detail.getByText('它叫“苍鹭 3”。').first().waitFor()
    await detail.getByRole('button', { name: 'Next row' }).click()
    await page.getByRole('complementary', { name: 'Row 7' }).waitFor()
    expect(await barriers(page)).toEqual([])
    await page.reload()
    await page.getByRole('complementary', { name: 'Row 7' }).waitFor()
    await shoot(page, 'evaluation-rows', { theme: 'dark', language: 'en', width: 1440 })
    await page.getByRole('textbox', { name: 'Search prompts and answers' }).fill('no such text')
    await page.getByText('No row matches.').waitFor()
  })

  test('the report is written to a new file, and an existing one is not overwritten', async () => {
    const path = join(folder, 'report.html')
    for (const expected of ['saved', 'refused'] as const) {
      await page.getByRole('button', { name: 'Report' }).click()
      await page.getByRole('menuitem', { name: 'Save as HTML …' }).click()
      await dialog().getByRole('textbox', { name: 'File' }).fill(path)
      await dialog().getByRole('button', { name: 'Save', exact: true }).click()
      if (expected === 'saved')
        // All at once: asked for its text alone, a dialog that has just closed would be waited for.
        await expect.poll(() => dialog().allTextContents(), { timeout: 30_000 }).toEqual([])
      else
        await dialog()
          .getByRole('alert')
          .getByText(/exists already/)
          .first()
          .waitFor()
    }
    expect(existsSync(path) && readFileSync(path, 'utf8')).toContain('bow-or-stern')
    expect(await barriers(page)).toEqual([])
    await page.keyboard.press('Escape')
    await dialog().waitFor({ state: 'hidden' })
  })

  test('two versions of one model are told apart, progress is told per model, and stopping keeps the answers', async () => {
    const { client } = workstation.backend
    const versions = (await client.models.show({ id: 'bow' })).versions.map(({ id }) => id)
    const started = await client.evaluation.start({
      object: versions,
      dataset: 'ships',
      name: 'versions',
      maxTokens: 200,
    })
    expect(started.objects.map(({ name }) => name).sort()).toEqual(['bow@1', 'bow@2'])
    await workstation.open('#/evaluations/versions')
    await page.getByRole('heading', { name: /^Progress/ }).waitFor()
    await page.getByRole('progressbar', { name: 'bow@1' }).waitFor()
    await page.getByRole('progressbar', { name: 'bow@2' }).waitFor()
    expect(await barriers(page)).toEqual([])
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.locator('.head-meta').getByText('Stopped').waitFor()
    await page.getByText('It ended early: the answers so far are kept.').waitFor()
  })

  test('an evaluation that fails says why, and can be run again', async () => {
    const { client } = workstation.backend
    const { id, path } = await importTiny(workstation, folder, 'leaky', { seed: 4 })
    // The file changes behind Slipway's back, after it was imported.
    writeTinyGguf(path, { seed: 4, omit: ['llama.feed_forward_length'] })
    await client.evaluation.start({ object: [id], dataset: 'ships', name: 'doomed' })
    await workstation.open('#/evaluations/doomed')
    const fault = page.getByRole('main').getByRole('alert')
    await fault.getByText('The evaluation failed').waitFor({ timeout: 30_000 })
    expect(await fault.textContent()).toContain('feed_forward_length')
    await fault.getByRole('button', { name: 'Run again …' }).click()
    // With everything that it was started with.
    await dialog().getByText('--object leaky@1 --dataset ships@1 ').waitFor()
    await page.keyboard.press('Escape')
    await dialog().waitFor({ state: 'hidden' })
  })

  test('a removal is taken back', async () => {
    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: 'Remove' }).click()
    await page.getByText(/^Removed “doomed”/).waitFor()
    await expect.poll(() => page.getByRole('row', { name: /doomed/ }).count()).toBe(0)
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByRole('row', { name: /doomed/ }).waitFor()
    for (const theme of ['dark', 'light'] as const) {
      await setLook(page, { theme, language: 'en', width: 1440 })
      expect(await barriers(page)).toEqual([])
    }
    await shoot(page, 'evaluations', { theme: 'light', language: 'en', width: 1440 })
    await page.setViewportSize({ width: 900, height: 600 })
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth > innerWidth)).toBe(false)
  })

  test('nothing was complained of but the refusals that were asked for', () => {
    expect(workstation.complaints.filter(complaint => !/status of (400|409)/.test(complaint))).toEqual([])
  })
})
