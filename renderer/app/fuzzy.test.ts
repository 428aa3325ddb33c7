import { expect, test } from 'vitest'
import { fuzzyScore } from './fuzzy.ts'

const best = (query: string, texts: readonly string[]) =>
  texts
    .flatMap(text => {
      const score = fuzzyScore(query, text)
      return score === undefined ? [] : [{ text, score }]
    })
    .toSorted((a, b) => b.score - a.score)
    .map(({ text }) => text)

test('letters may be apart, in order, in any case, with or without accents', () => {
  expect(fuzzyScore('impds', 'Import a dataset')).toBeDefined()
  expect(fuzzyScore('RESUME', 'Résumé of a run')).toBeDefined()
  expect(fuzzyScore('导数', '导入数据集')).toBeDefined()
  expect(fuzzyScore('sdpmi', 'Import a dataset')).toBeUndefined()
})

test('whole words come before scattered letters, and the shorter text before the longer', () => {
  expect(best('key', ['Back up every day', 'Create an API key', 'API keys'])).toEqual([
    'API keys',
    'Create an API key',
    'Back up every day',
  ])
})
