import type { DatasetField, DatasetFormat } from '../../../../main/contract/dataset-rows.ts'
import type { Inputs } from '../../../../main/contract/index.ts'

/** What a person filled in, kept across reload and crash. */
export type ImportDraft = {
  /** What the dialog was opened with: another one begins a draft of its own. */
  readonly origin?: string | undefined
  readonly path: string
  readonly name: string
  readonly format?: DatasetFormat | undefined
  readonly map: Readonly<Partial<Record<DatasetField, string>>>
  readonly split?: string | undefined
  readonly description: string
  readonly labels: readonly string[]
}

export const emptyDraft: ImportDraft = { path: '', name: '', map: {}, description: '', labels: [] }

export const isImportDraft = (value: unknown): value is ImportDraft =>
  typeof value === 'object' &&
  value !== null &&
  'path' in value &&
  typeof value.path === 'string' &&
  'name' in value &&
  typeof value.name === 'string' &&
  'map' in value &&
  typeof value.map === 'object' &&
  value.map !== null &&
  'description' in value &&
  typeof value.description === 'string' &&
  'labels' in value &&
  Array.isArray(value.labels)

const isAbsolute = (path: string): boolean => /^(\/|[a-z]:[/\\]|\\\\)/i.test(path)
export const canDetect = ({ path }: ImportDraft): boolean => isAbsolute(path.trim())

/** How the rows are to be read, as both detection and import take it. */
export function readingOf({ path, format, map, split }: ImportDraft): Inputs['datasets']['detect'] {
  const mapped = Object.entries(map).filter(([, column]) => column !== '')
  return {
    path: path.trim(),
    ...(format !== undefined && { format }),
    ...(mapped.length > 0 && { map: Object.fromEntries(mapped) }),
    ...(split !== undefined && { split }),
  }
}

/** The name that a file suggests: `dialogues.jsonl` is called dialogues. */
export function nameOfPath(path: string): string {
  const last =
    path
      .trim()
      .replace(/[/\\]+$/, '')
      .split(/[/\\]/)
      .at(-1) ?? ''
  return last.replace(/(\.tar)?\.(jsonl|ndjson|json|csv|tsv|parquet|txt|text|md|zip|tar|tgz|gz)$/i, '') || last
}
