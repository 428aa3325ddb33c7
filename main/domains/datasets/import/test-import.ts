import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { literal, openDuck, pathLiteral } from './duckdb.ts'
import { type ImportOptions, type ImportResult, importRows } from './import-rows.ts'
import type { ImportHooks } from './progress.ts'

export type Scratch = {
  readonly dir: string
  readonly out: string
  /** Writes a file and answers its path. */
  readonly file: (name: string, content: string | Buffer) => string
  readonly left: () => string[]
  readonly remove: () => void
}

/** A folder of a test's own. */
export function scratch(): Scratch {
  const dir = mkdtempSync(join(tmpdir(), 'slipway-datasets-'))
  const out = join(dir, 'out')
  return {
    dir,
    out,
    file: (name, content) => {
      const path = join(dir, name)
      writeFileSync(path, content)
      return path
    },
    left: () => readdirSync(out),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  }
}

export const jsonLines = (rows: readonly unknown[]): string => rows.map(row => `${JSON.stringify(row)}\n`).join('')

/** Reads a Parquet file back as plain objects. */
export async function parquetRows(path: string): Promise<Record<string, unknown>[]> {
  reading ??= openDuck({ memoryLimitMiB: 200, threads: 1 })
  const read = await (await reading).runAndReadAll(`SELECT to_json(t) FROM read_parquet(${pathLiteral(path)}) AS t`)
  return read.getRows().map(([json]) => JSON.parse(String(json)) as Record<string, unknown>)
}

/** Writes rows into a Parquet file as another program would, and answers its path. */
export async function parquetOf(at: Scratch, rows: readonly unknown[]): Promise<string> {
  reading ??= openDuck({ memoryLimitMiB: 200, threads: 1 })
  const path = join(at.dir, 'foreign.parquet')
  const lines = at.file('foreign.jsonl', jsonLines(rows))
  await (await reading).run(
    `COPY (SELECT * FROM read_json(${pathLiteral(lines)}, format = 'newline_delimited')) TO ${literal(path)} (FORMAT parquet)`,
  )
  return path
}

/** How many rows a Parquet file has. */
export async function parquetCount(path: string): Promise<number> {
  reading ??= openDuck({ memoryLimitMiB: 200, threads: 1 })
  const read = await (await reading).runAndReadAll(`SELECT count(*) FROM read_parquet(${pathLiteral(path)})`)
  return Number(read.getRows()[0]?.[0])
}
// One for all tests of a file: opening a database takes longer than most of them.
let reading: ReturnType<typeof openDuck> | undefined

/** Imports and reads the result back. */
export async function imported(
  at: Scratch,
  path: string,
  options: Partial<ImportOptions> = {},
  hooks: ImportHooks = {},
): Promise<{ result: ImportResult; rows: Record<string, unknown>[] }> {
  const result = await importRows({ path, outDir: at.out, ...options }, hooks)
  return { result, rows: await parquetRows(result.file) }
}
