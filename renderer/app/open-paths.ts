import { folderOf } from '../features/files/clean-path.ts'

/** Where files and folders that came from outside are opened. */
export type Opening = {
  /** The import that begins; none when there is nothing but notebooks. */
  readonly import?: { readonly page: 'datasets' | 'models'; readonly path: string }
  /** How many others wait for an import of their own. */
  readonly left: number
  /** Notebooks, which are not opened yet. */
  readonly notebooks: readonly string[]
}

const rows = /\.(jsonl|ndjson|json|csv|tsv|parquet|txt|zip|tar\.gz|tgz)$/i
const notebook = /\.ipynb$/i

/**
 * The import that fits paths from the file manager: rows become a dataset, one file at a time; everything else is looked
 * at as a model, and several models of one folder are all looked at there, to be chosen from.
 */
export function openingOf(paths: readonly string[]): Opening {
  const notebooks = paths.filter(path => notebook.test(path))
  const [first, ...others] = paths.filter(path => !notebook.test(path))
  if (first === undefined) return { left: 0, notebooks }
  if (rows.test(first)) return { import: { page: 'datasets', path: first }, left: others.length, notebooks }
  const folder = folderOf(first)
  const isOneFolder = others.length > 0 && others.every(path => !rows.test(path) && folderOf(path) === folder)
  return isOneFolder
    ? { import: { page: 'models', path: folder }, left: 0, notebooks }
    : { import: { page: 'models', path: first }, left: others.length, notebooks }
}
