import { rmSync } from 'node:fs'
import { type RunningBackend, startBackend } from '../support/backend.ts'
import { libraryOf } from './library.ts'
import { type Bench, type Figure, ms, quantile } from './table.ts'

const modelCount = 100_000
const repeats = 40

/** What the models screen asks, as it asks it: over HTTP, with the answer read whole. */
const questions: Readonly<Record<string, string>> = {
  'list a page': 'models?limit=100',
  'filter by format': 'models?limit=100&format=onnx',
  'filter by three facets':
    'models?limit=100&format[]=gguf&format[]=onnx&license[]=mit&license[]=gemma&task[]=chat&task[]=base',
  'filter by what fits': 'models?limit=100&fit=fits',
  'search a word': 'models?limit=100&q=mistral',
  'search two words and a filter': 'models?limit=100&q=qwen+sweep&format=gguf',
  'search what is rare': 'models?limit=100&q=99999',
  'search two letters': 'models?limit=100&q=yi',
  // What the palette asks at every key.
  'find by one letter': 'search?q=a&limit=24',
  'find by letters apart': 'search?q=qwn4b&limit=24',
  'find by two words': 'search?q=991+mstr&limit=24',
  'find a name that very many begin with': 'search?q=mistral&limit=24',
  'find what is not there': 'search?q=zzzzqq&limit=24',
  ...Object.fromEntries(
    ['name', 'created', 'updated', 'size', 'parameters', 'memory'].flatMap(sort => [
      [`sort by ${sort}, first page`, `models?limit=100&sort=${sort}`],
      [`sort by ${sort}, row 99,900`, `models?limit=100&sort=${sort}&offset=99900`],
    ]),
  ),
  'sort by size, filtered, far down': 'models?limit=100&sort=size&format[]=gguf&format[]=onnx&offset=35000',
  'sort by name, searched, far down': 'models?limit=100&sort=name&q=mistral&offset=9000',
  'count all facets': 'models/facets',
  'count facets under three': 'models/facets?format[]=gguf&format[]=onnx&license=mit&task=chat',
  'count facets under fit and size': 'models/facets?fit=fits&size[]=under_2gb&size[]=2_to_10gb',
  'count facets under a word': 'models/facets?q=mistral',
  'count facets under a label': 'models/facets?label=best',
}

async function timesOf(backend: RunningBackend, path: string): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < repeats; i += 1) {
    const sinceMs = performance.now()
    const response = await backend.fetch(`/api/v1/${path}`)
    const text = await response.text()
    times.push(performance.now() - sinceMs)
    if (!response.ok) throw new Error(`${path}: ${text}`)
  }
  return times
}

export const bench: Bench = {
  name: 'lists',
  run: async () => {
    const dataDir = libraryOf(modelCount)
    const figures: Figure[] = []
    try {
      const backend = await startBackend({ dataDir })
      for (const [name, path] of Object.entries(questions)) {
        const p95 = quantile(await timesOf(backend, path), 0.95)
        figures.push({ name: `${name}, p95`, value: ms(p95), bar: '≤ 50 ms', isReached: p95 <= 50 })
      }
      await backend.dispose()
      return figures
    } finally {
      rmSync(dataDir, { recursive: true, force: true })
    }
  },
}
