import { expect, test } from 'vitest'
import { emptyKeyDraft, isKeyDraft, keyCommand } from './key-draft.ts'

test('the command names every scope, and quotes a name that a shell would take apart', () => {
  expect(keyCommand({ name: 'laptop', scopes: ['inference', 'read'], expires: '30d' })).toBe(
    'slipway keys create laptop --scope inference,read --expires 30d',
  )
  expect(keyCommand({ ...emptyKeyDraft, name: "my 'own' $(key)" })).toBe(
    `slipway keys create 'my '\\''own'\\'' $(key)' --scope inference --expires 90d`,
  )
})

test('a draft with a scope or a lifetime that this version does not know is not taken', () => {
  expect(isKeyDraft(emptyKeyDraft)).toBe(true)
  expect(isKeyDraft({ ...emptyKeyDraft, scopes: ['root'] })).toBe(false)
  expect(isKeyDraft({ ...emptyKeyDraft, expires: '9999d' })).toBe(false)
})
