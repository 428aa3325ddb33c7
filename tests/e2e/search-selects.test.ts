import { rmSync } from 'node:fs'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryDir } from '../support/backend.ts'
import { chromiumPath } from './support/chromium.ts'
import { enter, tab, typeAndPress } from './support/keys.ts'
import { importTiny } from './support/tiny-models.ts'
import { openWorkstation, sample, type Workstation } from './support/workstation.ts'

describe.skipIf(!chromiumPath)('lists that search while one types', () => {
  let workstation: Workstation
  let page: Page
  let datasets: Record<'train' | 'heldout', string>
  const folder = temporaryDir('search-selects')

  beforeAll(async () => {
    workstation = await openWorkstation({ width: 1440, height: 900 })
    page = workstation.page
    const { client } = workstation.backend
    // The newest stands first where nothing is searched for.
    await importTiny(workstation, folder, 'heron', { contextLength: 256 })
    await importTiny(workstation, folder, 'sparrow', { contextLength: 256, seed: 2 })
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
    const before = await shown('Model').textContent()
    await field('Model').click()
    await typeAndPress(field('Model'), 'zzz', enter)
    await page.getByText('No model matches.').waitFor()
    await page.keyboard.press('Escape')
    await closed()
    expect(await shown('Model').textContent()).toBe(before)

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
    expect(workstation.complaints).toEqual([])
  })
})
