import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryDir } from '../support/backend.ts'
import { chromiumPath } from './support/chromium.ts'
import { barriers, setLook, shoot } from './support/looks.ts'
import { openWorkstation, sample, type Workstation } from './support/workstation.ts'

// The check starts the worker that renders rows for training too.
const hasPython = process.env.SLIPWAY_TEST_PYTHON !== undefined

type Chat = { messages: { role: string; content: string; weight?: number }[] }
const chat = (question: string, answer: string): Chat => ({
  messages: [
    { role: 'user', content: question },
    { role: 'assistant', content: answer },
  ],
})
const lines = (rows: readonly unknown[]): string => rows.map(row => `${JSON.stringify(row)}\n`).join('')

describe.skipIf(!chromiumPath)('datasets, from a file to frozen rows', () => {
  let workstation: Workstation
  let page: Page
  const folder = temporaryDir('datasets')
  const file = (name: string, text: string): string => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }

  beforeAll(async () => {
    workstation = await openWorkstation()
    page = workstation.page
  })
  afterAll(async () => {
    await workstation?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const dialog = (name: string) => page.getByRole('dialog', { name })
  const form = () => dialog('Import a dataset')
  const importing = (path: string) => workstation.open(`#/datasets?import=${encodeURIComponent(path)}`)
  const title = (name: string) => page.locator('main h1').filter({ hasText: name })
  const rows = () => page.getByRole('grid', { name: 'Rows' })
  /** Imports without the screens what a test needs only to begin with. */
  const given = async (path: string, name: string) => {
    const { client } = workstation.backend
    const { id, jobId } = await client.datasets.import({ path, name })
    await client.jobs.wait({ id: jobId, timeoutMs: 30_000 })
    return id
  }

  const manyRows = (name: string) =>
    given(
      file(
        `${name}.jsonl`,
        lines(
          Array.from({ length: 20_000 }, (_, i) => chat(`question ${i}`, i === 15_321 ? 'the NEEDLE 退款' : 'hay')),
        ),
      ),
      name,
    )

  test('an empty list teaches what a dataset is, and offers the sample', async () => {
    await workstation.open('#/datasets')
    await page.getByRole('heading', { name: 'No dataset yet' }).waitFor()
    expect(await barriers(page)).toEqual([])
    await page.getByRole('button', { name: 'Try with the sample' }).click()
    await form()
      .getByText(/SFT, chat turns: 100% of 200 sampled rows/)
      .waitFor()
    await shoot(page, 'dataset-import', { theme: 'light', width: 1280 })
    expect(await barriers(page)).toEqual([])
    await setLook(page, {})
    await form().getByText('As written').click()
    await form()
      .getByText(/"role": ?"user"/)
      .first()
      .waitFor()
    await form().getByRole('button', { name: 'Import', exact: true }).click()
    await form().getByText('2,400 rows are in. None was left out.').waitFor()
    await form().getByRole('button', { name: 'Open the dataset' }).click()
    await title('lab-notes-train').waitFor()
  })

  test('columns with names of their own are mapped, and what becomes of the rows is shown before', async () => {
    const text = `frage,antwort,quelle\n${Array.from({ length: 12 }, (_, i) => `Was ist ${i}?,Das ist ${i}.,w`).join('\n')}\n`
    await importing(file('odd.csv', text))
    await form().getByText('It is not clear how to read this').waitFor()
    await form().getByText('frage: Was ist 0?').waitFor()
    const choose = async (field: string, column: string) => {
      await form().getByRole('combobox', { name: field, exact: true }).click()
      await page.locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden)').getByTitle(column).click()
    }
    await choose('prompt', 'frage')
    await choose('response', 'antwort')
    await form().getByText('Das ist 0.').waitFor()
    await form().getByText('Left aside: quelle').waitFor()
    await form().getByLabel('Name').fill('odd one')
    await page.reload()
    expect(await form().getByLabel('Name').inputValue()).toBe('odd one')
    await form().getByText('Das ist 0.').waitFor()
    await form().getByLabel('Name').press('Enter')
    await form().getByText('12 rows are in. None was left out.').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('grid', { name: 'Datasets' }).getByText('odd one').waitFor()
  })

  test('rows that were left out are listed with line, reason and text, and by reason', async () => {
    await importing(sample('datasets/broken.jsonl'))
    await form().getByText('of the rows below would be left out').waitFor()
    await form().getByRole('button', { name: 'Import', exact: true }).click()
    await form().getByText('10 rows are in, 9 were left out.').waitFor()
    const list = form().getByRole('grid', { name: 'Rows that were left out' })
    await list.getByText('a string is never closed').waitFor()
    await form().getByRole('button', { name: 'Open the dataset' }).click()
    await page.getByRole('tab', { name: 'Left out 9' }).click()
    await page.getByRole('button', { name: 'No answer 2' }).click()
    const issues = page.getByRole('grid', { name: 'Rows that were left out' })
    await expect.poll(() => issues.getAttribute('aria-rowcount')).toBe('3')
    await issues.focus()
    await page.keyboard.press('j')
    await page.getByText(/broken\.jsonl:4$/).waitFor()
    await shoot(page, 'dataset-left-out', { theme: 'dark', width: 1280 })
    expect(await barriers(page)).toEqual([])
  })

  test('a file that cannot be read says so, and a folder of several parts asks which', async () => {
    await importing(file('empty.jsonl', ''))
    await form()
      .getByText(/holds no rows/)
      .first()
      .waitFor()
    await importing(join(folder, 'nothing.jsonl'))
    await form().getByRole('alert').first().waitFor()
    const parts = temporaryDir('parts')
    writeFileSync(join(parts, 'train.jsonl'), lines([chat('q', 'a'), chat('q2', 'a')]))
    writeFileSync(join(parts, 'test.jsonl'), lines([chat('t', 'a')]))
    await importing(parts)
    await form().getByText('Choose below which part to import.').waitFor()
    await form().getByLabel('Part').click()
    await page.getByTitle('train', { exact: true }).click()
    await form()
      .getByText(/100% of 2 sampled rows/)
      .waitFor()
    await page.keyboard.press('Escape')
    rmSync(parts, { recursive: true, force: true })
  })

  test('rows of a version are scrolled, searched by words and by expression, and read', async () => {
    await manyRows('many')
    await workstation.open('#/datasets/many')
    await rows().getByText('question 3', { exact: true }).waitFor()
    await rows().focus()
    await page.keyboard.press('End')
    await rows().getByText('question 19999').waitFor()
    await page.getByLabel('Search in all rows').fill('needle')
    await page.getByText('1 row matches').waitFor()
    await rows().getByText('question 15321').click()
    const one = page.getByRole('region', { name: 'Row 15,322' })
    await one.getByText('the NEEDLE 退款').waitFor()
    await one.getByText('Source').click()
    await one.getByText('"role": "assistant"').waitFor()
    await page.getByRole('button', { name: /Regular expression/ }).click()
    await page.getByLabel('Search in all rows').fill('question 1999\\d')
    await page.getByText('10 rows match').waitFor()
    await page.getByLabel('Search in all rows').fill('question (')
    await page.getByRole('alert').getByText('The search could not be made').waitFor()
    await page.getByLabel('Search in all rows').fill('')
    await rows().getByText('question 3', { exact: true }).waitFor()
    await workstation.open('#/datasets/many?row=12345')
    await rows().getByText('question 12345').waitFor()
    expect(await barriers(page)).toEqual([])
  })

  test('statistics tell lengths, empty and repeated values', async () => {
    await manyRows('measured')
    await workstation.open('#/datasets/measured?tab=stats')
    await page.getByRole('img', { name: /^Lengths of Prompt/ }).waitFor()
    await page.getByText('Longest').first().waitFor()
    expect(await barriers(page)).toEqual([])
  })

  test('a version is divided into parts, exported, and frozen', async () => {
    await given(sample('datasets/lab-notes-train.jsonl'), 'to-divide')
    await workstation.open('#/datasets/to-divide?dialog=split')
    const split = dialog('Split to-divide v1')
    await split.getByLabel('Test').fill('20')
    await split.getByText('70%, about 1,680 rows').waitFor()
    await split.getByRole('button', { name: 'Split', exact: true }).click()
    await split.getByRole('link', { name: /validation/ }).waitFor()
    await split.getByRole('button', { name: 'Close' }).last().click()
    await page.getByRole('button', { name: /^Versions: v1 draft/ }).click()
    await page.getByRole('menuitem', { name: /test set|test$/ }).click()
    await page.getByText('a part of to-divide@1').waitFor()
    await page.getByRole('button', { name: /^Freeze v/ }).click()
    await page.getByText(/is frozen: it can be trained on/).waitFor()
    await page.getByRole('button', { name: 'Tune with this' }).and(page.locator(':enabled')).waitFor()

    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Export …' }).click()
    const out = dialog('Export to-divide')
    await out.getByLabel('File').fill(join(folder, 'out.txt'))
    await out.getByText(/must end with/).waitFor()
    await out.getByLabel('File').fill(join(folder, 'out.jsonl'))
    await out.getByLabel('File').press('Enter')
    await out.getByText('Written', { exact: true }).waitFor()
    expect(existsSync(join(folder, 'out.jsonl'))).toBe(true)
    expect(readFileSync(join(folder, 'out.jsonl'), 'utf8').trim().split('\n').length).toBeGreaterThan(300)
    await out.getByRole('button', { name: 'Close' }).last().click()

    await page.getByRole('tab', { name: 'Lineage' }).click()
    const graph = page.getByRole('group', { name: /^Lineage of to-divide/ })
    await graph.getByText('lab-notes-train.jsonl').waitFor()
    await graph.getByRole('link', { name: /to-divide@1/ }).waitFor()
    expect(await barriers(page)).toEqual([])
  })

  test.skipIf(!hasPython)(
    'lineage tells the file, the whole that was removed, the run that failed and what else was made (needs SLIPWAY_TEST_PYTHON)',
    async () => {
      const { client } = workstation.backend
      const path = file(
        'voyage.jsonl',
        lines(Array.from({ length: 60 }, (_, i) => chat(`question ${i}`, `answer ${i}`))),
      )
      const whole = await given(path, 'voyage')
      const { items } = await client.datasets.split({ id: whole, validation: 0.2 })
      const part = items.find(({ splitRole }) => splitRole === 'train')?.id ?? ''
      await client.datasets.freeze({ id: part })
      const model = join(folder, 'short-lived')
      cpSync(sample('model'), model, { recursive: true })
      const registered = await client.models.import({ path: model, name: 'short-lived' })
      await client.jobs.wait({ id: registered.jobId, timeoutMs: 60_000 })
      const run = await client.training.start({ method: 'sft', model: registered.id, dataset: [part], name: 'sunk' })
      // The run begins by reading the model, which is gone by then.
      rmSync(model, { recursive: true })
      await workstation.open(`#/datasets/${part}?tab=lineage`)
      const graph = page.getByRole('group', { name: /^Lineage of voyage/ })
      await graph.getByRole('link', { name: /run · failed.*sunk/ }).waitFor({ timeout: 120_000 })
      await client.datasets.remove({ id: whole })
      const removed = graph.locator('.lnode.gone')
      await removed.getByText('voyage@1').waitFor()
      await removed.getByText('removed').waitFor()
      await graph.getByText('voyage.jsonl', { exact: true }).waitFor()
      for (const theme of ['light', 'dark'] as const) {
        await setLook(page, { theme })
        expect(await barriers(page)).toEqual([])
      }
      await shoot(page, 'dataset-lineage', { theme: 'dark', language: 'en', width: 1280 })
      // The keyboard follows the lines.
      await graph.locator('.lnode.me').focus()
      await page.keyboard.press('ArrowRight')
      await page.keyboard.press('Enter')
      await title('sunk').waitFor()
      expect((await client.training.show({ id: run.id })).state).toBe('failed')
    },
    180_000,
  )

  test('the aliases of a version stand beside its number, and are taken away and given back', async () => {
    await given(file('named.jsonl', lines([chat('q', 'a')])), 'named')
    await workstation.open('#/datasets/named?dialog=edit')
    const form = page.getByRole('dialog', { name: 'Name and description of named' })
    await form.getByLabel('Alias of v1').fill('golden')
    await form.getByRole('button', { name: 'Save' }).click()
    const alias = page.getByRole('main').getByText('golden', { exact: true })
    await alias.waitFor()
    expect(await barriers(page)).toEqual([])
    await page.getByRole('button', { name: 'Take the alias golden away' }).click()
    await alias.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Undo' }).click()
    await alias.waitFor()
  })

  test('a removal is taken back', async () => {
    await given(file('gone.jsonl', lines([chat('q', 'a')])), 'gone')
    await workstation.open('#/datasets/gone')
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Remove v1' }).click()
    await page.getByText('gone v1 was removed.').waitFor()
    const list = page.getByRole('grid', { name: 'Datasets' })
    await expect.poll(() => list.getByText('gone', { exact: true }).count()).toBe(0)
    await page.getByRole('button', { name: 'Undo' }).click()
    await list.getByText('gone', { exact: true }).waitFor()
  })

  test('problems are found without a model too, and a repair is a new version that can be undone', async () => {
    const torn = [
      ...Array.from({ length: 8 }, (_, i) => chat(`q${i}`, `a${i}`)),
      chat('q1', 'a1'),
      chat('  ', 'x'),
      {
        messages: [
          { role: 'user', content: 'm' },
          { role: 'assistant', content: 'x', weight: 0 },
        ],
      },
    ]
    await given(file('torn.jsonl', lines(torn)), 'torn')
    await workstation.open('#/datasets/torn?tab=check')
    const problems = page.getByRole('region', { name: 'Problems' })
    await problems.getByRole('button', { name: 'Repeats an earlier row' }).click()
    await rows().getByRole('row').filter({ hasText: 'q1' }).waitFor()
    await expect.poll(() => rows().getAttribute('aria-rowcount')).toBe('2')
    await problems.getByRole('button', { name: 'Leave all of them out' }).click()
    await page.getByText('torn v2 was made without 3 rows.').waitFor()
    await page.locator('.chip').filter({ hasText: 'v2 draft' }).waitFor()
    await problems.getByText('Nothing that can be seen without a model.').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.locator('.chip').filter({ hasText: 'v1 draft' }).waitFor()
    await problems.getByText('Repeats an earlier row').waitFor()
  })

  test.skipIf(!hasPython)(
    'the rows are seen with the eyes of a model: template, tokens, what is learned, what is cut (needs the Python environment)',
    { timeout: 300_000 },
    async () => {
      const { client } = workstation.backend
      const model = await client.models.import({ path: sample('model'), name: 'heron' })
      await client.jobs.wait({ id: model.jobId, timeoutMs: 60_000 })
      const seen = [
        ...Array.from({ length: 6 }, (_, i) => chat(`q${i}`, `a${i}`)),
        chat('退款', 'long answer '.repeat(200)),
      ]
      await given(file('seen.jsonl', lines(seen)), 'seen')
      await workstation.open('#/datasets/seen?tab=check&max=128')
      await page.getByText('Choose a model to see the rows with its eyes').waitFor()
      await page.getByRole('combobox', { name: 'Model' }).click()
      await page.locator('.ant-select-item-option').filter({ hasText: 'heron' }).click()
      const learned = page.locator('.rend .out')
      await learned.getByText('a0').waitFor({ timeout: 60_000 })
      expect(await page.locator('.rend .tpl').first().textContent()).toBe('<|im_start|>')
      await page.getByText(/^\d+ tokens, \d+ trained on$/).waitFor()
      const problems = page.getByRole('region', { name: 'Problems' })
      await problems.getByText('Longer than the limit').waitFor({ timeout: 60_000 })
      await page.locator('.ds-row').getByText('Tokens', { exact: true }).click()
      await page.locator('.rend.v2 .tk').first().waitFor()
      await rows().focus()
      await page.keyboard.press('End')
      await page.getByText(/^\d+ tokens are cut off$/).waitFor()
      await page.locator('.rend').getByText('退', { exact: false }).first().waitFor()
      await shoot(page, 'dataset-check', { theme: 'dark', width: 1440 })
      expect(await barriers(page)).toEqual([])
      await shoot(page, 'dataset-check', { theme: 'light', language: 'zh', width: 1280 })
      expect(await barriers(page)).toEqual([])
      await setLook(page, {})
      await problems
        .getByRole('button', { name: /^Raise the limit to/ })
        .first()
        .click()
      await expect.poll(() => problems.getByText('Longer than the limit').count(), { timeout: 60_000 }).toBe(0)

      // A check that takes long says how far it is, and can be stopped and made again.
      await manyRows('long-seen')
      await page.evaluate(() => {
        location.hash = '#/datasets/long-seen?tab=check&model=heron'
      })
      await page.getByText(/^[\d,]+ \/ 20,000 rows$/).waitFor({ timeout: 60_000 })
      const bar = page.getByRole('progressbar', { name: 'Rendering rows for the model' })
      await bar.waitFor({ timeout: 60_000 })
      expect(await barriers(page)).toEqual([])
      await page.getByRole('button', { name: 'Cancel' }).click()
      await page.getByText('The check was stopped before it was done.').waitFor()
      await page.getByRole('button', { name: 'Check again' }).click()
      await bar.waitFor({ timeout: 60_000 })
      await page.getByRole('button', { name: 'Cancel' }).click()
      await page.getByRole('button', { name: 'Check again' }).waitFor()
    },
  )

  test('the list in both themes, at every size', async () => {
    await manyRows('longest')
    await workstation.open('#/datasets')
    const list = page.getByRole('grid', { name: 'Datasets' })
    await list.getByText('longest', { exact: true }).waitFor()
    await list.getByRole('button', { name: 'Rows' }).click()
    await expect.poll(() => list.locator('.vrow b').first().textContent()).toBe('longest')
    await list.focus()
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await title('longest').waitFor()
    await page.goBack()
    for (const [width, height] of [
      [900, 600],
      [720, 450],
    ] as const) {
      await page.setViewportSize({ width, height })
      await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
    }
    await shoot(page, 'datasets', { theme: 'light', width: 1440 })
    expect(await barriers(page)).toEqual([])
  })

  test('the page complained of nothing but what it was refused', () => {
    expect(workstation.complaints.filter(text => !/status of 4\d\d/.test(text))).toEqual([])
  })
})
