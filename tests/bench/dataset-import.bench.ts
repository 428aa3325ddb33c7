import { spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Bench, median, NotHere } from './table.ts'

const program = fileURLToPath(new URL('../../main/entry/import-dataset.ts', import.meta.url))

const theirProgram = `
import json, resource, shutil, sys, time
from datasets import Dataset, disable_progress_bars
disable_progress_bars()
source, target, cache, shape = sys.argv[1:]
started = time.perf_counter()
rows = Dataset.from_json(source, cache_dir=cache)
if shape == 'prompt_response':
    rows = rows.map(
        lambda batch: {'messages': [[{'role': 'user', 'content': p}, {'role': 'assistant', 'content': r}] for p, r in zip(batch['prompt'], batch['response'])]},
        batched=True, remove_columns=rows.column_names)
rows.to_parquet(target)
print(json.dumps({'seconds': time.perf_counter() - started, 'peakKiB': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, 'rows': len(rows)}))
shutil.rmtree(cache, ignore_errors=True)
`

type Figures = {
  readonly seconds: number
  readonly peakMiB: number
  readonly rows: number
  /** Without the start of the process. */
  readonly aloneSeconds?: number
}
type Shape = 'openai' | 'prompt_response'

/** Runs a child under `time`-like accounting; answers its last line and its peak memory. */
async function run(file: string, args: readonly string[]): Promise<{ last: string; seconds: number; peakMiB: number }> {
  const startedMs = performance.now()
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, HF_HUB_OFFLINE: '1' } })
  let output = ''
  child.stdout.on('data', chunk => {
    output += chunk
  })
  let peakKiB = 0
  const { readFile } = await import('node:fs/promises')
  const watch = setInterval(() => {
    readFile(`/proc/${child.pid}/status`, 'utf8').then(
      text => {
        peakKiB = Math.max(peakKiB, Number(/VmHWM:\s+(\d+)/.exec(text)?.[1] ?? 0))
      },
      () => undefined, // it has just ended, or this is no Linux
    )
  }, 50)
  const code = await new Promise(resolve => child.on('close', resolve))
  clearInterval(watch)
  if (code !== 0) throw new Error(`${file} ended with ${code}: ${output.slice(-500)}`)
  const seconds = (performance.now() - startedMs) / 1000
  return { last: output.trim().split('\n').at(-1) ?? '', seconds, peakMiB: peakKiB / 1024 }
}

async function ours(dir: string, source: string): Promise<Figures> {
  const config = join(dir, 'config.json')
  writeFileSync(config, JSON.stringify({ path: source, outDir: join(dir, 'out'), blobsRoot: join(dir, 'blobs') }))
  const { last, seconds, peakMiB } = await run(process.execPath, [program, config])
  rmSync(join(dir, 'blobs'), { recursive: true, force: true })
  return { seconds, peakMiB, rows: JSON.parse(last).rows }
}

async function theirs(dir: string, source: string, python: string, shape: Shape): Promise<Figures> {
  const args = ['-c', theirProgram, source, join(dir, 'theirs.parquet'), join(dir, 'cache'), shape]
  const { last, seconds } = await run(python, args)
  const alone = JSON.parse(last) as { seconds: number; peakKiB: number; rows: number }
  return { seconds, aloneSeconds: alone.seconds, peakMiB: alone.peakKiB / 1024, rows: alone.rows }
}

/** Rows of about 300 bytes with quotes, line breaks and several scripts; always the same. */
function makeRows(path: string, count: number, shape: Shape): void {
  const words =
    'the quick brown fox jumps over lazy dogs while engineers measure parsers 模型 训练 数据 and "quotes" with\nnewlines naïve café'.split(
      ' ',
    )
  let state = 42
  const random = () => {
    // xorshift32 (Marsaglia 2003)
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
  const text = (length: number) => Array.from({ length }, () => words[Math.floor(random() * words.length)]).join(' ')
  const fd = openSync(path, 'w')
  let lines = ''
  for (let row = 0; row < count; row += 1) {
    const prompt = `${row} ${text(8 + Math.floor(random() * 20))}`
    const response = text(10 + Math.floor(random() * 30))
    const value =
      shape === 'prompt_response'
        ? { prompt, response }
        : {
            messages: [
              { role: 'user', content: prompt },
              { role: 'assistant', content: response },
            ],
          }
    lines += `${JSON.stringify(value)}\n`
    if (lines.length > 1 << 20) {
      writeSync(fd, lines)
      lines = ''
    }
  }
  writeSync(fd, lines)
  closeSync(fd)
}

const rows = 1_000_000
const rounds = 3

/**
 * Import of a million rows beside Hugging Face `datasets` doing the same conversion on the same file, by turns, so that
 * whatever else the machine does touches both. Whole processes on both sides; ours checks every row and hashes the source
 * and the result besides. SLIPWAY_TEST_PYTHON names a Python with datasets.
 */
export const bench: Bench = {
  name: 'dataset-import',
  run: async () => {
    const python = process.env.SLIPWAY_TEST_PYTHON
    if (!python) throw new NotHere('SLIPWAY_TEST_PYTHON names no Python with datasets')
    const dir = mkdtempSync(join(tmpdir(), 'slipway-bench-import-'))
    try {
      const figures = []
      for (const shape of ['openai', 'prompt_response'] as const) {
        const source = join(dir, `${shape}.jsonl`)
        makeRows(source, rows, shape)
        const mine: Figures[] = []
        const other: Figures[] = []
        for (let round = 0; round < rounds; round += 1) {
          mine.push(await ours(dir, source))
          other.push(await theirs(dir, source, python, shape))
        }
        const seconds = median(mine.map(one => one.seconds))
        const ratio = median(other.map(one => one.seconds)) / seconds
        const peakMiB = Math.round(Math.max(...mine.map(one => one.peakMiB)))
        const theirPeakMiB = Math.round(Math.max(...other.map(one => one.peakMiB)))
        const mib = Math.round(statSync(source).size / 1024 / 1024)
        figures.push(
          {
            name: `${rows} rows (${shape}, ${mib} MiB) against datasets, speed`,
            value: `${ratio.toFixed(2)} ×`,
            bar: '≥ 1.0 ×',
            isReached: ratio >= 1,
            note: `whole processes, ${Math.round(rows / seconds)} rows per second; against their conversion without its imports ${(median(other.map(one => one.aloneSeconds ?? 0)) / seconds).toFixed(2)} ×`,
          },
          {
            name: `${rows} rows (${shape}), highest memory`,
            value: `${peakMiB} MiB`,
            bar: '≤ 1024 MiB',
            isReached: peakMiB <= 1024,
            note: `datasets: ${theirPeakMiB} MiB`,
          },
        )
        rmSync(source)
      }
      return figures
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  },
}
