import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { describeSamples } from './samples.ts'

const bundled = fileURLToPath(new URL('../../../resources/samples', import.meta.url))
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-samples-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('the bundled samples are complete: a model, rows for both sides, and settings', async () => {
  const { model, train, heldOut, parameters } = await describeSamples(bundled)
  expect([model, train, heldOut].every(({ path, sizeBytes }) => existsSync(path) && sizeBytes > 0)).toBe(true)
  expect(parameters).toMatchObject({ tuning: 'lora', epochs: 1 })
})

test('what is missing is said with what to do, and never reaches a person as an internal failure', async () => {
  mkdirSync(join(folder, 'model'))
  await expect(describeSamples(folder)).rejects.toMatchObject({
    code: 'missing_requirement',
    hint: expect.stringMatching(/Install/),
  })
})

test('settings that are no object are refused like missing ones', async () => {
  mkdirSync(join(folder, 'model'))
  mkdirSync(join(folder, 'datasets'))
  for (const name of ['lab-notes-train.jsonl', 'lab-notes-heldout.jsonl'])
    writeFileSync(join(folder, 'datasets', name), '{}\n')
  writeFileSync(join(folder, 'tour.json'), '[1]')
  await expect(describeSamples(folder)).rejects.toMatchObject({ code: 'missing_requirement' })
})
