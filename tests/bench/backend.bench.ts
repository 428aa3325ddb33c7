import { spawn } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ModelFormat } from '../../main/contract/models.ts'
import { insertModel, insertVersion, refreshModel } from '../../main/domains/models/repo.ts'
import { migrations } from '../../main/entry/migrations.ts'
import { systemClock } from '../../main/platform/clock.ts'
import { prepareDatabase } from '../../main/platform/db/prepare.ts'
import { createStore } from '../../main/platform/db/store.ts'
import { newId } from '../../main/platform/ids.ts'
import { silentLog } from '../../main/platform/log.ts'
import { pathsOf } from '../../main/platform/paths.ts'
import { type RunningBackend, startBackend, temporaryDir } from '../support/backend.ts'
import { type Bench, type Figure, median, ms, quantile } from './table.ts'

const modelCount = 100_000
const backendFile = fileURLToPath(new URL('../../main/entry/backend.ts', import.meta.url))
const words = ['llama', 'qwen', 'mistral', 'gemma', 'phi', 'falcon', 'olmo', 'granite', 'yi', 'deepseek']
const formats: readonly ModelFormat[] = ['safetensors', 'gguf', 'onnx', 'adapter']

/** A data directory with so many models, written through the domain's own repo. */
function libraryOf(count: number): string {
  const dataDir = temporaryDir('bench')
  const paths = pathsOf(dataDir, process.env)
  for (const dir of [paths.dataDir, paths.backups, paths.logs]) mkdirSync(dir, { recursive: true })
  const db = prepareDatabase({ paths, migrations, nowIso: new Date().toISOString(), log: silentLog })
  const store = createStore({ db, clock: systemClock, bootId: 'bench', publish: () => undefined })
  for (let start = 0; start < count; start += 10_000) {
    store.record(tx => {
      for (let i = start; i < Math.min(count, start + 10_000); i += 1) {
        const modelId = newId('mdl', 1_700_000_000_000 + i)
        const word = words[i % words.length] ?? ''
        insertModel(tx, {
          id: modelId,
          name: `${word}-${i}-${(i * 7919) % 1000}b`,
          description: `run ${i} of a sweep`,
          atMs: i,
        })
        insertVersion(tx, {
          id: newId('mdv', 1_700_000_000_000 + i),
          modelId,
          state: 'ready',
          source: 'registered',
          path: `/models/${i}`,
          sizeBytes: i,
          files: [{ path: 'model.safetensors', sizeBytes: i }],
          atMs: i,
          summary: {
            format: formats[i % formats.length] ?? 'gguf',
            architecture: 'LlamaForCausalLM',
            hasChatTemplate: true,
            containsCode: [],
            warnings: [],
          },
        })
        refreshModel(tx, modelId)
      }
    })
  }
  db.close()
  return dataDir
}

async function startMs(dataDir: string): Promise<number> {
  const sinceMs = performance.now()
  const child = spawn(process.execPath, [backendFile, '--data-dir', dataDir], { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise<void>(resolve => child.stdout.once('data', () => resolve()))
  const took = performance.now() - sinceMs
  child.kill('SIGTERM')
  await new Promise(resolve => child.once('exit', resolve))
  return took
}

async function listFigures(backend: RunningBackend): Promise<Figure[]> {
  const questions = {
    'list a page': 'limit=50',
    'filter by format': 'limit=50&format=onnx',
    'search a word': 'limit=50&q=mistral',
    'search two words and a filter': 'limit=50&q=qwen+sweep&format=gguf',
    'search what is rare': 'limit=50&q=99999',
  }
  const figures: Figure[] = []
  for (const [name, search] of Object.entries(questions)) {
    const times: number[] = []
    for (let i = 0; i < 40; i += 1) {
      const sinceMs = performance.now()
      await (await backend.fetch(`/api/v1/models?${search}`)).text()
      times.push(performance.now() - sinceMs)
    }
    const p95 = quantile(times, 0.95)
    figures.push({
      name: `${name}, ${modelCount.toLocaleString('en')} models, p95`,
      value: ms(p95),
      bar: '≤ 50 ms',
      isReached: p95 <= 50,
    })
  }
  return figures
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

async function commitFigure(backend: RunningBackend): Promise<Figure> {
  const count = 3_000
  const sinceMs = performance.now()
  let next = 0
  const writer = async () => {
    while (next < count) {
      next += 1
      await (
        await backend.fetch('/api/v1/keys', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: `{"name":"commit-${next}"}`,
        })
      ).arrayBuffer()
    }
  }
  await Promise.all(Array.from({ length: 16 }, writer))
  const perSecond = count / ((performance.now() - sinceMs) / 1000)
  return {
    name: 'commits acknowledged durably, per second',
    value: perSecond.toFixed(0),
    bar: '≥ 1,000',
    isReached: perSecond >= 1_000,
    note: '16 clients over HTTP, each commit audited and flushed',
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
      figures.push(...(await listFigures(backend)), await eventFigure(backend), await commitFigure(backend))
      await backend.dispose()
      return figures
    } finally {
      rmSync(dataDir, { recursive: true, force: true })
    }
  },
}
