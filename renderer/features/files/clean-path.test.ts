import { expect, test } from 'vitest'
import { cleanPath, folderOf, joinPath, nameOf } from './clean-path.ts'

test('a pasted path loses its quotes, its spaces and its file:// address', () => {
  expect(cleanPath('  /data/models \n')).toBe('/data/models')
  expect(cleanPath('"/data/my models"')).toBe('/data/my models')
  expect(cleanPath("'/data/it'")).toBe('/data/it')
  expect(cleanPath('file:///data/my%20models/%E6%A8%A1%E5%9E%8B')).toBe('/data/my models/模型')
  expect(cleanPath('file:///C:/models/a.gguf')).toBe('C:/models/a.gguf')
})

test('of several copied files the first counts', () => {
  expect(cleanPath('/data/a.jsonl\n/data/b.jsonl')).toBe('/data/a.jsonl')
})

test('an address that cannot be decoded is left as it is', () => {
  expect(cleanPath('file:///data/%E0%A4%A')).toBe('file:///data/%E0%A4%A')
})

test('folders and names keep the spelling of their system', () => {
  expect(folderOf('/data/a.gguf')).toBe('/data')
  expect(folderOf('/a.gguf')).toBe('/')
  expect(folderOf('C:\\models\\a.gguf')).toBe('C:\\models')
  expect(nameOf('/data/models/')).toBe('models')
  expect(nameOf('C:\\models\\a.gguf')).toBe('a.gguf')
  expect(joinPath('/data', 'out')).toBe('/data/out')
  expect(joinPath('/', 'out')).toBe('/out')
  expect(joinPath('C:\\models', 'out')).toBe('C:\\models\\out')
})
