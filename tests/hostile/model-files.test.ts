import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AppError } from '../../main/contract/errors.ts'
import { toChinese } from '../../main/contract/words/chinese.ts'
import type { ModelFacts } from '../../main/domains/models/formats/facts.ts'
import { inspectModel } from '../../main/domains/models/formats/inspect.ts'
import { type Inspection, summaryOf } from '../../main/domains/models/inspection.ts'
import { createModelReaders } from '../../main/domains/models/reading/readers.ts'
import { folderCases } from '../fixtures/hostile/folder-cases.ts'
import { ggufCases } from '../fixtures/hostile/gguf-cases.ts'
import { defaultBudgetBytes, type HostileCase } from '../fixtures/hostile/hostile-case.ts'
import { onnxCases } from '../fixtures/hostile/onnx-cases.ts'
import { safetensorsCases } from '../fixtures/hostile/safetensors-cases.ts'
import { englishIn } from '../support/english.ts'

const root = mkdtempSync(join(tmpdir(), 'slipway-hostile-'))
const canary = join(root, 'canary')
const readers = createModelReaders({ env: {} })
let rssBefore = 0

beforeAll(() => {
  rssBefore = process.memoryUsage().rss
})
afterAll(() => readers.close())
afterAll(() => rmSync(root, { recursive: true, force: true }))

type Outcome = {
  readonly result: ModelFacts | unknown
  readonly readBytes: number
  /** What the backend gets, which reads in threads. */
  readonly fromThread: Inspection | unknown
}

async function meet({ build }: HostileCase, index: number): Promise<Outcome> {
  const folder = join(root, String(index))
  mkdirSync(folder)
  let readBytes = 0
  const path = build(folder, canary)
  const result = await inspectModel(path, {
    onRead: bytes => {
      readBytes += bytes
    },
  }).catch((error: unknown) => error)
  const fromThread = await readers.inspect(path).catch((error: unknown) => error)
  return { result, readBytes, fromThread }
}

let nextIndex = 0
const run = (cases: readonly HostileCase[]) =>
  test.each(cases)('$name (row $anchor)', async hostile => {
    const { result, readBytes, fromThread } = await meet(hostile, nextIndex++)
    expect(readBytes).toBeLessThanOrEqual(hostile.budgetBytes ?? defaultBudgetBytes)
    const { expect: expected } = hostile
    if ('refused' in expected) {
      expect(result).toBeInstanceOf(AppError)
      expect(result).toMatchObject({
        code: expected.refused,
        message: expect.stringMatching(expected.message),
        hint: expect.any(String),
      })
      expect(String(result)).not.toContain(root)
      const { message, hint = '' } = result as AppError // as the lines above hold
      for (const text of [message, hint]) expect(englishIn(toChinese(text)), toChinese(text)).toBeUndefined()
      expect((fromThread as AppError).toBody()).toEqual((result as AppError).toBody())
      return
    }
    if (result instanceof Error) throw result
    const facts = result as ModelFacts // meet() gives facts where it gives no error
    expect(fromThread).toMatchObject({ summary: summaryOf(facts) })
    for (const text of summaryOf(facts).warnings) expect(englishIn(toChinese(text)), toChinese(text)).toBeUndefined()
    if ('code' in expected)
      expect(facts.containsCode.map(({ path, reason }) => `${path}: ${reason}`).join('\n')).toMatch(expected.code)
    expect(facts.licence ?? '').not.toMatch(/\p{Cc}/u)
    expect(Object.prototype).not.toHaveProperty('polluted')
  })

describe('safetensors', () => run(safetensorsCases))
describe('GGUF', () => run(ggufCases))
describe('ONNX', () => run(onnxCases))
describe('folders, pickles and things that are no files', () => run(folderCases))

describe('after all of them', () => {
  test('no attack has run its command', () => {
    expect(existsSync(canary)).toBe(false)
  })

  test('memory has not followed what the files claimed', () => {
    expect(process.memoryUsage().rss - rssBefore).toBeLessThan(512 * 2 ** 20)
  })

  test('the corpus covers every row about model files', () => {
    const all = [...safetensorsCases, ...ggufCases, ...onnxCases, ...folderCases]
    const rows = new Set(all.flatMap(({ anchor }) => (anchor.split(':')[0] ?? '').split(',').map(row => row.trim())))
    // Row 5 is an old torch: a matter of the environment, not of a file.
    for (const row of [1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 25])
      expect(rows).toContain(String(row))
    expect(all.length).toBeGreaterThanOrEqual(60)
  })
})
