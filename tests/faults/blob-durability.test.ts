import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createBlobStore } from '../../main/platform/blobs/store.ts'
import { temporaryDir } from '../support/backend.ts'

/** A kill cannot show that bytes were only in memory; the order in which the kernel is asked can. */

const program = (name: string) => fileURLToPath(new URL(`../../main/entry/${name}`, import.meta.url))
const hasStrace = spawnSync('strace', ['-V']).status === 0

let dir: string
beforeEach(() => {
  dir = temporaryDir('flushes')
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

/** Runs a supervised program to its end and answers what it asked of the kernel, in order. */
async function traced(entry: string, config: object): Promise<readonly string[]> {
  const trace = join(dir, 'trace')
  writeFileSync(join(dir, 'config.json'), JSON.stringify(config))
  const child = spawn(
    'strace',
    [
      ...['-f', '-y', '-s', '4000', '-o', trace],
      ...['-e', 'trace=fsync,fdatasync,rename,renameat,renameat2,write,pwrite64,writev'],
      ...[process.execPath, program(entry), 'config.json'],
    ],
    // The end of its input would end it: nobody would be left to work for.
    { cwd: dir, stdio: ['pipe', 'ignore', 'inherit'] },
  )
  const [code] = await once(child, 'exit')
  expect(code).toBe(0)
  return readFileSync(trace, 'utf8').split('\n')
}

/** The bytes are flushed, then named, then the name is flushed, and only then is it said that they are there. */
function expectFlushedBeforeTold(lines: readonly string[], target: string, sha256: string): void {
  const at = (from: number, pattern: RegExp | ((line: string) => boolean)) =>
    lines.findIndex((line, i) => i >= from && (pattern instanceof RegExp ? pattern.test(line) : pattern(line)))
  const named = at(0, line => /\brename(at2?)?\(/.test(line) && line.includes(`"${target}"`))
  expect(named, 'the file gets its name').toBeGreaterThan(0)
  const temporary = /"([^"]*\/blobs\/tmp\/[^"]+)"/.exec(lines[named] ?? '')?.[1] ?? ''
  const isFlushOf = (path: string) => (line: string) => /\bf(data)?sync\(/.test(line) && line.includes(`<${path}>`)
  const flushed = at(0, isFlushOf(temporary))
  expect(flushed, 'its bytes are flushed').toBeGreaterThanOrEqual(0)
  expect(flushed, 'before it has a name').toBeLessThan(named)
  const lastWrite = lines.findLastIndex(line => /\bp?write(v|64)?\(/.test(line) && line.includes(`<${temporary}>`))
  expect(
    lines.findLastIndex((line, i) => i < named && isFlushOf(temporary)(line)),
    'after the last',
  ).toBeGreaterThan(lastWrite)
  const kept = at(named, isFlushOf(dirname(target)))
  expect(kept, 'its name is flushed').toBeGreaterThan(named)
  const told = at(0, line => /\bwrite\(1\b/.test(line) && line.includes(sha256))
  expect(told, 'before anybody is told').toBeGreaterThan(kept)
}

describe.skipIf(!hasStrace)(
  'bytes are on disk before anybody is told of them (strace; skipped where it is not installed)',
  () => {
    test('when a file is copied into the store', async () => {
      const source = join(dir, 'source')
      mkdirSync(source)
      const bytes = Buffer.alloc(5_000_000, 'weights')
      writeFileSync(join(source, 'model.bin'), bytes)
      const blobsRoot = join(dir, 'blobs')
      const lines = await traced('hash-files.ts', {
        root: source,
        files: [{ path: 'model.bin', sizeBytes: bytes.length }],
        mode: 'copy',
        blobsRoot,
        target: { dir: join(dir, 'models', 'm'), partialDir: join(dir, 'models', 'm.partial-1') },
      })
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      expectFlushedBeforeTold(lines, createBlobStore(blobsRoot).pathOf(sha256), sha256)
    })

    test('when rows are imported', async () => {
      const path = join(dir, 'rows.jsonl')
      writeFileSync(path, '{"prompt":"a","response":"b"}\n')
      const blobsRoot = join(dir, 'blobs')
      const lines = await traced('import-dataset.ts', { path, outDir: join(dir, 'out'), blobsRoot })
      const sha256 =
        /"event\\":\\"finished.*files\\":\[\{\\"sha256\\":\\"([0-9a-f]{64})/.exec(lines.join('\n'))?.[1] ?? ''
      expect(sha256).not.toBe('')
      expectFlushedBeforeTold(lines, createBlobStore(blobsRoot).pathOf(sha256), sha256)
    })
  },
)
