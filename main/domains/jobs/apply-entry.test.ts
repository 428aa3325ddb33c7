import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isEnded, type JobId, type JobState, jobStates } from '../../contract/jobs.ts'
import type { Tx } from '../../platform/db/types.ts'
import type { JournalEntry } from '../../platform/processes/journal.ts'
import type { JobHandler } from '../../platform/processes/port.ts'
import { type ApplyContext, applyEntry } from './apply-entry.ts'
import type { JobRow } from './repo.ts'
import { restartCap, restartWindowMs } from './restart-policy.ts'
import { nextState, transitions } from './states.ts'

const starting: JobRow = {
  id: 'job_1' as JobId,
  kind: 'deployment',
  name: 'a job',
  subjectId: 'x',
  state: 'starting',
  health: 'ok',
  priority: 'normal',
  spec: { kind: 'deployment', name: 'a job', subjectId: 'x', command: ['true'] },
  granted: [],
  attempt: 1,
  journalPosition: 0,
  runner: null,
  childPid: null,
  progress: null,
  failure: null,
  workerFailure: null,
  lastEvent: null,
  stop: null,
  restarts: [],
  nextStartAtMs: null,
  createdAtMs: 0,
  startedAtMs: null,
  endedAtMs: null,
}

const identity = { pid: 10, startTime: '1', bootId: 'b' }
const childEntry: JournalEntry = { n: 2, at: 1, type: 'child', child: identity }
const endEntry = (exitCode: number | null, more: object = {}): JournalEntry => ({
  n: 9,
  at: 9,
  type: 'end',
  exitCode,
  signal: exitCode === null ? 'SIGKILL' : null,
  peakMemoryBytes: 0,
  oomKills: 0,
  leftovers: [],
  ...more,
})

const contextWith = (restart: JobHandler['restart'], nowMs = 1_000, calls: string[] = []): ApplyContext => ({
  tx: {} as Tx, // the handlers below write nothing
  handler: {
    restart,
    onEvent: (_tx, _job, event) => void calls.push(event.event),
    onEnd: (_tx, job) => void calls.push(`end ${job.state}`),
    onRestart: (_tx, job) => void calls.push(`restart ${job.attempt}`),
  },
  leases: { release: () => void calls.push('released') },
  nowMs,
  random: () => 0,
  meters: new Map(),
})

test('only the transitions of the table are possible', () => {
  const state = fc.constantFrom<JobState>(...jobStates)
  fc.assert(
    fc.property(state, state, (from, to) => {
      if (transitions[from].includes(to)) expect(nextState(from, to)).toBe(to)
      else expect(() => nextState(from, to)).toThrow(/cannot go/)
    }),
  )
  for (const from of jobStates) expect(transitions[from].length === 0).toBe(isEnded(from))
})

const anyEntry = fc.oneof(
  fc
    .record({
      name: fc.constantFrom('heartbeat', 'progress', 'finished', 'failed', 'step', '__proto__'),
      done: fc.anything(),
    })
    .map(
      ({ name, done }): JournalEntry => ({
        n: 3,
        at: 3,
        type: 'event',
        event: { event: name, done, code: done, message: done },
      }),
    ),
  fc.constantFrom<JournalEntry>(
    { n: 4, at: 4, type: 'health', health: 'unresponsive' },
    { n: 5, at: 5, type: 'health', health: 'ok' },
  ),
)
const anyEnd = fc.record({
  exitCode: fc.option(fc.integer({ min: 0, max: 255 })),
  stop: fc.constantFrom('asked', 'runner_signalled', 'memory_limit', 'journal_limit', undefined),
  rung: fc.constantFrom('polite', 'SIGTERM', 'SIGKILL', undefined),
  spawnError: fc.option(fc.constant({ code: 'ENOENT', message: 'x' }), { nil: undefined }),
})

test('whatever a journal holds, a job ends once, in a state of the table, with its leases released once', () => {
  fc.assert(
    fc.property(
      fc.constantFrom<JobHandler['restart']>('never', 'stateless'),
      fc.boolean(),
      fc.nat(6),
      fc.array(anyEntry, { maxLength: 6 }),
      anyEnd,
      (restart, hasChild, stopAt, entries, { exitCode, ...more }) => {
        const calls: string[] = []
        const context = contextWith(restart, 1_000, calls)
        const facts = Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined))
        let row = starting
        const all = [...(hasChild ? [childEntry] : []), ...entries]
        all.forEach((entry, index) => {
          if (index === stopAt) row = { ...row, state: nextState(row.state, 'stopping'), stop: { save: false } }
          row = applyEntry(context, row, entry)
        })
        // A child that never was has neither an exit code nor events that count.
        const end = hasChild
          ? endEntry(exitCode, facts)
          : endEntry(null, { ...facts, spawnError: { code: 'ENOENT', message: 'x' } })
        row = applyEntry(context, row, end)
        const ends = calls.filter(call => call.startsWith('end')).length
        expect(ends).toBe(isEnded(row.state) ? 1 : 0)
        expect(calls.filter(call => call === 'released')).toHaveLength(ends)
        if (!isEnded(row.state)) expect([row.state, row.attempt, restart]).toEqual(['starting', 2, 'stateless'])
        if (row.state === 'failed') expect(row.failure?.message).toBeTruthy()
        if (row.state === 'done') expect(exitCode).toBe(0)
      },
    ),
    { numRuns: 500 },
  )
})

test('an exit storm is ended at the fifth fall within ten minutes, with growing pauses', () => {
  let row = starting
  let nowMs = 1_000_000
  const pausesMs: number[] = []
  while (!isEnded(row.state) && row.attempt < 20) {
    const context = contextWith('stateless', nowMs)
    row = applyEntry(context, applyEntry(context, row, childEntry), endEntry(1))
    if (row.nextStartAtMs !== null) pausesMs.push(row.nextStartAtMs - nowMs)
    nowMs = row.nextStartAtMs ?? nowMs
    row = { ...row, nextStartAtMs: null }
  }
  expect(pausesMs).toEqual([1_000, 2_000, 4_000, 8_000])
  expect(row).toMatchObject({ state: 'failed', attempt: restartCap })
  expect(row.failure?.message).toContain('exit code 1')
})

test('falls that are ten minutes old are forgotten', () => {
  let row = starting
  for (let fall = 0, nowMs = 1_000_000; fall < 20; fall += 1, nowMs += restartWindowMs) {
    const context = contextWith('stateless', nowMs)
    row = applyEntry(context, applyEntry(context, row, childEntry), endEntry(null))
    expect(row).toMatchObject({ state: 'starting', nextStartAtMs: nowMs + 1_000, restarts: [nowMs] })
  }
})

test('a restarted service begins a journal, a progress and a failure of its own', () => {
  const context = contextWith('stateless')
  const failed: JournalEntry = {
    n: 3,
    at: 3,
    type: 'event',
    event: { event: 'failed', code: 'worker_failed', message: 'x' },
  }
  let row = applyEntry(context, { ...starting, journalPosition: 99 }, childEntry)
  row = applyEntry(context, applyEntry(context, row, failed), endEntry(1))
  expect(row).toMatchObject({ attempt: 2, journalPosition: 0, workerFailure: null, runner: null, childPid: null })
})

test('an out-of-memory kill that the kernel counted is named, any other SIGKILL is not claimed to be one', () => {
  const context = contextWith('never')
  const running = applyEntry(context, starting, childEntry)
  const counted = applyEntry(context, running, endEntry(null, { oomKills: 1, peakMemoryBytes: 3 * 2 ** 30 }))
  expect(counted.failure?.message).toBe(
    'The worker was killed because the machine ran out of memory. It was using 3.0 GiB when last seen.',
  )
  expect(applyEntry(context, running, endEntry(null)).failure?.message).toContain('probably')
})
