import { expect, test } from 'vitest'
import { openingOf } from './open-paths.ts'

test('rows become a dataset, everything else is looked at as a model', () => {
  expect(openingOf(['/data/rows.JSONL'])).toEqual({ page: 'datasets', path: '/data/rows.JSONL', left: 0 })
  expect(openingOf(['/models/tiny.gguf'])).toEqual({ page: 'models', path: '/models/tiny.gguf', left: 0 })
  expect(openingOf(['/models/a folder'])).toEqual({ page: 'models', path: '/models/a folder', left: 0 })
})

test('several models of one folder are looked at together, what cannot be is counted', () => {
  expect(openingOf(['/m/a.gguf', '/m/b.gguf'])).toEqual({ page: 'models', path: '/m', left: 0 })
  expect(openingOf(['/m/a.gguf', '/n/b.gguf'])).toEqual({ page: 'models', path: '/m/a.gguf', left: 1 })
  expect(openingOf(['/d/a.csv', '/d/b.csv', '/m/c.gguf'])).toEqual({ page: 'datasets', path: '/d/a.csv', left: 2 })
})

test('a notebook is not taken for a model', () => {
  expect(openingOf(['/n/Analysis.ipynb'])).toEqual({ page: 'none' })
  expect(openingOf(['/n/Analysis.ipynb', '/m/a.gguf'])).toEqual({ page: 'models', path: '/m/a.gguf', left: 1 })
  expect(openingOf([])).toBeUndefined()
})
