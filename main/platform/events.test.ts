import { expect, test } from 'vitest'
import type { ChangeEvent } from '../contract/events.ts'
import { createEventBus, type NumberedEvent } from './events.ts'

const changed = (id: string, topic: 'jobs' | 'models' = 'jobs'): ChangeEvent => ({ topic, kind: 'changed', id })

async function take(stream: AsyncGenerator<NumberedEvent>, count: number): Promise<NumberedEvent[]> {
  const taken: NumberedEvent[] = []
  while (taken.length < count) {
    const { value, done } = await stream.next()
    if (done) break
    taken.push(value)
  }
  await stream.return(undefined)
  return taken
}
const idsOf = (events: readonly NumberedEvent[]) => events.map(({ event }) => event.id)

test('a watcher hears what it asked for, from the moment it asked, in order', async () => {
  const bus = createEventBus('boot')
  bus.publish(changed('before'))
  const stream = bus.subscribe({ topics: ['jobs'] })
  bus.publish(changed('one'))
  bus.publish(changed('other', 'models'))
  bus.publish(changed('two'))
  expect(idsOf(await take(stream, 2))).toEqual(['one', 'two'])
})

test('whoever comes back with the id of the last event misses nothing and hears nothing twice', async () => {
  const bus = createEventBus('boot')
  const stream = bus.subscribe({ topics: [] })
  for (const id of ['one', 'two', 'three']) bus.publish(changed(id))
  const [first] = await take(stream, 1)
  bus.publish(changed('four'))
  const again = bus.subscribe({ topics: [], lastEventId: first?.id })
  bus.publish(changed('five'))
  expect(idsOf(await take(again, 4))).toEqual(['two', 'three', 'four', 'five'])
})

test.each([
  ['of an earlier backend', 'boot-before-1'],
  ['from the future', 'boot-99'],
  ['that is none', 'nonsense'],
])('an id %s is answered with resync: refetch, instead of a gap', async (_, lastEventId) => {
  const bus = createEventBus('boot')
  bus.publish(changed('one'))
  const [first] = await take(bus.subscribe({ topics: ['jobs'], lastEventId }), 1)
  expect(first?.event).toMatchObject({ topic: 'resync' })
})

test('an id that has left the ring, and a watcher that does not read, get resync instead of endless memory', async () => {
  const bus = createEventBus('boot')
  const sleeping = bus.subscribe({ topics: ['jobs'] })
  const stream = bus.subscribe({ topics: ['jobs'] })
  bus.publish(changed('first'))
  const [first] = await take(stream, 1)
  for (let n = 0; n < 10_001; n += 1) bus.publish(changed(`${n}`))
  const [late] = await take(bus.subscribe({ topics: ['jobs'], lastEventId: first?.id }), 1)
  expect(late?.event).toMatchObject({ topic: 'resync' })
  const woken = await take(sleeping, 2)
  expect(woken[0]?.event).toMatchObject({ topic: 'resync' })
  expect(Number(woken[1]?.event.id)).toBeGreaterThan(4_000)
})

test('a watcher that leaves is forgotten', async () => {
  const bus = createEventBus('boot')
  const subscribers = () => bus.metrics().find(family => family.name === 'slipway_event_subscribers')?.samples[0]
  const leave = new AbortController()
  const stream = bus.subscribe({ topics: [], signal: leave.signal })
  expect(subscribers()).toEqual({ value: 1 })
  leave.abort()
  expect(await stream.next()).toMatchObject({ done: true })
  expect(subscribers()).toEqual({ value: 0 })
})
