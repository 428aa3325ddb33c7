import { expect, test } from 'vitest'
import { emptyDraft, isImportDraft, nameOfPath, readingOf } from './import-draft.ts'

test('a file is called by its name without what says how it is written', () => {
  expect(nameOfPath('/data/dialogues.jsonl')).toBe('dialogues')
  expect(nameOfPath('/data/对话.tar.gz')).toBe('对话')
  expect(nameOfPath('C:\\data\\rows.v2.csv')).toBe('rows.v2')
  expect(nameOfPath('/data/folder/')).toBe('folder')
})

test('only what a person changed is told to the reader', () => {
  expect(readingOf({ ...emptyDraft, path: ' /data/a.csv ' })).toEqual({ path: '/data/a.csv' })
  expect(readingOf({ ...emptyDraft, path: '/a', format: 'text', map: { text: 'body', prompt: '' } })).toEqual({
    path: '/a',
    format: 'text',
    map: { text: 'body' },
  })
})

test('a draft that another version wrote is not taken', () => {
  expect(isImportDraft(JSON.parse(JSON.stringify(emptyDraft)))).toBe(true)
  expect(isImportDraft({ path: '/a' })).toBe(false)
  expect(isImportDraft(null)).toBe(false)
})
