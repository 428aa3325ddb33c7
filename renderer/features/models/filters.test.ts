import { expect, test } from 'vitest'
import { chosenOf, filtersOf, switched } from './filters.ts'

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
