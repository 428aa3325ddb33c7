import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Device } from '../../main/contract/resources.ts'
import { logFolder } from '../../main/platform/processes/job-folder.ts'
import { createLogWriter } from '../../main/platform/processes/log-file.ts'
import { temporaryDir } from '../support/backend.ts'
import { chromiumPath } from './support/chromium.ts'
import { barriers, setLook, shoot } from './support/looks.ts'
import { openWorkstation, sample, type Workstation } from './support/workstation.ts'

const GiB = 2 ** 30

describe.skipIf(!chromiumPath)('resources, environments and jobs', () => {
  let workstation: Workstation
  let page: Page
  const empty = temporaryDir('no wheels')

  beforeAll(async () => {
    mkdirSync(join(empty, 'wheels'))
    workstation = await openWorkstation()
    page = workstation.page
    const { models, datasets, jobs } = workstation.backend.client
    await models.import({ path: sample('model'), name: 'tide' })
    const { jobId } = await datasets.import({ path: sample('datasets/broken.jsonl'), name: '破损的样例' })
    await jobs.wait({ id: jobId })
  })
  // Whatever an earlier test left open or chosen is no business of the next.
  beforeEach(async () => {
    await page.reload()
    await page.locator('.frame').waitFor()
    await setLook(page, {})
  })
  afterAll(async () => {
    await workstation?.close()
    rmSync(empty, { recursive: true, force: true })
  })

  const bothThemes = async () => {
    for (const theme of ['light', 'dark'] as const) {
      await setLook(page, { theme })
      expect(await barriers(page)).toEqual([])
    }
  }

  test('each GPU is told with its load, whose its memory is and how warm it is, in the strip and on the page', async () => {
    // The machine of the tests has none: what the driver of two told once stands in for it.
    const gpu = (index: number, figures: Partial<Device>): Device => ({
      ...{ id: `cuda:${index}`, kind: 'gpu', vendor: 'nvidia', name: 'NVIDIA RTX A5000', totalBytes: 24 * GiB },
      ...{ usedBytes: 19 * GiB, oursBytes: 18 * GiB, othersBytes: GiB, leasedBytes: 20 * GiB, freeBytes: 4 * GiB },
      ...{ utilizationPercent: 96, temperatureCelsius: 71, powerWatts: 210, powerLimitWatts: 230 },
      ...figures,
    })
    const unknown = { oursBytes: null, othersBytes: null, utilizationPercent: null, temperatureCelsius: null }
    const gpus = [gpu(0, {}), gpu(1, { ...unknown, usedBytes: 2 * GiB, leasedBytes: 0 })]
    await page.route('**/rpc/resources/show**', async route => {
      const answer = await route.fetch()
      const said = (await answer.json()) as { json: { devices: Device[] } }
      said.json.devices.push(...gpus)
      await route.fulfill({ response: answer, json: said })
    })
    try {
      await setLook(page, { width: 1440 })
      await workstation.open('#/resources')
      await page.reload()
      const strip = page.locator('.strip .meter')
      await strip.filter({ hasText: 'GPU 096%19.0 / 24.0 GiB' }).waitFor()
      const held = 'ours 18.0 GiB, other processes 1.00 GiB, free 5.00 GiB'
      expect(await strip.first().getAttribute('title')).toBe(`NVIDIA RTX A5000: ${held}, 71 °C`)
      // A driver that does not say how busy a GPU is or whose its memory is: nothing is made up.
      await strip.filter({ hasText: 'GPU 1–2.0 / 24.0 GiB' }).waitFor()
      const main = page.locator('main')
      await main.getByRole('heading', { name: 'GPU 0' }).waitFor()
      await main.getByText('Slipway 18.0 GiB · others 1.00 GiB · promised to jobs, not used yet 2.00 GiB').waitFor()
      await bothThemes()
    } finally {
      await page.unroute('**/rpc/resources/show**')
    }
  })

  test('resources tell what each device does, who holds it, and the last minutes as curves', async () => {
    await workstation.open('#/resources')
    const processor = page.getByRole('region', { name: 'Processor and memory' })
    await processor.getByText('Load, 1 · 5 · 15 min').waitFor()
    await processor.getByText('No job of Slipway holds memory of it.').waitFor()
    await processor.getByRole('img', { name: /^Utilisation over time, now \d+%$/ }).waitFor()
    await processor.getByRole('img', { name: /^Memory over time, now [\d.]+ GiB$/ }).waitFor()
    // What the pointer reads and zooms on a chart, keys do as well.
    const chart = processor.getByRole('img', { name: /^Memory over time/ })
    await chart.focus()
    await page.keyboard.press('ArrowLeft')
    await expect.poll(() => chart.getAttribute('aria-label')).toMatch(/, \d\d:\d\d(:\d\d)?: Memory [\d.]+$/)
    const newest = await chart.getAttribute('aria-label')
    await expect
      .poll(async () => {
        await page.keyboard.press('ArrowLeft')
        return chart.getAttribute('aria-label')
      })
      .not.toBe(newest)
    await page.keyboard.press('End')
    await page.keyboard.press('+')
    await page.keyboard.press('0')
    await page.getByRole('heading', { name: 'Disk' }).first().click()
    await expect.poll(() => chart.getAttribute('aria-label')).toMatch(/^Memory over time, now [\d.]+ GiB$/)
    // A click of a hand that shakes looks no closer at anything.
    const box = await chart.boundingBox()
    if (!box) throw new Error('the curve has no place on the page')
    const middle = box.y + box.height / 2
    const oldest = async () => {
      await page.mouse.move(box.x + 56, middle)
      return /^[\d:]+/.exec((await chart.locator('.chart-at').textContent()) ?? '')?.[0]
    }
    await expect.poll(oldest).toMatch(/^\d\d:\d\d/)
    const first = await oldest()
    await page.mouse.move(box.x + box.width * 0.9, middle)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.9 + 2, middle, { steps: 2 })
    await page.mouse.up()
    await expect.poll(oldest).toBe(first)
    await page
      .getByRole('region', { name: 'Disk' })
      .getByText(/free of/)
      .first()
      .waitFor()
    await page.locator('.resources').evaluate(list => list.scrollTo(0, 0))
    await shoot(page, 'resources', { theme: 'dark', language: 'en', width: 1440 })
    await page.getByText('1 h', { exact: true }).click()
    expect(new URL(page.url()).hash).toBe('#/resources?span=3600')
    await bothThemes()
    await setLook(page, {})
  })

  test('a machine without a GPU says what that means and what to do', async ({ skip }) => {
    const { gpu } = await workstation.backend.client.resources.show({})
    skip(gpu.status !== 'none', 'this machine has a GPU')
    await workstation.open('#/resources')
    const notice = page.getByRole('status').filter({ hasText: 'This machine has no GPU that Slipway can use' })
    await notice.getByText(/nvidia-smi or rocm-smi must list it/).waitFor()
    await notice.getByRole('button', { name: 'Check this machine' }).click()
    await page.locator('main h1').filter({ hasText: 'Environments' }).waitFor()
  })

  test('an environment shows its versions and problems, and is verified', async () => {
    await workstation.open('#/environments/training')
    await page.getByRole('heading', { name: 'Training' }).waitFor()
    const { state } = await workstation.backend.client.environments.show({ name: 'training' })
    if (state === 'ready') {
      await page.getByPlaceholder('Filter packages').fill('torch')
      await page.getByRole('grid', { name: 'Packages' }).getByText('torch', { exact: true }).waitFor()
      await page.getByRole('button', { name: 'Verify' }).click()
      await page.getByRole('menuitem', { name: 'Packages and versions' }).click()
      await page.getByText('Nothing has changed').waitFor()
    }
    await bothThemes()
    await shoot(page, 'environments', { theme: 'light', language: 'en', width: 1280 })
    await setLook(page, {})
  })

  test('a folder that is no environment is refused with the reason, in place', async () => {
    await workstation.open('#/environments/training')
    await page.getByRole('button', { name: 'Use an existing one …' }).click()
    const dialog = page.getByRole('dialog', { name: /^Use an existing/ })
    await dialog.getByRole('textbox', { name: 'Folder' }).fill(empty)
    await dialog.getByRole('button', { name: 'Inspect and use' }).click()
    await dialog.getByRole('alert').filter({ hasText: 'This environment cannot be used' }).waitFor()
    expect(await barriers(page)).toEqual([])
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
  })

  test('a build from a folder without wheels fails, says why, and what was built before stays', async () => {
    const before = await workstation.backend.client.environments.show({ name: 'training' })
    await workstation.open('#/environments/training?dialog=build')
    const dialog = page.getByRole('dialog', { name: 'Build the Training environment' })
    await dialog.getByText('A mirror', { exact: true }).click()
    expect(await dialog.getByRole('button', { name: 'Build', exact: true }).isDisabled()).toBe(true)
    await dialog.getByText('A folder of wheels', { exact: true }).click()
    await dialog.getByRole('textbox', { name: 'Folder' }).fill(join(empty, 'wheels'))
    if (before.state === 'ready') await dialog.getByText('Build again although a sound one is there').click()
    await dialog.getByText(/--wheelhouse/).waitFor()
    expect(await barriers(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Build', exact: true }).click()
    await dialog.waitFor({ state: 'hidden' })
    await page.getByRole('heading', { name: /^The last build failed/ }).waitFor()
    const after = await workstation.backend.client.environments.show({ name: 'training' })
    expect([after.state, after.path]).toEqual([before.state, before.path])
  })

  test('jobs are filtered by the address, opened by the keyboard, and a failed one says cause and log', async () => {
    const { environments, jobs } = workstation.backend.client
    const { state } = await environments.show({ name: 'training' })
    const build = { name: 'training', wheelhouse: join(empty, 'wheels'), rebuild: state === 'ready' }
    await jobs.wait({ id: (await environments.build(build)).id })
    await workstation.open('#/jobs?state=failed')
    const grid = page.getByRole('grid', { name: 'Jobs' })
    await grid
      .getByText(/Build training/)
      .first()
      .waitFor()
    await expect.poll(() => grid.getByText(/tide/).count()).toBe(0)
    await grid.focus()
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    const job = page.getByRole('complementary', { name: /Build training/ })
    await job.getByRole('alert').filter({ hasText: 'The job failed' }).waitFor()
    const lines = job.getByRole('grid', { name: 'Log' }).getByRole('row')
    await lines.or(job.getByText('Nothing was said.')).first().waitFor()
    await bothThemes()
    await shoot(page, 'jobs', { theme: 'dark', language: 'zh', width: 1440 })
    await setLook(page, {})
    await job.getByPlaceholder('Search the log').fill('no line says this')
    await job
      .getByText(/^0 of \d+ lines$/)
      .first()
      .waitFor()
    await page.locator('main').focus()
    await page.keyboard.press('Escape')
    await job.waitFor({ state: 'hidden' })
  })

  test('a log of any length is read where one looks, and searched from its end', async () => {
    const { items } = await workstation.backend.client.jobs.list({ kind: 'verification' })
    const id = items[0]?.id ?? ''
    const log = createLogWriter(logFolder(join(workstation.backend.dataDir, 'jobs', id)), Date.now)
    const lines = 100_000
    for (let from = 0; from < lines; from += 5_000)
      log.write(
        'stdout',
        Array.from({ length: 5_000 }, (_, index) =>
          from + index === 1 ? `    step 1, ${'long '.repeat(60)}to its end` : `step ${from + index} of many`,
        ),
      )
    await workstation.open(`#/jobs/${id}`)
    const said = page.getByRole('grid', { name: 'Log' })
    // The end is shown first; the beginning, once one goes there.
    await said.getByText('step 99999 of many').waitFor()
    expect(await said.getAttribute('aria-rowcount')).toBe(String(lines))
    await said.evaluate(box => {
      box.scrollTop = 0
    })
    await said.getByText('step 0 of many', { exact: true }).waitFor()
    // A line is shown as it was written, indents and all, and its end is reached by the keys.
    const long = said.getByText(/^\s*step 1, long/)
    expect(await long.evaluate(line => getComputedStyle(line).whiteSpace)).toBe('pre')
    const beyond = () =>
      long.evaluate(line => {
        const box = line.closest('[role="grid"]')?.getBoundingClientRect()
        return line.getBoundingClientRect().right - (box?.right ?? 0)
      })
    expect(await beyond()).toBeGreaterThan(1_000)
    await said.focus()
    await expect
      .poll(
        async () => {
          await page.keyboard.press('ArrowRight')
          return beyond()
        },
        { interval: 20, timeout: 30_000 },
      )
      .toBeLessThanOrEqual(1)
    await said.evaluate(box => {
      box.scrollLeft = 0
    })
    await page.getByPlaceholder('Search the log').fill('STEP 4242')
    await page.getByText('11 of 100,000 lines').waitFor()
    await said.getByText('step 42420 of many').waitFor()
    expect(await barriers(page)).toEqual([])
    // Opened again, it shows its end again; its last lines are copied, and that is said.
    await workstation.open('#/jobs')
    await workstation.open(`#/jobs/${id}`)
    await said.getByText('step 99999 of many').waitFor()
    await page.getByRole('button', { name: 'Copy the last 1,000 lines' }).click()
    await page.getByText('Copied', { exact: true }).waitFor()
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    expect(copied.split('\n')).toHaveLength(1_000)
    expect(copied).toMatch(/ stdout step 99999 of many$/)
  })

  test('a log too long for a page to lay out is read line by line for all that, by the wheel and by keys', async () => {
    const { items } = await workstation.backend.client.jobs.list({ kind: 'import' })
    const id = items[0]?.id ?? ''
    const log = createLogWriter(logFolder(join(workstation.backend.dataDir, 'jobs', id)), Date.now)
    for (let from = 0; from < 2_000_000; from += 10_000)
      log.write('stdout', Array.from({ length: 10_000 }).fill('x') as string[])
    await workstation.open(`#/jobs/${id}`)
    const said = page.getByRole('grid', { name: 'Log' })
    await said.locator('[data-row="1999999"]').waitFor()
    /** The number of the first line that is in view. */
    const firstLine = () =>
      said.evaluate(box => {
        const { top } = box.getBoundingClientRect()
        const rows = [...box.querySelectorAll<HTMLElement>('[data-row]')]
        return Number(rows.find(row => row.getBoundingClientRect().bottom > top + 1)?.dataset.row)
      })
    const lineHeightPx = 20
    const notchPx = 120
    const notches = 10
    const fromEnd = await firstLine()
    const box = await said.boundingBox()
    if (!box) throw new Error('the log has no place on the page')
    await page.mouse.move(box.x + 100, box.y + 40)
    for (let notch = 0; notch < notches; notch += 1) await page.mouse.wheel(0, -notchPx)
    const lines = (notches * notchPx) / lineHeightPx
    const isNear = async (line: number) => Math.abs((await firstLine()) - line) <= 2
    await expect.poll(() => isNear(fromEnd - lines)).toBe(true)
    await said.focus()
    await page.keyboard.press('ArrowUp')
    await expect.poll(() => isNear(fromEnd - lines - 2)).toBe(true)
  })

  test('a deep link opens one job beside the list, with a name in any script', async () => {
    const { items } = await workstation.backend.client.jobs.list({ kind: 'import' })
    await workstation.open(`#/jobs/${items[0]?.id}`)
    const job = page.getByRole('complementary', { name: /破损的样例/ })
    await job.getByText(items[0]?.id ?? '').waitFor()
    await workstation.open('#/jobs')
    await page.locator('main').focus()
    await page.keyboard.press('/')
    await page.keyboard.type('TIDE')
    await page.getByText('1 job', { exact: true }).waitFor()
    await workstation.open('#/jobs?kind=conversion')
    await page.getByText('No job matches').waitFor()
    await page.getByRole('button', { name: 'Show all' }).click()
    await page
      .getByRole('grid', { name: 'Jobs' })
      .getByText(/verify tide/)
      .waitFor()
    // What was refused on purpose, the browser notes as well.
    expect(workstation.complaints.filter(text => !/status of 4\d\d/.test(text))).toEqual([])
  })
})
