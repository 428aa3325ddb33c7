import { rmSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryDir } from '../support/backend.ts'
import { chromiumPath } from './support/chromium.ts'
import { controlEnter, typeAndPress } from './support/keys.ts'
import { barriers, setLook, shoot } from './support/looks.ts'
import { watchMoves } from './support/moves.ts'
import { openWorkstation, sample, type Workstation } from './support/workstation.ts'

// Importing PyTorch and TRL takes 10 to 20 s on an idle machine, and many times that on a busy one.
const patience = { timeout: 240_000 }
const testMs = 900_000

/** A run of many small steps: long enough to be stopped in its middle. */
const long = { maxSteps: 4000, globalBatchSize: 2, microBatchSize: 2, maxSequenceLength: 160, saveSteps: 100_000 }
const short = { ...long, maxSteps: 6, saveSteps: 3, validationSteps: 3, learningRate: 1e-3 }

describe.skipIf(!chromiumPath)('training', () => {
  let workstation: Workstation
  let page: Page
  let client: Workstation['backend']['client']

  beforeAll(async () => {
    workstation = await openWorkstation({ width: 1440, height: 900 })
    page = workstation.page
    client = workstation.backend.client
    const imports = [
      await client.models.import({ path: sample('model'), name: 'base' }),
      await client.datasets.import({ path: sample('datasets/lab-notes-heldout.jsonl'), name: 'notes' }),
      await client.datasets.import({ path: sample('datasets/lab-notes-dpo.jsonl'), name: 'pairs' }),
    ]
    imports.push(await client.datasets.import({ path: sample('datasets/lab-notes-train.jsonl'), name: 'more-notes' }))
    for (const { jobId } of imports) await client.jobs.wait({ id: jobId, timeoutMs: patience.timeout })
  }, testMs)
  afterAll(async () => {
    for (const run of (await client.training.list({ state: ['queued', 'starting', 'running'] })).items)
      await client.training.stop({ id: run.id }).catch(() => undefined)
    await workstation?.close()
  }, testMs)

  /** Holds the trainer of a run where it is, so that what is shown meanwhile can be read; answers how to let it go on. */
  const held = async (name: string) => {
    const { jobId } = await client.training.show({ id: name })
    const { pid } = await client.jobs.show({ id: jobId ?? '' })
    if (pid === undefined) throw new Error(`${name} has no process`)
    process.kill(pid, 'SIGSTOP')
    return () => process.kill(pid, 'SIGCONT')
  }
  /** A short run that has ended; made by the first test that asks for it. */
  const shortRun = async (name: string, set: Record<string, unknown> = {}) => {
    const { items } = await client.training.list({ q: name })
    if (items.length === 0)
      await client.training.start({
        method: 'sft',
        model: 'base',
        dataset: ['notes'],
        name,
        description: 'a short one',
        set: { ...short, ...set },
      })
    return client.training.show({ id: name })
  }
  const ended = (name: string) =>
    expect.poll(async () => (await client.training.show({ id: name })).state, patience).toBe('done')
  const main = () => page.locator('main')
  const button = (name: string) => main().getByRole('button', { name, exact: true })
  const field = (name: string) => page.getByRole('spinbutton', { name })
  const choose = async (field: string, name: string) => {
    await page.getByRole('combobox', { name: field }).click()
    await page.getByTitle(name, { exact: true }).first().click()
    await page.keyboard.press('Escape')
  }
  const pasteParameters = async (values: Record<string, unknown>) => {
    await main().getByText('JSON', { exact: true }).click()
    const editor = page.getByRole('textbox', { name: 'What differs' })
    await editor.click()
    await page.keyboard.press('Control+a')
    await page.keyboard.insertText(JSON.stringify(values))
    await main().getByText('Fields', { exact: true }).click()
  }
  /** The figure that stands under a name at the top of the page of a run. */
  const stat = (name: string) => main().locator('.stat', { hasText: name }).locator('b')
  const noBarriers = async (...themes: readonly ('dark' | 'light')[]) => {
    for (const theme of themes) {
      await setLook(page, { theme, width: 1440 })
      expect(await barriers(page)).toEqual([])
    }
    expect(workstation.complaints).toEqual([])
  }

  /** The pointer reads every chart of the run at once; dragged over a part, it zooms in; twice clicked, it shows all again. */
  const readsByPointer = async () => {
    const [loss, rate] = [main().locator('.chart').first(), main().locator('.chart').nth(1)]
    await page.waitForFunction(() => document.querySelector('.run-charts[aria-busy="false"]'))
    const box = await loss.boundingBox()
    if (!box) throw new Error('the curve has no place on the page')
    const at = (share: number) => [box.x + 60 + (box.width - 90) * share, box.y + box.height / 2] as const
    const caption = () => main().locator('.run-charts figcaption').first().textContent()
    const stepUnder = async (share: number): Promise<number> => {
      // From outside: what is read then belongs to where the pointer is now, and not to where it was before.
      await page.mouse.move(1, 1)
      await expect.poll(caption).not.toContain('Step')
      await page.mouse.move(...at(share))
      await expect.poll(caption).toMatch(/Step [\d,]+$/)
      return Number(/Step ([\d,]+)$/.exec((await caption()) ?? '')?.[1])
    }
    const first = await stepUnder(0.01)
    const late = await stepUnder(0.7)
    expect(late).toBeGreaterThan(first)
    await expect.poll(() => rate.locator('.chart-at').textContent()).toMatch(new RegExp(`^${late}: \\S`))
    await page.mouse.move(...at(0.4))
    await page.mouse.down()
    await page.mouse.move(...at(0.95), { steps: 5 })
    await page.mouse.up()
    expect(await stepUnder(0.01)).toBeGreaterThan(first)
    await page.mouse.dblclick(...at(0.5))
    expect(await stepUnder(0.01)).toBe(first)
    await page.mouse.move(1, 1)
  }

  test('an empty list says how to begin', async () => {
    await workstation.open('#/training?q=nothing-is-called-so')
    await main().getByText('No run matches').waitFor()
    await button('Clear the filters').click()
    await main().getByRole('heading', { name: 'Training' }).waitFor()
    await noBarriers('dark', 'light')
  })

  test(
    'a run is filled in, planned, started, watched, stopped with a checkpoint and resumed, by clicks alone',
    async () => {
      await workstation.open('#/training/new')
      await button('Clear the form').click()
      await expect.poll(() => button('Start').isDisabled()).toBe(true)
      await choose('Base model', 'base@1')
      await choose('Dataset', 'notes@1')
      await page.getByLabel('Name', { exact: true }).fill('first-run')
      await page.getByLabel('Description', { exact: true }).fill('to be stopped in its middle')
      // A second dataset makes a mixture: the rates count in the plan and stand in the command.
      await choose('Dataset', 'more-notes@1')
      await page.getByRole('spinbutton', { name: 'notes@1', exact: true }).fill('0.5')
      await main()
        .getByText(/--sampling-rate notes@1=0.5/)
        .waitFor()
      await main()
        .getByText(/Fits with/)
        .waitFor()
      // The sample reads no more at once: that the default is cut must not pass in silence.
      await main().getByText('512 instead of 2,048, which returns with a model that reads more').waitFor()
      await field('Max length').fill('160')
      await field('Global batch').fill('2')
      await field('Micro batch').fill('2')
      await main()
        .getByRole('button', { name: /^Optimiser schedule/ })
        .click()
      await field('Max steps').fill('4000')
      await main().getByText('4,000 steps').waitFor()
      await main()
        .getByText(/--set .*maxSequenceLength=160.* maxSteps=4000/)
        .waitFor()
      // What is half filled in outlives a reload.
      await page.reload()
      await main().getByText('4,000 steps').waitFor()
      expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('first-run')
      expect(await page.getByRole('spinbutton', { name: 'notes@1', exact: true }).inputValue()).toBe('0.5')
      await noBarriers('dark', 'light')
      await shoot(page, 'training-new', { theme: 'light', language: 'zh' })
      await setLook(page, { width: 1440 })

      await button('Start').click()
      await main().getByRole('heading', { name: 'first-run' }).waitFor()
      await expect.poll(() => stat('Train loss').textContent(), patience).toMatch(/^\d/)
      const points = async () =>
        Number(/([\d,]+) points?/.exec((await main().textContent()) ?? '')?.[1]?.replace(',', ''))
      const before = await points()
      await expect.poll(points, patience).toBeGreaterThan(before + 3)
      // What the trainer says for people: the log of a run is never empty.
      await main()
        .getByText(/^step [\d,]+\/4,000: loss \d/)
        .first()
        .waitFor()
      const plan = await client.training.logs({ id: 'first-run', search: 'plan:' })
      expect(plan.lines.map(({ text }) => text)).toEqual([
        'plan: 4,000 steps (maxSteps), 2 rows a step (micro batch 2 × 1)',
      ])
      await button('Describe it').click()
      await page.getByRole('textbox', { name: 'Description' }).fill('stopped halfway, and resumed')
      await page.keyboard.press('Enter')
      await main().getByText('stopped halfway, and resumed').waitFor()
      await shoot(page, 'training-run-live', { width: 1440 })
      await noBarriers('dark', 'light')

      // A trainer that stands still is not faster than anybody can read.
      const goOn = await held('first-run')
      await button('Stop and save').click()
      const dialog = page.getByRole('dialog', { name: 'Stop first-run and save?' })
      await dialog.waitFor()
      expect(await barriers(page)).toEqual([])
      // What would be lost is counted to the step that the job has come to, not to the last one that was read of the run.
      const { jobId } = await client.training.show({ id: 'first-run' })
      const { progress } = await client.jobs.show({ id: jobId ?? '' })
      await dialog.getByText(`all ${progress?.done.toLocaleString('en')} steps are lost`).waitFor()
      // The safe answer has the focus: a person who only presses Enter loses nothing.
      await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Stop and save')
      await page.keyboard.press('Enter')
      await expect.poll(() => stat('Now').textContent(), patience).toBe('Saving')
      await main().getByText('the step in progress, then a checkpoint').waitFor()
      expect(await button('Stop and save').isDisabled()).toBe(true)
      await noBarriers('dark')
      goOn()
      await button('Resume').waitFor(patience)
      const { datasets } = await client.training.show({ id: 'first-run' })
      expect(datasets.map(({ name, samplingRate }) => [name, samplingRate])).toEqual([
        ['notes@1', 0.5],
        ['more-notes@1', undefined],
      ])
      const reached = (await client.training.show({ id: 'first-run' })).checkpoints.at(-1)?.step ?? 0
      expect(reached).toBeGreaterThan(0)
      await page.getByRole('tab', { name: /Checkpoints/ }).click()
      await page.getByRole('row', { name: new RegExp(`^${reached.toLocaleString('en')} `) }).waitFor()

      await button('Resume').click()
      await button('Stop and save').waitFor(patience)
      // The curve goes on where it was left, with no point twice.
      await expect
        .poll(async () => (await client.training.show({ id: 'first-run' })).step, patience)
        .toBeGreaterThan(reached)
      const { items } = await client.training.metrics({ id: 'first-run', points: 100_000 })
      const steps = items.filter(({ series }) => series === 'train').map(({ step }) => step)
      expect(new Set(steps).size).toBe(steps.length)
      await button('Stop and save').click()
      await page.getByRole('button', { name: 'Stop without saving' }).click()
      await button('Resume').waitFor(patience)
      expect((await client.training.list({ q: 'halfway resumed' })).items.map(({ name }) => name)).toEqual([
        'first-run',
      ])
      // Each attempt keeps its log; the latest is shown first.
      await page.getByRole('tab', { name: 'Log' }).click()
      const attempt = page.getByRole('combobox', { name: 'Attempt' })
      await main()
        .getByText(/^Attempt 2: Stopped/)
        .waitFor()
      await attempt.click()
      await page
        .locator('.ant-select-dropdown:visible')
        .getByText(/^Attempt 1: Stopped/)
        .click()
      await expect.poll(() => page.url()).toContain('attempt=1')
      const first = await client.training.logs({ id: 'first-run', attempt: 1, after: -1, limit: 1 })
      expect([first.attempt, first.attempts]).toEqual([1, 2])
      await noBarriers('dark')
    },
    testMs,
  )

  test(
    'a run that is done offers its model, its checkpoints and everything that made it; removed, it can be taken back',
    async () => {
      const { id } = await shortRun('short-a')
      await workstation.open(`#/training/${id}`)
      // Watched from its first step to its model: nothing on the page may move under whoever reaches for it.
      const moved = await watchMoves(page)
      await ended('short-a')
      await main()
        .getByRole('link', { name: /^made / })
        .waitFor(patience)
      expect(await moved()).toEqual([])
      // Before and after: what it started from beside what it made.
      const made = await client.training.show({ id })
      const href = await main().getByRole('link', { name: 'Evaluate' }).getAttribute('href')
      expect(new URLSearchParams(href?.split('?')[1]).get('model')).toBe(`${made.model.id},${made.result?.id}`)
      // Asked are the rows that it measured itself by, and no other of its dataset.
      await main().getByRole('link', { name: 'Evaluate' }).click()
      const evaluation = page.getByRole('dialog', { name: 'New evaluation' })
      const heldBack = Number(made.facts.heldBackRows)
      expect(heldBack).toBeGreaterThan(0)
      await evaluation.getByText(`${heldBack} rows that short-a held back`, { exact: true }).waitFor()
      await evaluation.getByText('The run did not learn from them; it measured itself by them.').waitFor()
      expect(await barriers(page)).toEqual([])
      await workstation.open(`#/training/new?run=${id}`)
      await expect.poll(() => page.getByLabel('Description', { exact: true }).inputValue()).toBe('a short one')
      await button('Clear the form').click()
      await expect.poll(() => page.getByLabel('Description', { exact: true }).inputValue()).toBe('')
      await page.getByRole('button', { name: 'Undo' }).click()
      await expect.poll(() => page.getByLabel('Description', { exact: true }).inputValue()).toBe('a short one')
      await button('Clear the form').click()
      await workstation.open(`#/training/${id}`)
      await page.getByRole('tab', { name: /Checkpoints/ }).click()
      await page.getByRole('button', { name: 'Make a model' }).last().click()
      await page.getByRole('dialog').getByLabel('Name').fill('early bird')
      await page.keyboard.press('Enter')
      await page.getByRole('link', { name: 'Open its model' }).waitFor(patience)
      expect((await client.models.show({ id: 'early bird' })).source).toBe('trained')
      await page.getByRole('tab', { name: 'Configuration' }).click()
      await page.getByRole('link', { name: 'notes@1' }).first().waitFor()
      await noBarriers('dark', 'light')
      await readsByPointer()

      await button('More').click()
      await page.getByRole('menuitem', { name: 'Remove the run' }).click()
      await page.getByText('short-a is removed.').waitFor()
      await expect.poll(async () => (await client.training.list({ q: 'short-a' })).total).toBe(0)
      await page.getByRole('button', { name: 'Undo' }).last().click()
      await main().getByRole('heading', { name: 'short-a' }).waitFor()
      expect((await client.training.list({ q: 'short-a' })).total).toBe(1)
      expect(workstation.complaints).toEqual([])
    },
    testMs,
  )

  test(
    'a plan over the load line cannot be started, and one click on a change makes it fit',
    async () => {
      await workstation.open('#/training/new')
      await button('Clear the form').click()
      await main().getByText('DPO', { exact: true }).click()
      await choose('Base model', 'base@1')
      await choose('Dataset', 'pairs@1')
      await pasteParameters({
        ...{ tuning: 'full', global_batch_size: 1024, globalBatchSize: 1024, microBatchSize: 1024 },
        ...{ max_length: 512, gradient_checkpointing: false },
      })
      await main()
        .getByText(/over the load line/)
        .waitFor()
      await expect.poll(() => button('Start').isDisabled()).toBe(true)
      await shoot(page, 'training-new-too-large', { width: 1440 })
      await setLook(page, { width: 1440 })
      await page.getByLabel('Start although the plan says').check()
      expect(await main().getByRole('button', { name: 'Start although it will not fit' }).isEnabled()).toBe(true)
      await main().getByText('--anyway').waitFor()
      await page.getByRole('button', { name: /^Apply: Micro batch/ }).click()
      await main()
        .getByText(/to spare/)
        .waitFor()
      await expect.poll(() => button('Start').isEnabled()).toBe(true)
      await noBarriers('dark', 'light')
    },
    testMs,
  )

  test(
    'JSON fills the form, also with other names, and says what it does not know; a wrong value is named at its field',
    async () => {
      await workstation.open('#/training/new')
      await button('Clear the form').click()
      await pasteParameters({ learning_rate: '2e-4', epoch: 2, r: 8, vf_coef: 1 })
      await expect.poll(() => field('Learning rate').inputValue()).toBe('2e-4')
      await expect.poll(() => field('Epochs').inputValue()).toBe('2')
      await main().getByText('JSON', { exact: true }).click()
      await page.getByRole('textbox', { name: 'What differs' }).click()
      await page.keyboard.press('Control+a')
      await page.keyboard.insertText('{"vf_coef": 1, "epochs": 2}')
      await main().getByText('Not parameters of this method: vf_coef').waitFor()
      await noBarriers('dark', 'light')
      await page.getByRole('textbox', { name: 'What differs' }).click()
      await page.keyboard.press('Control+a')
      await page.keyboard.insertText('not json at all')
      await main().getByText('This begins with “not json at all”').waitFor()
      await main().getByText('Fields', { exact: true }).click()
      await field('Learning rate').fill('7')
      await main().getByRole('alert').filter({ hasText: 'must be from 1e-9 to 0.1' }).waitFor()
      await main()
        .getByRole('button', { name: /^Learning rate: Back to the default/ })
        .click()
      await expect.poll(() => field('Learning rate').inputValue()).toBe('3e-4')
    },
    testMs,
  )

  test(
    'runs are marked by keys and laid over each other, with a table of what differs; NaN is said to be NaN',
    async () => {
      const run = await shortRun('short-a')
      await shortRun('short-b', { learningRate: 2e-3, loraRank: 8 })
      await ended('short-a')
      await ended('short-b')
      await workstation.open('#/training?q=short-')
      const grid = page.getByRole('grid', { name: 'Training' })
      await page.getByRole('row', { name: /short-a/ }).waitFor()
      await grid.focus()
      await page.keyboard.press('j')
      await page.keyboard.press('Space')
      await page.keyboard.press('j')
      await page.keyboard.press('Space')
      await noBarriers('dark', 'light')
      await shoot(page, 'training-list', { width: 1440 })
      await setLook(page, { width: 1440 })
      await button('Compare 2').click()
      await page.getByRole('row', { name: /^Learning rate 0.00[12] 0.00[12]/ }).waitFor()
      await page.getByRole('row', { name: /^Rank (8 16|16 8)/ }).waitFor()
      await main().getByText('best', { exact: true }).waitFor()
      await main().getByText('Validation loss', { exact: true }).first().click()
      await noBarriers('dark', 'light')
      await shoot(page, 'training-compare', { theme: 'light', width: 1440 })
      await setLook(page, { width: 1440 })

      // A trainer reports a loss that is no number as null; a run that diverges on demand cannot be had, so it is put in.
      const curves = '**/rpc/training/curves**'
      await page.route(curves, async route => {
        const response = await route.fetch()
        const answer = (await response.json()) as { json: { train: { loss: (number | null)[] } } }
        answer.json.train.loss.fill(null, 3)
        await route.fulfill({ response, json: answer })
      })
      await workstation.open(`#/training/${run.id}`)
      await main().getByText('The loss is not a number').waitFor()
      expect(await stat('Train loss').textContent()).toBe('NaN')
      await noBarriers('dark', 'light')
      await page.unroute(curves)
    },
    testMs,
  )

  test(
    'with a pointer: Shift marks all runs between two, and a click on its line hides a curve',
    async () => {
      // Not one of them trains: they are taken back as soon as they are there.
      for (const name of ['taken-1', 'taken-2', 'taken-3']) {
        const { id } = await client.training.start({
          ...{ method: 'sft', model: 'base', dataset: ['notes'] },
          name,
          set: short,
        })
        await client.training.stop({ id, save: false })
        await expect.poll(async () => (await client.training.show({ id })).state, patience).toBe('cancelled')
      }
      await workstation.open('#/training?q=taken-')
      const mark = (name: string) => page.getByRole('checkbox', { name: new RegExp(name) })
      await mark('taken-3').click()
      await mark('taken-1').click({ modifiers: ['Shift'] })
      await button('Compare 3').click()
      const legend = page.getByRole('complementary', { name: 'Overlay' }).getByRole('listitem')
      await expect.poll(() => legend.count()).toBe(3)
      await legend.first().locator('.swatch').click()
      await expect.poll(() => legend.first().getByRole('checkbox').isChecked()).toBe(false)
      await noBarriers('dark', 'light')
    },
    testMs,
  )

  test(
    'Ctrl Enter right behind the last digit waits for the plan of it, and starts what stands in the form by then',
    async () => {
      await workstation.open('#/training/new')
      await button('Clear the form').click()
      await choose('Base model', 'base@1')
      await choose('Dataset', 'notes@1')
      await page.getByLabel('Name', { exact: true }).fill('planned-first')
      await expect.poll(() => button('Start').isEnabled()).toBe(true)
      await main()
        .getByText(/Fits with/)
        .waitFor()
      const asked: string[] = []
      page.on('request', request => {
        const [, what] = /rpc\/training\/(plan|start)$/.exec(request.url()) ?? []
        const said = what && (JSON.parse(request.postData() ?? '{}') as { json: { set: { globalBatchSize?: number } } })
        if (said) asked.push(`${what} ${said.json.set.globalBatchSize}`)
      })
      await field('Global batch').evaluate((input: HTMLInputElement) => input.select())
      await typeAndPress(field('Global batch'), '4', controlEnter)
      await main().getByRole('heading', { name: 'planned-first' }).waitFor()
      expect(asked).toEqual(['plan 4', 'start 4'])
      // It need not train.
      const { id } = await client.training.show({ id: 'planned-first' })
      await client.training.stop({ id, save: false })
      await noBarriers('dark')
    },
    testMs,
  )

  test(
    'without a Python environment the form says so, and offers to build it',
    async () => {
      const cacheDir = temporaryDir('no environments')
      const bare = await openWorkstation({}, { env: { XDG_CACHE_HOME: cacheDir } })
      try {
        await bare.open('#/training/new')
        await bare.page.getByRole('status').filter({ hasText: 'The training environment is not built yet' }).waitFor()
        await bare.page.getByRole('button', { name: 'Build the environment' }).waitFor()
        expect(await barriers(bare.page)).toEqual([])
        expect(bare.complaints).toEqual([])
      } finally {
        await bare.close()
        rmSync(cacheDir, { recursive: true, force: true })
      }
    },
    testMs,
  )

  test('a run that is not there, and a form whose model is gone, say so in place', async () => {
    await workstation.open('#/training/no-such-run')
    await main().getByRole('alert').filter({ hasText: 'no-such-run' }).waitFor()
    await workstation.open('#/training/new?model=no-such-model')
    await main().getByRole('alert').filter({ hasText: 'no-such-model' }).waitFor()
    const refused = workstation.complaints.filter(complaint => !/404/.test(complaint))
    expect(refused).toEqual([])
  })
})
