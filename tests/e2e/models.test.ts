import { appendFileSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { huggingFaceFolder, shellPickle, tinyGguf, write } from '../fixtures/make-models.ts'
import { temporaryDir } from '../support/backend.ts'
import { chromiumPath } from './support/chromium.ts'
import { barriers, setLook, shoot } from './support/looks.ts'
import { openWorkstation, sample, type Workstation } from './support/workstation.ts'

describe.skipIf(!chromiumPath)('models, from none to many', () => {
  let workstation: Workstation
  let page: Page
  const folder = temporaryDir('models')

  beforeAll(async () => {
    workstation = await openWorkstation()
    page = workstation.page
  })
  afterAll(async () => {
    await workstation?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Imports the sample without the screens, under a name of its own, for a test that needs a model to begin with. */
  const given = async (name: string) => {
    const { client } = workstation.backend
    const { id, jobId } = await client.models.import({ path: sample('model'), name })
    await client.jobs.wait({ id: jobId, timeoutMs: 60_000 })
    return id
  }
  const dialog = (name: string) => page.getByRole('dialog', { name })
  const inspector = (name: string) => page.getByRole('complementary', { name })
  const grid = () => page.getByRole('grid', { name: 'Models' })
  const rowOf = (name: string) => grid().getByRole('row').filter({ hasText: name })
  const moreActions = async (name: string, item: string) => {
    await inspector(name).getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: item }).click()
  }

  test('an empty list teaches what a model is here, and how to begin', async () => {
    await workstation.open('#/models')
    await page.getByRole('heading', { name: 'No model yet' }).waitFor()
    expect(await barriers(page)).toEqual([])
    await page.getByRole('main').getByRole('button', { name: 'Import' }).first().click()
    await dialog('Import a model').waitFor()
  })

  test('a folder is looked at before it is imported, hashed with progress, and opened', async () => {
    await workstation.open('#/models?dialog=import')
    const form = dialog('Import a model')
    await form.getByLabel('Folder or file').fill(`  "${sample('model')}" `)
    await form.getByLabel('Folder or file').blur()
    await form.getByText('LlamaForCausalLM').waitFor()
    await form.getByText('apache-2.0').waitFor()
    await form.getByLabel('Name').fill('heron')
    await form.getByLabel('Description').fill('the tiny one')
    await page.reload()
    expect(await form.getByLabel('Name').inputValue()).toBe('heron')
    await form.getByLabel('Name').press('Enter')
    await form.getByText('Hashing every byte of heron').waitFor()
    await form.getByRole('status').filter({ hasText: 'Done' }).waitFor()
    await form.getByRole('button', { name: 'Open the model' }).click()
    await inspector('heron').getByText('5,115,136', { exact: true }).waitFor()
    await inspector('heron').getByText('the tiny one').waitFor()
    await inspector('heron')
      .getByText(/A base model of 5,115,136 parameters/)
      .first()
      .waitFor()
    await rowOf('heron').getByText('10.4 MB').waitFor()
    expect(await barriers(page)).toEqual([])
  })

  test('a link in a dialog leads on for good: Back returns to the page below, not to the dialog', async () => {
    await given('curlew')
    await workstation.open('#/home')
    await workstation.open('#/models')
    await page.getByRole('main').getByRole('button', { name: 'Import' }).first().click()
    const form = dialog('Import a model')
    await form.getByLabel('Folder or file').fill(sample('model'))
    await form.getByLabel('Folder or file').blur()
    await form.getByRole('link', { name: /registered/ }).click()
    await page.waitForURL(/#\/models\/mdv_/)
    await page.goBack()
    await grid().waitFor()
    expect(await page.evaluate(() => location.hash)).toBe('#/models')
    expect(await form.count()).toBe(0)
  })

  test('a model opens by its name in the address, on the tab that the address names', async () => {
    await given('egret')
    await workstation.open('#/models/egret?tab=files')
    const files = inspector('egret').getByRole('grid', { name: 'Files' })
    await files.getByRole('row').filter({ hasText: 'model.safetensors' }).getByText('10.2 MB').waitFor()
    await files.getByTitle(/^sha256:3bd8[0-9a-f]{60}$/).click()
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toMatch(/^3bd8[0-9a-f]{60}$/)
    await inspector('egret').getByRole('tab', { name: 'Versions' }).click()
    expect(await page.evaluate(() => location.hash)).toContain('tab=versions')
    await inspector('egret').getByRole('link', { name: 'v1' }).waitFor()
    await shoot(page, 'model-versions', { theme: 'light', width: 1280 })
    await page.keyboard.press('Escape')
    await setLook(page, {})
    await workstation.open('#/models/no-such-model')
    await page.getByRole('alert').getByText('There is no model no-such-model.', { exact: true }).waitFor()
  })

  test('what a model is called and said to be is changed, and found by', async () => {
    await given('stork')
    await workstation.open('#/models/stork')
    await moreActions('stork', 'Rename and describe …')
    const form = dialog('Name and description of stork')
    const name = `鹭 stork مالك ${'x'.repeat(260)}`
    await form.getByLabel('Name', { exact: true }).fill(name)
    await form.getByLabel('Labels').pressSequentially('water bird')
    await form.getByLabel('Labels').press('Enter')
    await form.getByLabel('Alias of v1').fill('best')
    await form.getByRole('button', { name: 'Save' }).click()
    await form.waitFor({ state: 'hidden' })
    await inspector(name).getByText('water bird').waitFor()
    await inspector(name).getByText('best', { exact: true }).waitFor()
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
    const alias = inspector(name).getByText('best', { exact: true })
    await inspector(name).getByRole('button', { name: 'Take the alias best away' }).click()
    await alias.waitFor({ state: 'detached' })
    await page.getByText('best names no version now.').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await alias.waitFor()
    await page.keyboard.press('Escape')
    await page.getByLabel('Filter by name, hash or label').fill('water')
    await rowOf('鹭').waitFor()
    await expect.poll(() => page.evaluate(() => location.hash)).toContain('q=water')
    await workstation.backend.client.models.update({ id: name, name: 'stork' })
    await rowOf('stork').waitFor()
  })

  test('models of a folder are found with their problems, and the good ones are registered at once', async () => {
    write(join(folder, 'many'), 'one.gguf', tinyGguf({ keys: [['general.name', 'string', 'one']] }))
    write(join(folder, 'many'), 'two.gguf', tinyGguf({ keys: [['general.name', 'string', 'two']] }))
    write(join(folder, 'many'), 'torn.gguf', tinyGguf().subarray(0, 200))
    huggingFaceFolder(join(folder, 'many', 'three'))
    write(join(folder, 'many', 'pickled'), 'pytorch_model.bin', shellPickle('true'))
    await workstation.open('#/models?dialog=find')
    const found = dialog('Models on this machine')
    await found.getByLabel('Also search').fill(join(folder, 'many'))
    await found.getByLabel('Also search').press('Enter')
    const list = found.getByRole('grid', { name: 'Models on this machine' })
    await list.getByRole('row').filter({ hasText: 'torn' }).waitFor()
    expect(await barriers(page)).toEqual([])
    await list.focus()
    await page.keyboard.press('j')
    await found.getByRole('button', { name: /^Choose all/ }).click()
    await found.getByRole('button', { name: /^Register [3-5] models/ }).click()
    await found.getByText(/models? (was|were) registered; (its|their) bytes/).waitFor()
    await list.getByRole('row').filter({ hasText: 'three' }).getByText('registered', { exact: true }).waitFor()
    await shoot(page, 'models-found', { theme: 'dark', width: 1280 })
    await found.getByRole('button', { name: 'Close' }).last().click()
    await rowOf('three').waitFor()
  })

  test('folders are walked where there is no native dialog, by keys too', async () => {
    huggingFaceFolder(join(folder, 'walked', 'three'))
    write(join(folder, 'walked'), 'one.gguf', tinyGguf({ keys: [['general.name', 'string', 'one']] }))
    await workstation.open('#/models?dialog=import')
    const form = dialog('Import a model')
    await form.getByLabel('Folder or file').fill(join(folder, 'walked'))
    await form.getByRole('button', { name: 'Browse …' }).click()
    const walk = dialog('Choose a file or folder')
    const entries = walk.getByRole('grid', { name: 'Entries of the folder' })
    await entries.getByText('three').waitFor()
    await entries.focus()
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await entries.getByText('config.json', { exact: true }).waitFor()
    await page.keyboard.press('Backspace')
    await entries.getByText('one.gguf').click()
    expect(await barriers(page)).toEqual([])
    await walk.getByRole('button', { name: 'Choose one.gguf' }).click()
    expect(await form.getByLabel('Folder or file').inputValue()).toBe(join(folder, 'walked', 'one.gguf'))
    await form.getByText('LlamaForCausalLM').or(form.getByText('GGUF F32')).first().waitFor()
    await page.keyboard.press('Escape')
  })

  test('what cannot be imported says why, and what would help', async () => {
    await workstation.open(`#/models?import=${encodeURIComponent(join(folder, 'nothing'))}`)
    const form = dialog('Import a model')
    await form.getByText('No model was found there').waitFor()
    await form.getByText(/Choose the folder that holds config.json/).waitFor()
    write(join(folder, 'pickled'), 'pytorch_model.bin', shellPickle('true'))
    await form.getByLabel('Folder or file').fill(join(folder, 'pickled'))
    await form
      .getByText(/pickle/i)
      .first()
      .waitFor()
    await page.keyboard.press('Escape')
  })

  test('a removal is taken back, and the files stay where they are', async () => {
    const path = write(join(folder, 'gone'), 'gone.gguf', tinyGguf({ keys: [['general.name', 'string', 'gone']] }))
    const { id } = await workstation.backend.client.models.import({ path, name: 'gone' })
    await workstation.open(`#/models/${id}`)
    await moreActions('gone', 'Remove v1')
    await page.getByText('gone v1 was removed. Its files stay where they are.').waitFor()
    await expect.poll(() => rowOf('gone').count()).toBe(0)
    expect(existsSync(path)).toBe(true)
    await page.getByRole('button', { name: 'Undo' }).click()
    await rowOf('gone').waitFor()
  })

  test('a file that was changed is noticed when it is verified again', async () => {
    const path = write(join(folder, 'turn'), 'turn.gguf', tinyGguf({ keys: [['general.name', 'string', 'turn']] }))
    const made = await workstation.backend.client.models.import({ path, name: 'turn' })
    await workstation.backend.client.jobs.wait({ id: made.jobId, timeoutMs: 30_000 })
    appendFileSync(path, 'x')
    await workstation.open(`#/models/${made.id}`)
    await moreActions('turn', 'Verify again')
    await inspector('turn').getByRole('alert').first().waitFor()
    await inspector('turn').getByRole('button', { name: 'Verify again' }).waitFor()
    await rowOf('turn')
      .getByRole('img', { name: /Files are gone|Could not be verified/ })
      .waitFor()
  })

  test('a version is copied into a folder of one’s own', async () => {
    const id = await given('ibis')
    await workstation.open(`#/models/${id}?dialog=export`)
    const form = dialog('Export ibis v1')
    await form.getByLabel('Within').fill(folder)
    await form.getByLabel('New folder').fill('out')
    await form.getByLabel('New folder').press('Enter')
    await form.getByRole('status').filter({ hasText: 'Done' }).waitFor()
    expect(existsSync(join(folder, 'out', 'model.safetensors'))).toBe(true)
    await form.getByRole('button', { name: 'Close' }).last().click()
    await form.waitFor({ state: 'hidden' })

    await workstation.open(`#/models/${id}?dialog=export`)
    await form.getByLabel('Within').fill(folder)
    await form.getByLabel('New folder').fill('out')
    await form.getByRole('button', { name: 'Export', exact: true }).click()
    await form.getByRole('alert').first().waitFor()
    await page.keyboard.press('Escape')
  })

  test('a converter offers what the model can become', async () => {
    await given('crane')
    await workstation.open('#/models/crane?dialog=convert')
    const form = dialog('Convert crane v1')
    await form.getByTitle('GGUF, for llama.cpp').waitFor()
    await form.getByLabel('Weights').click()
    await page.getByTitle('Q8_0').waitFor()
    await page.keyboard.press('Escape')
    expect(await barriers(page)).toEqual([])
    await page.keyboard.press('Escape')
  })

  test('every state of the screens stands in both languages and themes without barriers', async () => {
    await given('swan')
    await workstation.open('#/models/swan')
    await inspector('swan').getByText('5,115,136', { exact: true }).waitFor()
    await shoot(page, 'model', { theme: 'light', language: 'zh', width: 1280 })
    expect(await barriers(page)).toEqual([])
    await setLook(page, {})
  })

  test('the page complained of nothing but what it was refused', () => {
    // The browser's own words for an answer that says no.
    expect(workstation.complaints.filter(text => !/status of 4\d\d/.test(text))).toEqual([])
  })
})
