import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type RunningBackend, startBackend } from '../support/backend.ts'
import { libraryOf } from './library.ts'
import { type Bench, type Figure, median, ms, quantile } from './table.ts'

const modelCount = 100_000
const backendFile = fileURLToPath(new URL('../../main/entry/backend.ts', import.meta.url))

async function startMs(dataDir: string): Promise<number> {
  const sinceMs = performance.now()
  const child = spawn(process.execPath, [backendFile, '--data-dir', dataDir], { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise<void>(resolve => child.stdout.once('data', () => resolve()))
  const took = performance.now() - sinceMs
  child.kill('SIGTERM')
  await new Promise(resolve => child.once('exit', resolve))
  return took
}

async function eventFigure(backend: RunningBackend): Promise<Figure> {
  const stop = new AbortController()
  const events = await backend.client.events.subscribe({ topics: ['keys'] }, { signal: stop.signal })
  const times: number[] = []
  for (let i = 0; i < 100; i += 1) {
    const arrived = events.next()
    const sinceMs = performance.now()
    const created = backend.client.keys.create({ name: `event-${i}` })
    await arrived
    times.push(performance.now() - sinceMs)
    await created
  }
  stop.abort()
  const p95 = quantile(times, 0.95)
  return {
    name: 'from call to subscriber, p95',
    value: ms(p95),
    bar: '≤ 50 ms',
    isReached: p95 <= 50,
    note: 'includes the call and its flush to disk',
  }
}

export const bench: Bench = {
  name: 'backend',
  run: async () => {
    const dataDir = libraryOf(modelCount)
    try {
      const starts: number[] = []
      for (let i = 0; i < 7; i += 1) starts.push(await startMs(dataDir))
      const ready = median(starts.slice(1))
      const figures: Figure[] = [
        {
          name: 'backend ready, median',
          value: ms(ready),
          bar: '≤ 500 ms',
          isReached: ready <= 500,
          note: `first start ${ms(starts[0] ?? 0)}`,
        },
      ]
      const backend = await startBackend({ dataDir })
      figures.push(await eventFigure(backend))
      await backend.dispose()
      return figures
    } finally {
      rmSync(dataDir, { recursive: true, force: true })
    }
  },
}
