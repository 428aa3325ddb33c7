import { folderOf } from '../features/files/clean-path.ts'

/** Where files and folders that came from outside are opened. */
export type Opening =
  | {
      readonly page: 'datasets' | 'models'
      readonly path: string
      /** How many of them this does not open. */
      readonly left: number
    }
  /** Notebooks are not opened yet. */
  | { readonly page: 'none' }

const rows = /\.(jsonl|ndjson|json|csv|tsv|parquet|txt|zip|tar\.gz|tgz)$/i
const notebook = /\.ipynb$/i

/**
 * The import that fits paths from the file manager: rows become a dataset, one file at a time; everything else is looked
 * at as a model, and several models of one folder are all looked at there, to be chosen from.
 */
export function openingOf(paths: readonly string[]): Opening | undefined {
  const [first, ...others] = paths.filter(path => !notebook.test(path))
  if (first === undefined) return paths.length > 0 ? { page: 'none' } : undefined
  const left = paths.length - 1
  if (rows.test(first)) return { page: 'datasets', path: first, left }
  const folder = folderOf(first)
  const isOneFolder = others.length > 0 && others.every(path => !rows.test(path) && folderOf(path) === folder)
  return isOneFolder
    ? { page: 'models', path: folder, left: left - others.length }
    : { page: 'models', path: first, left }
}
