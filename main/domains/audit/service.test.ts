import { afterEach, beforeEach, expect, test } from 'vitest'
import { audit } from '../../contract/audit.ts'
import { type Caller, systemCall } from '../../contract/call.ts'
import type { Inputs } from '../../contract/index.ts'
import { inputOf } from '../../contract/test-input.ts'
import { openTestStore } from '../../platform/db/test-store.ts'
import { auditListMigrations } from './migrations.ts'
import { createAudit } from './service.ts'

const firstMs = Date.parse('2026-01-01T00:00:00.000Z')
const hourMs = 3_600_000

function openAudit() {
  let nowMs = firstMs
  const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs }
  const { store, close } = openTestStore(auditListMigrations, { clock })
  return {
    handlers: createAudit({ store }).handlers,
    /** One record an hour. */
    record: (action: string, object: string, who = 'owner', result = 'ok') => {
      const caller: Caller = { kind: who === 'owner' ? 'owner' : 'key', id: who, scopes: ['admin'], source: 'socket' }
      store.audit({ caller, action }, object, result)
      nowMs += hourMs
    },
    close,
  }
}

let log: ReturnType<typeof openAudit>
const list = (input: Inputs['audit']['list'] = {}) => log.handlers.list(inputOf(audit.list, input), systemCall('test'))
const seqs = async (input: Inputs['audit']['list']) => (await list(input)).items.map(item => item.seq)

beforeEach(() => {
  log = openAudit()
  log.record('models.import', '/models/a')
  log.record('models.remove', 'mdl_1', 'key_1')
  log.record('models.remove', 'mdl_2', 'key_2', 'conflict')
  log.record('training.start', 'run_1')
  log.record('modelsx.odd', 'mdl_1')
})
afterEach(() => log.close())

test.each([
  ['everything, newest first', {}, [5, 4, 3, 2, 1]],
  ['one action', { action: 'models.remove' }, [3, 2]],
  ['several actions', { action: ['models.remove', 'training.start'] }, [4, 3, 2]],
  ['a whole domain, and no other that begins so', { action: 'models' }, [3, 2, 1]],
  ['a domain and an action', { action: ['models', 'training.start'] }, [4, 3, 2, 1]],
  ['an actor', { actor: 'key:key_1' }, [2]],
  ['several actors', { actor: ['key:key_1', 'key:key_2'] }, [3, 2]],
  ['an object', { object: 'mdl_1' }, [5, 2]],
  ['what failed', { outcome: 'failed' }, [3]],
  ['what went well', { outcome: 'ok', action: 'models' }, [2, 1]],
  ['a time', { since: '2026-01-01T01:00:00.000Z', until: '2026-01-01T03:00:00.000Z' }, [3, 2]],
  ['words', { q: 'MDL remove' }, [3, 2]],
  ['what is not there', { q: '%' }, []],
] as [string, Inputs['audit']['list'], number[]][])('the list narrows to %s', async (_, input, expected) => {
  expect(await seqs(input)).toEqual(expected)
  expect((await list(input)).total).toBe(expected.length)
})

test('pages go on from a cursor and jump by an offset, under a filter', async () => {
  const first = await list({ action: 'models', limit: 2 })
  expect(first).toMatchObject({ total: 3, items: [{ seq: 3 }, { seq: 2 }] })
  expect(await seqs({ action: 'models', limit: 2, cursor: first.nextCursor })).toEqual([1])
  expect(await seqs({ action: 'models', limit: 2, offset: 1 })).toEqual([2, 1])
})

test('what can be chosen from is what the log has', async () => {
  expect(await log.handlers.values({}, systemCall('test'))).toEqual({
    actions: ['models.import', 'models.remove', 'modelsx.odd', 'training.start'],
    actors: ['key:key_1', 'key:key_2', 'owner:owner'],
  })
})
