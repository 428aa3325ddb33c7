import { expect, test } from 'vitest'
import { fuzzyMatch } from './fuzzy.ts'

const score = (query: string, text: string) => fuzzyMatch(query, text)?.score ?? 0
const ranked = (query: string, texts: readonly string[]) =>
  texts.filter(text => score(query, text) > 0).toSorted((a, b) => score(query, b) - score(query, a))

test('letters may be apart, in order, in any case, with or without accents', () => {
  expect(fuzzyMatch('impds', 'Import a dataset')).toBeDefined()
  expect(fuzzyMatch('RESUME', 'Résumé of a run')).toBeDefined()
  expect(fuzzyMatch('导数', '导入数据集')).toBeDefined()
  expect(fuzzyMatch('qwn34b', 'Qwen3-4B-Instruct')).toBeDefined()
  expect(fuzzyMatch('sdpmi', 'Import a dataset')).toBeUndefined()
})

test('the whole name comes before its beginning, then words, pieces and scattered letters', () => {
  expect(ranked('sft', ['soft-filter', 'unsft', 'run-sft-2', 'sft-2', 'sft', 'other'])).toEqual([
    'sft',
    'sft-2',
    'run-sft-2',
    'unsft',
    'soft-filter',
  ])
})

test('words may stand in any order, and each must be there', () => {
  expect(fuzzyMatch('key create', 'Create an API key')).toBeDefined()
  expect(fuzzyMatch('4b qwen', 'qwen3-4b')).toBeDefined()
  expect(fuzzyMatch('key delete', 'Create an API key')).toBeUndefined()
})

test('letters that lie about loosely and begin no word were not meant', () => {
  expect(fuzzyMatch('xaf', 'extra parts of it')).toBeUndefined()
  expect(fuzzyMatch('port', 'a part of what is rated')).toBeDefined()
})

test('it says which characters were meant, counted as a person counts them', () => {
  expect(fuzzyMatch('数据', '🚢 数据')?.at).toEqual([2, 3])
  expect(fuzzyMatch('qn4', 'qwen3-4b')?.at).toEqual([0, 3, 6])
})

test('nothing typed, and a text shorter than what was typed, is no match', () => {
  expect(fuzzyMatch('', 'text')).toBeUndefined()
  expect(fuzzyMatch('  ', 'text')).toBeUndefined()
  expect(fuzzyMatch('longer', 'long')).toBeUndefined()
})
