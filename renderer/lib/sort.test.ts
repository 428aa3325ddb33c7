import { expect, test } from 'vitest'
import { nextSort, sortedAs, sortOf } from './sort.ts'

const keys = ['name', 'size'] as const

test('a column is sorted its usual way, then the other way, then not', () => {
  const first = nextSort(undefined, 'size')
  expect(first).toEqual({ sort: 'size', order: 'desc' })
  const second = nextSort(sortOf(first, keys), 'size')
  expect(second).toEqual({ sort: 'size', order: 'asc' })
  expect(nextSort(sortOf(second, keys), 'size')).toEqual({ sort: undefined, order: undefined })
  expect(nextSort(sortOf(second, keys), 'name')).toEqual({ sort: 'name', order: 'asc' })
})

test('a sort that no column has is not asked for', () => {
  expect(sortOf({ sort: 'colour' }, keys)).toBeUndefined()
})

test('the sorted column says so, the others do not', () => {
  const sort = sortOf({ sort: 'size', order: 'asc' }, keys)
  expect(sortedAs(sort, 'size')).toBe('ascending')
  expect(sortedAs(sort, 'name')).toBeUndefined()
})
