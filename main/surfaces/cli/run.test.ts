import { expect, test } from 'vitest'
import { exitOfEnd, splitGlobalFlags } from './run.ts'

test('a job that was stopped is a success for whoever stopped it, and an interruption for whoever waited', () => {
  expect(exitOfEnd('stop', 'cancelled')).toBe(0)
  expect(exitOfEnd('wait', 'cancelled')).toBe(130)
  expect(exitOfEnd('start', 'done')).toBe(0)
  for (const state of ['failed', 'lost'] as const)
    for (const verb of ['start', 'stop']) expect(exitOfEnd(verb, state), `${verb} ${state}`).toBe(1)
})

test('global flags are taken wherever they stand, and words after -- are left alone', () => {
  const { flags, rest } = splitGlobalFlags(['jobs', '--json', 'list', '--data-dir=/d', '--', '--watch'], {})
  expect(flags).toMatchObject({ json: true, watch: false, wait: undefined, dataDir: '/d' })
  expect(rest).toEqual(['jobs', 'list', '--', '--watch'])
  expect(() => splitGlobalFlags(['status', '--url'], {})).toThrow(/--url needs a value/)
})
