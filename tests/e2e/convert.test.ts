import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { temporaryDir } from '../support/backend.ts'
import { expectedOf, keptIn, runPython } from '../support/conversions.ts'
import { chromiumPath } from './support/chromium.ts'
import { barriers, setLook, shoot } from './support/looks.ts'
import { openWorkstation, sample, type Workstation } from './support/workstation.ts'

/** The most likely next token, by nothing but ONNX Runtime and the tokenizer that lies beside the model. */
const logitsOf = async (folder: string): Promise<{ best: number }> =>
  JSON.parse(
    await runPython(
      `import json, sys, numpy as np; from pathlib import Path
from onnxruntime import InferenceSession; from tokenizers import Tokenizer
folder = Path(sys.argv[1])
ids = Tokenizer.from_file(str(folder / "tokenizer.json")).encode("Run 7 reached").ids
session = InferenceSession(folder / "onnx" / "model.onnx", providers=["CPUExecutionProvider"])
feed = {}
for entry in session.get_inputs():
    if entry.name.startswith("past_key_values."):
        feed[entry.name] = np.zeros((1, entry.shape[1], 0, entry.shape[3]), np.float32)
    elif entry.name == "input_ids":
        feed[entry.name] = np.array([ids], np.int64)
    elif entry.name == "attention_mask":
        feed[entry.name] = np.ones((1, len(ids)), np.int64)
    else:
        feed[entry.name] = np.arange(len(ids), dtype=np.int64)[None]
logits = session.run(["logits"], feed)[0]
print(json.dumps({"best": int(logits[0, -1].argmax())}))`,
      folder,
    ),
  ) as { best: number }

const hasPython = process.env.SLIPWAY_TEST_PYTHON !== undefined
const minutesMs = 4 * 60_000

describe.skipIf(!chromiumPath || !hasPython)(
  'converting a model (needs SLIPWAY_TEST_PYTHON: a built environment)',
  { timeout: minutesMs },
  () => {
    let workstation: Workstation
    let page: Page
    let model: string

    beforeAll(async () => {
      workstation = await openWorkstation({ width: 1440, height: 900 })
      page = workstation.page
      const { models, jobs } = workstation.backend.client
      const { id, jobId } = await models.import({ path: sample('model'), name: 'tide' })
      await jobs.wait({ id: jobId, timeoutMs: 60_000 })
      model = id
    })
    // Whatever an earlier test left open or chosen is no business of the next.
    beforeEach(async () => {
      await page.reload()
      await page.locator('.frame').waitFor()
      await setLook(page, { width: 1440 })
    })
    afterAll(() => workstation?.close())

    const inspector = (name: string) => page.getByRole('complementary', { name })
    const dialog = () => page.getByRole('dialog', { name: 'Convert tide v1' })
    /** By clicks alone, from the model's own page. */
    const openDialog = async () => {
      await workstation.open(`#/models/${model}`)
      await inspector('tide').getByRole('button', { name: 'More actions' }).click()
      await page.getByRole('menuitem', { name: 'Convert …' }).click()
      await dialog().waitFor()
    }
    const choose = async (field: string, option: string) => {
      await dialog().getByRole('combobox', { name: field }).click()
      await page.locator('.ant-select-dropdown:visible').getByText(option, { exact: true }).last().click()
    }

    test('the sample becomes GGUF with progress, opens from the dialog, and knows what it was made from', async () => {
      await openDialog()
      expect(await barriers(page)).toEqual([])
      await choose('Weights', 'Q8_0')
      await dialog().getByLabel('Name').fill('tide-small')
      await page.keyboard.press('Control+Enter')
      const line = dialog().getByRole('progressbar', { name: 'Making tide-small' })
      await line.waitFor()
      await dialog()
        .getByText(/^Takes up to .+ of memory and .+ on disk\.$/)
        .waitFor()
      expect(await dialog().getByRole('button', { name: 'Open the new model' }).isDisabled()).toBe(true)
      // A model as small as this one may be done before anybody has looked again.
      const progress = line.or(dialog().getByRole('progressbar', { name: 'tide-small is made' }))
      await expect
        .poll(async () => Number(await progress.getAttribute('aria-valuenow')), { timeout: minutesMs })
        .toBeGreaterThan(0)
      expect(await barriers(page)).toEqual([])
      await dialog().getByRole('status').filter({ hasText: 'Done' }).waitFor({ timeout: minutesMs })
      const end = dialog().getByRole('progressbar', { name: 'tide-small is made' })
      expect(await end.getAttribute('aria-valuenow')).toBe('100')
      await shoot(page, 'model-convert', { theme: 'dark', language: 'en', width: 1280 })
      await setLook(page, { width: 1440 })
      await dialog().getByRole('button', { name: 'Open the new model' }).click()
      await inspector('tide-small').getByText('GGUF Q8_0').first().waitFor()
      await inspector('tide-small').getByRole('tab', { name: 'Lineage' }).click()
      const graph = inspector('tide-small').getByRole('group', { name: 'Lineage of tide-small v1' })
      await graph.getByText('tide@1').waitFor()
      expect(await barriers(page)).toEqual([])
      expect(workstation.complaints).toEqual([])
    })

    test('the sample becomes ONNX to the end, and ONNX Runtime loads what came of it and answers', async () => {
      await workstation.backend.client.environments.adopt({
        name: 'conversion',
        path: join(process.env.SLIPWAY_TEST_PYTHON ?? '', '..', '..'),
      })
      await openDialog()
      await choose('To', 'ONNX, for other runtimes')
      await dialog().getByLabel('Name').fill('tide-onnx')
      await dialog().getByRole('button', { name: 'Convert', exact: true }).click()
      await dialog().getByRole('status').filter({ hasText: 'Done' }).waitFor({ timeout: minutesMs })
      await dialog().getByRole('button', { name: 'Open the new model' }).click()
      await inspector('tide-onnx').getByText('ONNX').first().waitFor()
      await inspector('tide-onnx').getByRole('tab', { name: 'Files' }).click()
      await inspector('tide-onnx').getByText('onnx/model.onnx', { exact: true }).waitFor()
      expect(await barriers(page)).toEqual([])
      const { path, summary, conversion, files } = await workstation.backend.client.models.show({ id: 'tide-onnx' })
      expect(summary).toMatchObject({ format: 'onnx', architecture: 'LlamaForCausalLM', license: 'apache-2.0' })
      // It says how near it is to the original.
      expect(conversion?.facts.maxLogitDifference).toBeLessThan(1e-4)
      expect(conversion?.facts.maxLogit).toBeGreaterThan(1)
      expect(files.map(file => file.path)).toContain('onnx/model.onnx')
      const [loaded, compared] = await Promise.all([logitsOf(path), expectedOf(sample('model'), ['Run 7 reached'])])
      expect(loaded.best).toBe(compared[0]?.answer[0])
      expect(workstation.complaints).toEqual([])
    })

    test('where the environment for ONNX is not built, the dialog says so and how to build it', async () => {
      const cache = temporaryDir('empty cache')
      const bare = await openWorkstation({}, { env: { XDG_CACHE_HOME: cache } })
      try {
        const { models, jobs } = bare.backend.client
        const { id, jobId } = await models.import({ path: sample('model'), name: 'tide' })
        await jobs.wait({ id: jobId, timeoutMs: 60_000 })
        await bare.open(`#/models/${id}`)
        await bare.page.getByRole('button', { name: 'More actions' }).click()
        await bare.page.getByRole('menuitem', { name: 'Convert …' }).click()
        const bareDialog = bare.page.getByRole('dialog', { name: 'Convert tide v1' })
        await bareDialog.getByRole('combobox', { name: 'To' }).click()
        await bare.page.locator('.ant-select-dropdown:visible').getByText('ONNX, for other runtimes').last().click()
        await bareDialog.getByRole('button', { name: 'Convert', exact: true }).click()
        const refusal = bareDialog.getByRole('alert')
        await refusal.getByText('Build it: slipway environments build conversion --wait').waitFor()
        expect(await barriers(bare.page)).toEqual([])
      } finally {
        await bare.close()
        rmSync(cache, { recursive: true, force: true })
      }
    })

    test('a conversion that is cancelled says so, leaves no model and no file', async () => {
      const before = keptIn(workstation.backend.dataDir)
      await openDialog()
      await choose('To', 'ONNX, for other runtimes')
      await dialog().getByLabel('Name').fill('tide-never')
      await dialog().getByRole('button', { name: 'Convert', exact: true }).click()
      await dialog().getByRole('progressbar', { name: 'Making tide-never' }).waitFor()
      await dialog().locator('.job-line').getByRole('button', { name: 'Cancel' }).click()
      await dialog().getByRole('status').filter({ hasText: 'Stopped' }).waitFor({ timeout: minutesMs })
      expect(await dialog().getByRole('button', { name: 'Open the new model' }).isDisabled()).toBe(true)
      await dialog().getByRole('button', { name: 'Close', exact: true }).last().click()
      await expect.poll(() => keptIn(workstation.backend.dataDir)).toEqual(before)
      const { items } = await workstation.backend.client.models.list({ q: 'tide-never' })
      expect(items).toEqual([])
      await inspector('tide').waitFor()
      expect(workstation.complaints).toEqual([])
    })
  },
)
