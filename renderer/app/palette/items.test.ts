import { Search } from 'lucide-react'
import { expect, test } from 'vitest'
import { type Item, type ItemGroup, rankItems } from './items.ts'

const item = (group: ItemGroup, name: string, more: Partial<Item> = {}): Item => ({
  key: `${group} ${name}`,
  group,
  name,
  icon: Search,
  run: () => undefined,
  ...more,
})
const names = (items: readonly Item[], query: string) => rankItems(items, query).map(each => each.item.name)

const all = [
  item('commands', 'Import a model', { cli: 'models import PATH', also: ['导入模型'] }),
  item('commands', 'Back up the database', { cli: 'backup create' }),
  item('places', 'Models'),
  item('model', 'import-test'),
  item('model', 'heron-base'),
]

test('without a query everything stands as it was given', () => {
  expect(names(all, '')).toEqual(all.map(each => each.name))
})

test('the group with the best answer comes first, whichever it is', () => {
  expect(names(all, 'heron-base')[0]).toBe('heron-base')
  expect(names(all, 'models')[0]).toBe('Models')
  expect(names(all, 'import')).toEqual(['Import a model', 'import-test'])
})

test('a command is found by its command line and by its name in the other language', () => {
  expect(names(all, 'backup create')).toEqual(['Back up the database'])
  expect(names(all, '导入')).toEqual(['Import a model'])
})

test('which letters of the name were meant is told, and none when something else answered', () => {
  expect(rankItems(all, 'hb')[0]?.at).toEqual([0, 6])
  expect(rankItems(all, '导入')[0]?.at).toEqual([])
})

test('what answers nothing is left out', () => {
  expect(names(all, 'zzz')).toEqual([])
})
