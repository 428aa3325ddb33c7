import { expect, test } from 'vitest'
import { changesOf, type DeploymentDraft, emptyDraft } from './deployment-draft.ts'

const served: DeploymentDraft = {
  ...emptyDraft,
  model: 'mdv_1',
  adapter: 'mdv_2',
  contextLength: 4_096,
  chatTemplate: '{{ messages }}',
}

test('an update tells only what was changed', () => {
  expect(changesOf(served, served)).toEqual({})
  expect(changesOf(served, { ...served, parallel: 8, adapter: 'mdv_3' })).toEqual({ parallel: 8, adapter: 'mdv_3' })
})

test('what a person cleared is taken away, not left as it was', () => {
  expect(changesOf(served, { ...served, adapter: undefined })).toEqual({ adapter: null })
  expect(changesOf(served, { ...served, chatTemplate: '', contextLength: undefined })).toEqual({
    chatTemplate: null,
    contextLength: null,
  })
  expect(changesOf(served, { ...served, model: 'mdv_9', adapter: undefined })).toEqual({
    model: 'mdv_9',
    adapter: null,
  })
})
