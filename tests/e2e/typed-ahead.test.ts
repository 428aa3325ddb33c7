import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeTinyGguf } from '../contract/engine-tiny-gguf.ts'
import { temporaryDir } from '../support/backend.ts'
import { chromiumPath } from './support/chromium.ts'
import { controlEnter, enter, tab, typeAndPress } from './support/keys.ts'
import { importTiny } from './support/tiny-models.ts'
import { openWorkstation, sample, type Workstation } from './support/workstation.ts'

describe.skipIf(!chromiumPath)('what was typed counts, before the page has followed', () => {
  let workstation: Workstation
  let page: Page
  let model: string
  let datasets: Record<'train' | 'heldout', string>
  const folder = temporaryDir('typed ahead')

  beforeAll(async () => {
    workstation = await openWorkstation({ width: 1440, height: 900 })
    page = workstation.page
    const { client } = workstation.backend
    // The newest stands first where nothing is searched for.
    model = (await importTiny(workstation, folder, 'heron', { contextLength: 256 })).id
    await importTiny(workstation, folder, 'sparrow', { contextLength: 256, seed: 2 })
    for (const [seed, name] of [
      [5, 'wren'],
      [6, 'finch'],
    ] as const) {
      mkdirSync(join(folder, name))
      writeTinyGguf(join(folder, name, `${name}.gguf`), { contextLength: 256, seed })
    }
    const imports = await Promise.all(
      (['train', 'heldout', 'dpo'] as const).map(part =>
        client.datasets.import({ path: sample(`datasets/lab-notes-${part}.jsonl`), name: `notes-${part}` }),
      ),
    )
    for (const { jobId } of imports) await client.jobs.wait({ id: jobId, timeoutMs: 60_000 })
    const [train, heldout] = imports
    datasets = { train: train?.id ?? '', heldout: heldout?.id ?? '' }
  })
  afterAll(async () => {
    await workstation?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const field = (name: string): Locator => page.getByRole('combobox', { name, exact: true })
  const options = () => page.locator('.ant-select-dropdown:visible .ant-select-item-option')
  /** What a field shows as chosen. */
  const shown = (name: string) => page.locator('.search-select').filter({ has: field(name) })
  const closed = () => expect.poll(() => options().count()).toBe(0)

  test('Enter right behind the last letter chooses the model that was typed, also over another one', async () => {
    await workstation.open('#/deployments?dialog=new')
    for (const [letters, name] of [
      ['heron', 'heron v1'],
      ['sparrow', 'sparrow v1'],
      ['heron', 'heron v1'],
    ] as const) {
      await field('Model').click()
      await options().first().waitFor()
      await typeAndPress(field('Model'), letters, enter)
      await expect.poll(() => shown('Model').textContent()).toContain(name)
      await closed()
    }
    await field('Model').click()
    await typeAndPress(field('Model'), 'sparrow', tab)
    await expect.poll(() => shown('Model').textContent()).toContain('sparrow v1')
  })

  test('letters that match nothing choose nothing, and typing on, an arrow or Escape call Enter off', async () => {
    await workstation.open('#/deployments?dialog=new')
    await field('Model').click()
    await typeAndPress(field('Model'), 'sparrow', enter)
    await expect.poll(() => shown('Model').textContent()).toContain('sparrow v1')
    await field('Model').click()
    await typeAndPress(field('Model'), 'zzz', enter)
    await page.getByText('No model matches.').waitFor()
    await page.keyboard.press('Escape')
    await closed()
    expect(await shown('Model').textContent()).toContain('sparrow v1')

    // Letters that nobody asked for before: what is known already is taken at once.
    for (const [letters, next] of [
      ['hero', 'Escape'],
      ['her', 'ArrowDown'],
      ['he', 'r'],
    ] as const) {
      await field('Model').click()
      await options().first().waitFor()
      await field('Model').evaluate(
        (input: HTMLInputElement, [words, then]) => {
          document.execCommand('insertText', false, words)
          const press = (key: string) =>
            input.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
          press('Enter')
          press(then)
        },
        [letters, next] as const,
      )
      await expect.poll(() => options().count()).toBe(1)
      expect(await shown('Model').textContent()).not.toContain('heron v1')
      await page.keyboard.press('Escape')
      await closed()
    }
  })

  test('an arrow goes on from the first line, and Enter takes the line that is marked', async () => {
    await workstation.open('#/deployments?dialog=new')
    await field('Model').click()
    await page.keyboard.type('r')
    await expect.poll(() => options().count()).toBe(2)
    await page.keyboard.press('ArrowDown')
    const second = await options().nth(1).textContent()
    await page.keyboard.press('Enter')
    await closed()
    expect(second).toContain((await shown('Model').textContent())?.replace(/ v1.*/, ''))
  })

  test('in an evaluation, Enter adds what was typed to what is chosen, and chooses the questions that were typed', async () => {
    await workstation.open('#/evaluations?dialog=new')
    await field('Models').click()
    await typeAndPress(field('Models'), 'heron', enter)
    await expect.poll(() => shown('Models').textContent()).toContain('heron v1')
    await typeAndPress(field('Models'), 'sparrow', enter)
    await expect.poll(() => shown('Models').textContent()).toContain('sparrow v1')
    expect(await shown('Models').textContent()).toContain('heron v1')
    await page.keyboard.press('Escape')
    for (const name of ['notes-train', 'notes-heldout', 'notes-train']) {
      await field('Dataset').click()
      await typeAndPress(field('Dataset'), name, enter)
      await expect.poll(() => shown('Dataset').textContent()).toContain(`${name} v1`)
    }
  })

  test('a check compares with the dataset that was typed', async () => {
    await workstation.open(`#/datasets/${datasets.train}?tab=check`)
    await field('Held out').click()
    await typeAndPress(field('Held out'), 'heldout', enter)
    await page.waitForFunction(id => location.hash.includes(`against=${id}`), datasets.heldout)
  })

  test('a training run learns from the datasets that were typed', async () => {
    await workstation.open('#/training/new')
    for (const name of ['notes-train', 'notes-heldout']) {
      await field('Dataset').click()
      await typeAndPress(field('Dataset'), name, enter)
      await expect.poll(() => shown('Dataset').textContent()).toContain(`${name}@1`)
    }
  })

  test('Ctrl Enter behind letters that search chooses, and does nothing with what was chosen before', async () => {
    await workstation.open('#/deployments?dialog=new')
    await field('Model').click()
    await typeAndPress(field('Model'), 'sparrow', enter)
    await expect.poll(() => shown('Model').textContent()).toContain('sparrow v1')
    await field('Model').click()
    await typeAndPress(field('Model'), 'heron', controlEnter)
    await expect.poll(() => shown('Model').textContent()).toContain('heron v1')
    expect((await workstation.backend.client.inference.list({})).total).toBe(0)
  })

  test('rows are imported under the name that was just typed', async () => {
    const { client } = workstation.backend
    await workstation.open(`#/datasets?import=${encodeURIComponent(sample('datasets/lab-notes-kto.jsonl'))}`)
    const start = page.getByRole('dialog').locator('.ant-btn-primary')
    await expect.poll(() => start.isEnabled()).toBe(true)
    await typeAndPress(page.getByRole('dialog').getByLabel('Name'), 'typed-ahead', enter)
    await expect.poll(async () => (await client.datasets.list({ q: 'typed-ahead' })).total).toBe(1)
  })

  test('Ctrl Enter behind another path imports nothing of the path before; a label that stands in its field goes along', async () => {
    const { client } = workstation.backend
    await workstation.open(`#/models?import=${encodeURIComponent(join(folder, 'wren'))}`)
    const dialog = page.getByRole('dialog')
    const path = dialog.getByRole('textbox', { name: 'Folder or file' })
    await expect.poll(() => dialog.getByLabel('Name').inputValue()).toBe('wren')
    await path.evaluate((input: HTMLInputElement) => input.select())
    await typeAndPress(path, join(folder, 'finch'), controlEnter)
    await expect.poll(() => dialog.getByLabel('Name').inputValue()).toBe('finch')
    expect((await client.models.list({ q: 'wren' })).total).toBe(0)

    await typeAndPress(dialog.getByLabel('Labels'), 'of-the-garden', controlEnter)
    await expect
      .poll(async () => (await client.models.list({ q: 'finch' })).items[0]?.labels)
      .toEqual(['of-the-garden'])
  })

  test('the folder that stands in the address is chosen, not the one that was walked to before', async () => {
    await workstation.open('#/models?dialog=find')
    await page.getByRole('dialog').getByRole('textbox', { name: 'Also search' }).fill(join(folder, 'wren'))
    await page.getByRole('dialog').getByRole('button', { name: 'Browse …' }).click()
    const browser = page.getByRole('dialog').filter({ has: page.getByRole('textbox', { name: 'Folder' }) })
    const address = browser.getByRole('textbox', { name: 'Folder' })
    await expect.poll(() => address.inputValue()).toBe(join(folder, 'wren'))
    await address.evaluate((input: HTMLInputElement) => input.select())
    await typeAndPress(address, join(folder, 'finch'), controlEnter)
    await browser.waitFor({ state: 'hidden' })
    expect(await page.getByRole('textbox', { name: 'Also search' }).inputValue()).toBe(join(folder, 'finch'))
  })

  test('a number beyond its bounds is brought into them before it is sent', async () => {
    const sent: unknown[] = []
    await page.route(/evaluation\/start/, route => {
      sent.push(JSON.parse(route.request().postData() ?? 'null'))
      return route.abort()
    })
    await workstation.open(`#/evaluations?dialog=new&model=${model}&dataset=${datasets.heldout}`)
    await typeAndPress(page.getByRole('dialog').getByRole('spinbutton', { name: 'Rows' }), '0', controlEnter)
    await expect.poll(() => sent).toMatchObject([{ json: { limit: 1 } }])
    await page.unroute(/evaluation\/start/)
  })

  test('Enter opens the row that was chosen, also when others have come above it or a filter has moved it', async () => {
    await workstation.open('#/models?q=r')
    const grid = page.getByRole('grid', { name: 'Models' })
    const chosen = () => grid.locator('.vrow.on')
    const inspector = (name: string) => page.getByRole('complementary', { name, exact: true })
    await grid.focus()
    for (let row = 0; row < (await grid.locator('.vrow').count()); row += 1) {
      await page.keyboard.press('j')
      if ((await chosen().textContent())?.includes('heron')) break
    }
    await importTiny(workstation, folder, 'robin', { contextLength: 256, seed: 9 })
    await grid.getByText('robin').waitFor()
    await expect.poll(() => chosen().textContent()).toContain('heron')
    await page.getByRole('textbox', { name: /^Filter/ }).fill('ron')
    await expect.poll(() => grid.locator('.vrow').count()).toBe(1)
    await grid.focus()
    await page.keyboard.press('Enter')
    await inspector('heron').waitFor()
    await workstation.open('#/models')
  })

  test('whoever goes on right behind the last letter of a filter comes back to what it finds', async () => {
    await workstation.open('#/models')
    await page.getByRole('textbox', { name: /^Filter/ }).evaluate((input: HTMLInputElement) => {
      input.focus()
      document.execCommand('insertText', false, 'heron')
      const button = [...document.querySelectorAll('main button')].find(each => each.textContent?.includes('Find on'))
      if (!(button instanceof HTMLElement)) throw new Error('there is no button')
      button.focus()
      button.click()
    })
    await page.getByRole('dialog').waitFor()
    await page.waitForFunction(() => location.hash === '#/models?q=heron&dialog=find')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await page.waitForFunction(() => location.hash === '#/models?q=heron')
    await page.getByText(/^1 of /).waitFor()
    // The start that was held back above says so in the console too.
    expect(workstation.complaints.filter(text => !/ERR_FAILED/.test(text))).toEqual([])
  })
})
