import { afterEach, expect, test } from 'vitest'
import { type RunningBackend, startBackend } from '../support/backend.ts'

let backend: RunningBackend
afterEach(() => backend.dispose())

type Sent = { readonly id: string; readonly data: { readonly topic: string; readonly id?: string } }

/** Follows the server-sent events over HTTP as any client does, until there are that many. */
async function follow(
  count: number,
  { after, meanwhile }: { after?: string; meanwhile?: () => Promise<unknown> } = {},
) {
  const leave = new AbortController()
  const response = await backend.fetch('/api/v1/events?topics[0]=keys', {
    headers: { accept: 'text/event-stream', ...(after !== undefined && { 'last-event-id': after }) },
    signal: leave.signal,
  })
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  await meanwhile?.()
  const sent: Sent[] = []
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += new TextDecoder().decode(chunk)
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      const id = /^id: (.*)$/m.exec(block)?.[1]
      const data = /^data: (.*)$/m.exec(block)?.[1]
      if (id !== undefined && data !== undefined) sent.push({ id, data: JSON.parse(data) as Sent['data'] })
    }
    if (sent.length >= count) break
  }
  leave.abort()
  return sent
}

test('changes arrive as server-sent events with ids, and go on after the last one that was seen', async () => {
  backend = await startBackend()
  const make = async (name: string) => (await backend.client.keys.create({ name })).id
  const made: string[] = []
  const seen = await follow(2, { meanwhile: async () => made.push(await make('one'), await make('two')) })
  expect(seen.map(({ data }) => data.id)).toEqual(made)
  const missed = await make('while-away')
  const again = await follow(2, { after: seen[0]?.id ?? '' })
  expect(again.map(({ data }) => data.id)).toEqual([made[1], missed])
})

test('after a restart of the backend the first event says that everything is to be fetched again', async () => {
  backend = await startBackend()
  const [last] = await follow(1, { meanwhile: () => backend.client.keys.create({ name: 'one' }) })
  await backend.kill('SIGKILL')
  backend = await startBackend({ dataDir: backend.dataDir })
  const [first] = await follow(1, { after: last?.id ?? '' })
  expect(first?.data.topic).toBe('resync')
})
