import { spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createWriteStream, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryDir } from '../support/backend.ts'
import { type Bench, median, NotHere } from './table.ts'

const sizeBytes = 1_000_000_000
const hashFile = fileURLToPath(new URL('../../main/entry/hash-files.ts', import.meta.url))

async function fileOf(path: string): Promise<void> {
  const stream = createWriteStream(path)
  const block = randomBytes(10_000_000)
  for (let written = 0; written < sizeBytes; written += block.length) {
    if (!stream.write(block)) await new Promise<void>(resolve => stream.once('drain', () => resolve()))
  }
  await new Promise<void>(resolve => stream.end(() => resolve()))
}

const secondsOf = (file: string, args: readonly string[], cwd: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const sinceMs = performance.now()
    const child = spawn(file, args, { cwd, stdio: ['pipe', 'ignore', 'inherit'] })
    child.once('exit', code =>
      code === 0 ? resolve((performance.now() - sinceMs) / 1000) : reject(new Error(`${file} ended with ${code}`)),
    )
  })

export const bench: Bench = {
  name: 'verify',
  run: async () => {
    if (spawnSync('sha256sum', ['--version']).status !== 0) throw new NotHere('sha256sum is not installed')
    const dir = temporaryDir('verify')
    try {
      await fileOf(join(dir, 'model.safetensors'))
      const config = {
        root: dir,
        files: [{ path: 'model.safetensors', sizeBytes }],
        mode: 'verify',
        blobsRoot: join(dir, 'blobs'),
      }
      writeFileSync(join(dir, 'config.json'), JSON.stringify(config))
      const ratios: number[] = []
      for (let i = 0; i < 5; i += 1) {
        const peer = await secondsOf('sha256sum', ['model.safetensors'], dir)
        ratios.push(peer / (await secondsOf(process.execPath, [hashFile, 'config.json'], dir)))
      }
      const ratio = median(ratios)
      return [
        {
          name: 'verify 1 GB against sha256sum, speed',
          value: `${ratio.toFixed(2)} ×`,
          bar: '≥ 0.9 ×',
          isReached: ratio >= 0.9,
          note: 'whole processes, file in the page cache',
        },
      ]
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  },
}
