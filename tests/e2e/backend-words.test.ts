import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { temporaryDir } from '../support/backend.ts'
import { englishIn } from '../support/english.ts'
import { chromiumPath } from './support/chromium.ts'
import { barriers, shoot } from './support/looks.ts'
import { openWorkstation, sample, type Workstation } from './support/workstation.ts'

const look = { language: 'zh', width: 1440 } as const
const testMs = 180_000

describe.skipIf(!chromiumPath)('what the backend says, in the Chinese interface', () => {
  let workstation: Workstation
  let page: Page
  let client: Workstation['backend']['client']
  const folder = temporaryDir('words')
  const bad = join(folder, '坏数据.jsonl')

  beforeAll(async () => {
    workstation = await openWorkstation({ language: 'zh', width: 1440, height: 900 })
    page = workstation.page
    client = workstation.backend.client
    writeFileSync(bad, `${JSON.stringify({ messages: [{ role: 'narrator', content: 'a' }] })}\n`.repeat(3))
    const imports = [
      await client.models.import({ path: sample('model'), name: 'base' }),
      await client.datasets.import({ path: sample('datasets/lab-notes-heldout.jsonl'), name: 'notes' }),
    ]
    for (const { jobId } of imports) await client.jobs.wait({ id: jobId, timeoutMs: testMs })
  }, testMs)
  // Whatever an earlier test left open is no business of the next.
  beforeEach(async () => {
    await workstation.open('#/home')
    await page.reload()
    await page.locator('.frame').waitFor()
  })
  afterAll(async () => {
    await workstation?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Every fault in a place says what happened and what to do in Chinese; the raw message behind its fold may be English. */
  const isChinese = async (place: Locator) => {
    const faults = place.locator('.fault')
    await faults.first().waitFor()
    for (const fault of await faults.all()) {
      const text = await fault.locator('h3, p').allInnerTexts()
      expect(text.join(' ')).toMatch(/\p{Script=Han}{4}/u)
      expect(englishIn(text.join('\n')), text.join('\n')).toBeUndefined()
    }
  }
  const draft = (name: string, value: unknown) =>
    page.evaluate(
      ([key, text]) => localStorage.setItem(key as string, text as string),
      [`slipway.draft.${name}`, JSON.stringify(value)],
    )

  test('an import of a path that is not there', async () => {
    const missing = join(folder, '另一处 of mine', '集.jsonl')
    await workstation.open(`#/datasets?import=${encodeURIComponent(missing)}`)
    const dialog = page.getByRole('dialog')
    await dialog.getByText(`${missing} 不存在。`).waitFor()
    await isChinese(dialog)
    expect(await barriers(page)).toEqual([])

    await workstation.open(`#/models?import=${encodeURIComponent(missing)}`)
    await isChinese(page.getByRole('dialog'))
    await page.keyboard.press('Escape')
  })

  test('a job that failed: in its inspector, at its dataset, and in the notifications', async () => {
    const { jobId, id } = await client.datasets.import({ path: bad, name: '坏数据', format: 'openai' })
    expect((await client.jobs.wait({ id: jobId, timeoutMs: testMs })).state).toBe('failed')
    await workstation.open(`#/jobs/${jobId}`)
    const inspector = page.locator('.job-inspector')
    await inspector.getByRole('heading', { name: '导入坏数据' }).waitFor()
    await inspector.getByText(/抽样的行都无法读取：messages\[0\] 的角色为 "narrator"/).waitFor()
    await isChinese(inspector)
    await shoot(page, 'words-job', look)

    await workstation.open(`#/datasets/${id}`)
    await isChinese(page.locator('main'))
    await page.getByRole('button', { name: /^通知/ }).click()
    const note = page.getByRole('dialog').locator('.notes li').first()
    await note.getByText(/抽样的行都无法读取/).waitFor()
    expect(englishIn((await note.textContent()) ?? '')).toBeUndefined()
    await page.keyboard.press('Escape')
  })

  test('a plan that does not fit, and every term of it', async () => {
    const [model, dataset] = [await client.models.show({ id: 'base' }), await client.datasets.show({ id: 'notes' })]
    await draft('training.new', {
      method: 'sft',
      model: { id: model.id, name: 'base' },
      datasets: [{ id: dataset.id, name: 'notes' }],
      validation: [],
      name: '',
      device: 'cpu',
      values: { tuning: 'full', globalBatchSize: 1024, microBatchSize: 1024, maxSequenceLength: 512 },
    })
    await workstation.open('#/training/new')
    const planner = page.locator('.planner')
    await planner.locator('.fixes li').first().waitFor()
    const shown = [
      ...(await planner.locator('.parts td, .fixes p, .plan-warnings p').allInnerTexts()),
      ...(await planner.locator('[title]').evaluateAll(all => all.map(each => each.getAttribute('title') ?? ''))),
    ]
    expect(shown.length).toBeGreaterThan(10)
    for (const text of shown) expect(englishIn(text), text).toBeUndefined()
    expect(await barriers(page)).toEqual([])
  })

  test('a parameter that the backend refuses, at its field and in the plan', async () => {
    const [model, dataset] = [await client.models.show({ id: 'base' }), await client.datasets.show({ id: 'notes' })]
    await draft('training.new', {
      method: 'sft',
      model: { id: model.id, name: 'base' },
      datasets: [{ id: dataset.id, name: 'notes' }],
      validation: [],
      name: '',
      device: 'auto',
      values: { globalBatchSize: 9, microBatchSize: 2, maxSequenceLength: 4096 },
    })
    await workstation.open('#/training/new')
    await page.locator('.planner .fault').waitFor()
    await isChinese(page.locator('.planner'))
    await page
      .locator('main')
      .getByText('microBatchSize：不能是 2，必须是 globalBatchSize（9）的约数')
      .first()
      .waitFor()
  })

  test('a name that is taken, in the dialog that asked for it', async () => {
    await client.keys.create({ name: 'laptop', scope: ['read'] })
    await workstation.open('#/keys?dialog=new')
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('textbox').first().fill('laptop')
    await page.keyboard.press('Control+Enter')
    await dialog.getByText('已有名为“laptop”的密钥。').waitFor()
    await isChinese(dialog)
  })

  test('the check of the machine', async () => {
    await workstation.open('#/environments')
    const checks = page.locator('.checks li')
    await checks.first().waitFor()
    await page.locator('.checks:not([aria-busy])').first().waitFor()
    for (const text of await checks.allInnerTexts()) expect(englishIn(text), text).toBeUndefined()
  })

  test('a switch of language says the same sentence in the other one, at once', async () => {
    await workstation.open('#/jobs')
    const { items } = await client.jobs.list({ state: ['failed'] })
    await workstation.open(`#/jobs/${items[0]?.id}`)
    const inspector = page.locator('.job-inspector')
    await inspector
      .getByText(/抽样的行都无法读取/)
      .first()
      .waitFor()
    await page.locator('.status button[lang="en"]').click()
    await inspector
      .getByText(/no sampled row can be read/)
      .first()
      .waitFor()
    await page.locator('.status button[lang="zh-CN"]').click()
    await inspector
      .getByText(/抽样的行都无法读取/)
      .first()
      .waitFor()
    // The browser notes each refusal that this file asked for.
    expect(workstation.complaints.filter(text => !/status of 4\d\d/.test(text))).toEqual([])
  })
})
