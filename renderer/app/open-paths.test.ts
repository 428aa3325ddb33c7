import { expect, test } from 'vitest'
import { openingOf } from './open-paths.ts'

const models = (path: string) => ({ page: 'models', path })
const datasets = (path: string) => ({ page: 'datasets', path })
const alone = { left: 0, notebooks: [] }

test('rows become a dataset, everything else is looked at as a model', () => {
  expect(openingOf(['/data/rows.JSONL'])).toEqual({ import: datasets('/data/rows.JSONL'), ...alone })
  expect(openingOf(['/models/tiny.gguf'])).toEqual({ import: models('/models/tiny.gguf'), ...alone })
  expect(openingOf(['/models/a folder'])).toEqual({ import: models('/models/a folder'), ...alone })
})

test('several models of one folder are looked at together, what cannot be is counted', () => {
  expect(openingOf(['/m/a.gguf', '/m/b.gguf'])).toEqual({ import: models('/m'), ...alone })
  expect(openingOf(['/m/a.gguf', '/n/b.gguf'])).toEqual({ import: models('/m/a.gguf'), left: 1, notebooks: [] })
  expect(openingOf(['/d/a.csv', '/d/b.csv', '/m/c.gguf'])).toEqual({
    import: datasets('/d/a.csv'),
    left: 2,
    notebooks: [],
  })
})

test('a notebook is not taken for a model, and is not said to wait for an import', () => {
  const notebooks = ['/n/Analysis.ipynb']
  expect(openingOf(notebooks)).toEqual({ left: 0, notebooks })
  expect(openingOf([...notebooks, '/m/a.gguf'])).toEqual({ import: models('/m/a.gguf'), left: 0, notebooks })
  expect(openingOf([...notebooks, '/m/a.gguf', '/m/b.gguf'])).toEqual({ import: models('/m'), left: 0, notebooks })
  expect(openingOf([])).toEqual(alone)
})
