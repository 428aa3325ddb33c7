import { expect, test } from 'vitest'
import { buildCommand, buildInput, emptyDraft, isBuildDraft, isComplete } from './build-draft.ts'

test('a mirror needs an address and a folder of wheels a path; the index needs nothing', () => {
  expect(isComplete(emptyDraft)).toBe(true)
  expect(isComplete({ ...emptyDraft, from: 'mirror', mirror: 'mirror.example' })).toBe(false)
  expect(isComplete({ ...emptyDraft, from: 'mirror', mirror: 'https://mirror.example/simple' })).toBe(true)
  expect(isComplete({ ...emptyDraft, from: 'folder', folder: ' ' })).toBe(false)
})

test('only what the chosen source needs is sent, though the other fields were filled in before', () => {
  const draft = { ...emptyDraft, from: 'folder', mirror: 'https://old.example', folder: '/wheels' } as const
  expect(buildInput('training', draft)).toEqual({
    name: 'training',
    backend: 'auto',
    rebuild: false,
    wheelhouse: '/wheels',
  })
})

test('the command can be pasted: words with spaces and quotes are quoted', () => {
  expect(buildCommand('training', { ...emptyDraft, from: 'folder', folder: "/a b/it's", backend: 'cpu' })).toBe(
    `slipway environments build training --backend cpu --wheelhouse '/a b/it'\\''s'`,
  )
})

test('a draft of another shape is not taken', () => {
  expect(isBuildDraft(emptyDraft)).toBe(true)
  expect(isBuildDraft({ ...emptyDraft, from: 'usb' })).toBe(false)
  expect(isBuildDraft(null)).toBe(false)
})
