import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createWriteStream, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { safetensorsOf } from '../fixtures/make-models.ts'
import { type RunningBackend, startBackend, temporaryDir } from '../support/backend.ts'
import { ended } from '../support/jobs.ts'
import { type Bench, type Figure, median, NotHere } from './table.ts'

const weightBytes = 1_000_000_000
const rounds = 5
const fileName = 'model.safetensors'
const hashFiles = fileURLToPath(new URL('../../main/entry/hash-files.ts', import.meta.url))

/** A model of one tensor with random bytes. */
async function makeModel(path: string): Promise<void> {
  const stream = createWriteStream(path)
  const tensor = { dtype: 'U8', shape: [weightBytes], data_offsets: [0, weightBytes] }
  stream.write(safetensorsOf(JSON.stringify({ w: tensor })))
  const block = randomBytes(10_000_000)
  for (let written = 0; written < weightBytes; written += block.length) {
    if (!stream.write(block)) await new Promise<void>(resolve => stream.once('drain', () => resolve()))
  }
  await new Promise<void>(resolve => stream.end(() => resolve()))
}

const secondsSince = (sinceMs: number): number => (performance.now() - sinceMs) / 1_000

function secondsOf(file: string, args: readonly string[], cwd: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sinceMs = performance.now()
    const child = spawn(file, args, { cwd, stdio: ['pipe', 'ignore', 'inherit'] })
    child.once('exit', code =>
      code === 0 ? resolve(secondsSince(sinceMs)) : reject(new Error(`${file} ended with ${code}`)),
    )
  })
}

/** From the call to the end of its job: runner, child, journal and database included. */
async function jobSeconds(backend: RunningBackend, begin: () => Promise<{ readonly jobId: string }>): Promise<number> {
  const sinceMs = performance.now()
  const { jobId } = await begin()
  const { state, failure } = await ended(backend.client, jobId)
  if (state !== 'done') throw new Error(`the job ended as ${state}: ${failure?.message}`)
  return secondsSince(sinceMs)
}

/** sha256sum and each of ours by turns, so that whatever else the machine does touches all of them. */
async function measure(backend: RunningBackend, dir: string, model: string) {
  const seconds: Record<'child' | 'import' | 'verify', number>[] = []
  const peers: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const name = `model-${round}`
    peers.push(await secondsOf('sha256sum', [join(model, fileName)], dir))
    seconds.push({
      child: await secondsOf(process.execPath, [hashFiles, 'config.json'], dir),
      import: await jobSeconds(backend, () => backend.client.models.import({ path: model, name })),
      verify: await jobSeconds(backend, () => backend.client.models.verify({ id: name })),
    })
  }
  return (key: 'child' | 'import' | 'verify') => median(seconds.map((each, i) => (peers[i] ?? 0) / each[key]))
}

export const bench: Bench = {
  name: 'verify',
  run: async () => {
    if (spawnSync('sha256sum', ['--version']).status !== 0) throw new NotHere('sha256sum is not installed')
    const dir = temporaryDir('verify')
    const backend = await startBackend()
    try {
      const model = join(dir, 'model')
      mkdirSync(model)
      await makeModel(join(model, fileName))
      const config = {
        root: model,
        files: [{ path: fileName, sizeBytes: statSync(join(model, fileName)).size }],
        mode: 'verify',
        blobsRoot: join(backend.dataDir, 'bench-blobs'),
      }
      writeFileSync(join(dir, 'config.json'), JSON.stringify(config))
      const ratioOf = await measure(backend, dir, model)
      const figure = (what: string, ratio: number, note: string): Figure => ({
        name: `${what} 1 GB against sha256sum, speed`,
        value: `${ratio.toFixed(2)} ×`,
        bar: '≥ 0.9 ×',
        isReached: ratio >= 0.9,
        note,
      })
      return [
        figure('hash', ratioOf('child'), 'whole processes, file in the page cache'),
        figure('import', ratioOf('import'), 'from the call to the end of its job, supervisor and database included'),
        figure('verify', ratioOf('verify'), 'from the call to the end of its job, supervisor and database included'),
      ]
    } finally {
      await backend.dispose()
      rmSync(dir, { recursive: true, force: true })
    }
  },
}
