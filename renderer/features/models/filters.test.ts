import { expect, test } from 'vitest'
import { chosenOf, filtersOf, nextSort, sortOf, switched } from './filters.ts'

test('values of a facet go into the address and come back, commas and all', () => {
  const license = switched({ license: 'mit' }, 'license', 'a, b')
  expect(chosenOf({ license }, 'license')).toEqual(['mit', 'a, b'])
  expect(switched({ license: 'mit' }, 'license', 'mit')).toBeUndefined()
})

test('the backend is asked for what was chosen, and for nothing else', () => {
  expect(filtersOf({ q: 'llama', format: 'gguf,onnx', tab: 'files', size: '' })).toEqual({
    q: 'llama',
    format: ['gguf', 'onnx'],
  })
})

test('a column is sorted its usual way, then the other way, then not', () => {
  const first = nextSort(undefined, 'size')
  expect(first).toEqual({ sort: 'size', order: 'desc' })
  const second = nextSort(sortOf(first), 'size')
  expect(second).toEqual({ sort: 'size', order: 'asc' })
  expect(nextSort(sortOf(second), 'size')).toEqual({ sort: undefined, order: undefined })
  expect(nextSort(sortOf(second), 'name')).toEqual({ sort: 'name', order: 'asc' })
})

test('a sort that no column has is not asked for', () => {
  expect(sortOf({ sort: 'colour' })).toBeUndefined()
})
