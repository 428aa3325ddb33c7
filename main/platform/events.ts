import { topics as allTopics, type ChangeEvent, type Topic } from '../contract/events.ts'
import type { Family } from './metrics/exposition.ts'

export type NumberedEvent = { readonly id: string; readonly event: ChangeEvent }

export type EventBus = {
  /** Announces a change that is already durable. */
  readonly publish: (event: ChangeEvent) => void
  /**
   * Events from now on, or from just after `lastEventId`. When those have left the ring (or belong to an earlier
   * backend) the first event is `resync`: the client refetches instead of missing something.
   */
  readonly subscribe: (options: {
    topics: readonly Topic[]
    lastEventId?: string | undefined
    signal?: AbortSignal | undefined
  }) => AsyncGenerator<NumberedEvent>
  readonly metrics: () => readonly Family[]
}

const ringSize = 10_000
// A subscriber that stops reading gets `resync` once it reads again, instead of an endless queue in our memory.
const backlogLimit = 5_000

/** The bus between domains and their watchers. `bootId` makes ids of an earlier backend recognisable. */
export function createEventBus(bootId: string): EventBus {
  const ring: NumberedEvent[] = []
  let lastNumber = 0
  const published = new Map<string, number>(allTopics.map(topic => [topic, 0]))
  const subscribers = new Set<(event: NumberedEvent) => void>()
  const numberOf = (eventId: string) => Number(eventId.slice(eventId.indexOf('-') + 1))

  const missedSince = (lastEventId: string): readonly NumberedEvent[] | undefined => {
    const number = numberOf(lastEventId)
    const known = lastEventId === `${bootId}-${number}` && number <= lastNumber && number >= lastNumber - ring.length
    return known ? ring.filter(entry => numberOf(entry.id) > number) : undefined
  }

  const publish = (event: ChangeEvent) => {
    lastNumber += 1
    published.set(event.topic, (published.get(event.topic) ?? 0) + 1)
    const entry = { id: `${bootId}-${lastNumber}`, event }
    ring.push(entry)
    if (ring.length > ringSize) ring.shift()
    for (const deliver of subscribers) deliver(entry)
  }

  const subscribe: EventBus['subscribe'] = ({ topics, lastEventId, signal }) => {
    const wanted = new Set<string>(topics)
    const matches = ({ event }: NumberedEvent) => wanted.size === 0 || wanted.has(event.topic)
    const resync = (): NumberedEvent => ({ id: `${bootId}-${lastNumber}`, event: { topic: 'resync', kind: 'resync' } })
    const missed = lastEventId === undefined ? [] : missedSince(lastEventId)
    let backlog = missed === undefined ? [resync()] : missed.filter(matches)
    let wake: () => void = () => undefined
    const deliver = (entry: NumberedEvent) => {
      if (!matches(entry)) return
      if (backlog.length >= backlogLimit) backlog = [resync()]
      else backlog.push(entry)
      wake()
    }
    const leave = () => {
      subscribers.delete(deliver)
      signal?.removeEventListener('abort', leave)
      wake()
    }
    // Registered now and not at the first read: what happens in between would be missed.
    subscribers.add(deliver)
    signal?.addEventListener('abort', leave)
    async function* read(): AsyncGenerator<NumberedEvent> {
      try {
        while (!signal?.aborted) {
          const batch = backlog
          backlog = []
          yield* batch
          if (backlog.length === 0 && !signal?.aborted) {
            await new Promise<void>(resolve => {
              wake = resolve
            })
          }
        }
      } finally {
        leave()
      }
    }
    return read()
  }

  const metrics: EventBus['metrics'] = () => [
    {
      name: 'slipway_events_total',
      help: 'Changes that were announced, by topic',
      type: 'counter',
      samples: [...published].map(([topic, value]) => ({ labels: { topic }, value })),
    },
    {
      name: 'slipway_event_subscribers',
      help: 'Watchers of changes that are connected',
      type: 'gauge',
      samples: [{ value: subscribers.size }],
    },
  ]

  return { publish, subscribe, metrics }
}
