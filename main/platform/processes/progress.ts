import type { JobProgress } from '../../contract/jobs.ts'
import type { WorkerEvent } from './port.ts'

/** What is remembered between two progress events to know the speed. */
export type Meter = { readonly done: number; readonly atMs: number; readonly ratePerSecond: number | undefined }

// The speed of about the last ten seconds: jumpy enough to follow a change, calm enough to read.
const memorySeconds = 10
const longestGapSeconds = 3_600

/**
 * The progress that an event tells, with speed and time left. Workers say `progress` with done, total and unit; a
 * trainer's `started` and `step` events are progress too, and `phase` is its note. Undefined for every other event.
 */
export function progressFrom(
  event: WorkerEvent,
  atMs: number,
  before: JobProgress | undefined,
  meter: Meter | undefined,
): { readonly progress: JobProgress; readonly meter: Meter | undefined } | undefined {
  const note = textField(event, 'note') ?? before?.note
  const withNote = note === undefined ? {} : { note }
  switch (event.event) {
    case 'phase': {
      const phase = textField(event, 'phase')
      if (phase === undefined) return undefined
      return { progress: { ...(before ?? { done: 0, unit: 'steps' }), note: phase }, meter }
    }
    case 'started': {
      const total = numberField(event, 'totalSteps')
      if (total === undefined) return undefined
      const done = numberField(event, 'resumedAtStep') ?? 0
      // The phases before it are over, and so is their note.
      return { progress: { done, total, unit: 'steps' }, meter: { done, atMs, ratePerSecond: undefined } }
    }
    case 'step':
    case 'progress': {
      const done = numberField(event, event.event === 'step' ? 'step' : 'done')
      if (done === undefined) return undefined
      const total = numberField(event, 'total') ?? (event.event === 'step' ? before?.total : undefined)
      const unit = textField(event, 'unit') ?? before?.unit ?? (event.event === 'step' ? 'steps' : 'items')
      const next = measure(done, atMs, meter)
      const told = numberField(event, 'secondsLeft')
      const secondsLeft = told ?? left(done, total, next.ratePerSecond)
      return {
        progress: {
          done,
          ...(total !== undefined && { total }),
          unit,
          ...(next.ratePerSecond !== undefined && { ratePerSecond: next.ratePerSecond }),
          ...(secondsLeft !== undefined && { secondsLeft }),
          ...withNote,
        },
        meter: next,
      }
    }
    default:
      return undefined
  }
}

function measure(done: number, atMs: number, before: Meter | undefined): Meter {
  if (!before) return { done, atMs, ratePerSecond: undefined }
  const seconds = (atMs - before.atMs) / 1000
  // Backwards or a jump: the clock was set, the machine slept, or the work began again. Measure anew from here.
  if (done < before.done || seconds < 0 || seconds > longestGapSeconds) return { done, atMs, ratePerSecond: undefined }
  // Two events in one millisecond say nothing about speed; the later one is measured with the next.
  if (seconds === 0) return before
  const now = (done - before.done) / seconds
  // Counts at the ends of what a number holds: their difference is none.
  if (!Number.isFinite(now)) return { done, atMs, ratePerSecond: undefined }
  const weight = 1 - Math.exp(-seconds / memorySeconds)
  const ratePerSecond =
    before.ratePerSecond === undefined ? now : before.ratePerSecond + weight * (now - before.ratePerSecond)
  return { done, atMs, ratePerSecond }
}

/** At a standstill, and at speeds too near to one, there is no telling. */
function left(done: number, total: number | undefined, rate: number | undefined): number | undefined {
  if (total === undefined || rate === undefined) return undefined
  const seconds = Math.max(0, (total - done) / rate)
  return Number.isFinite(seconds) ? seconds : undefined
}

function numberField(event: WorkerEvent, name: string): number | undefined {
  const value = event[name]
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

function textField(event: WorkerEvent, name: string): string | undefined {
  const value = event[name]
  return typeof value === 'string' && value !== '' ? value.slice(0, 300) : undefined
}
