import { expect, test } from 'vitest'
import { estimateSeconds, isTourDone, type TourFacts, tourStepIds, tourSteps } from './tour.ts'

const nothing: TourFacts = { requests: 0, liveJobs: [] }
const model = { id: 'mdv_1', state: 'ready', sizeBytes: 10, summary: {} } as unknown as NonNullable<TourFacts['model']>
const dataset = (state: string) => ({ id: `dsv_${state}`, state }) as unknown as NonNullable<TourFacts['train']>
const run = (state: string, more: object = {}) =>
  ({ id: 'run_1', state, ...more }) as unknown as NonNullable<TourFacts['run']>
const withData: TourFacts = { ...nothing, model, train: dataset('frozen'), heldOut: dataset('frozen') }
const states = (facts: TourFacts) => tourSteps(facts).map(({ state }) => state)

test('on an empty machine the first step is next and the others wait', () => {
  expect(states(nothing)).toEqual(['ready', 'waits', 'waits', 'waits', 'waits', 'waits'])
})

test('a later step that was done already stays done while an earlier one is repeated', () => {
  const facts: TourFacts = { ...withData, model: undefined, run: run('done', { result: { id: 'mdv_2', name: 't' } }) }
  expect(states(facts).slice(0, 4)).toEqual(['ready', 'done', 'done', 'waits'])
})

test('rows that were imported but not frozen are not done: the step goes on from there', () => {
  expect(states({ ...withData, heldOut: dataset('draft') })[1]).toBe('ready')
  expect(states({ ...withData, heldOut: dataset('importing') })[1]).toBe('running')
})

test('tuning is blocked while its environment is missing, and its build is what works on it', () => {
  const build = { id: 'job_1', subjectId: 'training', kind: 'environment' } as unknown as TourFacts['liveJobs'][number]
  const [, , tune] = tourSteps({ ...withData, environment: { state: 'building' }, liveJobs: [build] })
  expect(tune).toMatchObject({ state: 'blocked', jobs: [build] })
  expect(states({ ...withData, environment: { state: 'drifted' } })[2]).toBe('ready')
})

test('a failed run is its turn again, with what it said', () => {
  const failed = run('failed', { failure: { code: 'worker_failed', message: 'no memory', hint: 'less rows' } })
  expect(tourSteps({ ...withData, run: failed })[2]).toMatchObject({
    state: 'failed',
    problem: 'no memory',
    hint: 'less rows',
  })
})

test('the tour is done once the deployment has answered, also when it was stopped afterwards', () => {
  const facts = {
    ...withData,
    run: run('done', { result: { id: 'mdv_2', name: 'tuned' } }),
    evaluation: { id: 'eval_1', state: 'done' },
    deployment: { id: 'dep_1', state: 'stopped' },
    requests: 1,
  } as unknown as TourFacts
  expect(isTourDone(tourSteps(facts))).toBe(true)
  expect(states({ ...facts, requests: 0 }).slice(4)).toEqual(['ready', 'waits'])
})

test('more cores shorten the estimate, but never below what four of them need', () => {
  const all = tourStepIds
  expect(estimateSeconds(all, 4)).toBeLessThan(estimateSeconds(all, 2))
  expect(estimateSeconds(all, 64)).toBe(estimateSeconds(all, 4))
  expect(estimateSeconds(all, 2) % 60).toBe(0)
})
