import { mkdirSync, opendirSync, realpathSync, type Stats, statSync } from 'node:fs'
import { basename, join, relative, sep } from 'node:path'
import { AppError } from '../../../contract/errors.ts'
import { diskError } from '../../../platform/blobs/store.ts'
import { type FileType, fileTypeOf, splitOf } from './file-type.ts'
import { kindOf, notRegular } from './regular-file.ts'
import type { RowReader } from './row-source.ts'
import { unpack } from './unpack.ts'

const maxFiles = 10_000
const maxFolderDepth = 32

/** A file to read rows from. `name` is how reports call it; `origin` is the user's file that holds it. */
export type InputFile = {
  readonly path: string
  readonly name: string
  readonly origin: string
  readonly sizeBytes: number
  readonly type: string
  readonly read: RowReader
}
export type Inputs = {
  readonly files: readonly InputFile[]
  /** What was passed over, and why. */
  readonly ignored: readonly { readonly name: string; readonly why: string }[]
}

type Options = {
  readonly split?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Finds the files with rows behind a path: a file, a folder with all its folders, or an archive, which is unpacked into
 * `stagingDir`. Throws `not_found`, `invalid_input` for what is not a regular file, for archives that are refused, and
 * when nothing can be read.
 */
export async function findInputs(path: string, stagingDir: string, { split, signal }: Options = {}): Promise<Inputs> {
  const found: InputFile[] = []
  const ignored: { name: string; why: string }[] = []

  const take = async (file: string, name: string, isAsked: boolean): Promise<void> => {
    const type = fileTypeOf(file)
    if (type.is === 'archive') {
      if (!isAsked) ignored.push({ name, why: 'an archive inside a folder: import it on its own' })
      else await takeArchive(file, type)
    } else if (type.is === 'rows')
      found.push({ path: file, name, origin: file, sizeBytes: statSync(file).size, type: type.type, read: type.read })
    else if (isAsked)
      throw new AppError('unsupported', `It is not clear how ${name} holds its rows.`, {
        hint: 'Give it the extension of its format: .jsonl, .json, .csv, .tsv, .parquet, .txt, .md, .zip or .tar.gz.',
      })
    else ignored.push({ name, why: 'no dataset by its extension' })
  }

  const takeArchive = async (file: string, type: Extract<FileType, { is: 'archive' }>): Promise<void> => {
    const into = join(stagingDir, 'unpacked')
    mkdirSync(into, { mode: 0o700 })
    await unpack(file, type.type, into, { signal })
    for (const inner of filesIn(into, ignored)) {
      const name = relative(into, inner).split(sep).join('/')
      const innerType = fileTypeOf(inner)
      if (innerType.is === 'rows')
        found.push({
          path: inner,
          name: `${basename(file)}/${name}`,
          origin: file,
          sizeBytes: statSync(inner).size,
          type: innerType.type,
          read: innerType.read,
        })
      else ignored.push({ name, why: 'no dataset by its content' })
    }
  }

  const facts = factsOf(path)
  if (facts.isDirectory()) {
    for (const file of filesIn(path, ignored)) {
      signal?.throwIfAborted()
      await take(file, relative(path, file).split(sep).join('/'), false)
    }
  } else if (facts.isFile()) await take(path, basename(path), true)
  else throw notRegular(path, kindOf(facts))

  const files = chooseSplit(withoutDescriptions(found, ignored), split)
  if (files.length === 0)
    throw new AppError('invalid_input', `${path} holds no file with rows.`, {
      hint: 'Datasets are .jsonl, .json, .csv, .tsv, .parquet, .txt and .md files, folders and archives of them.',
      details: { ignored: ignored.slice(0, 50) },
    })
  return { files, ignored }
}

function factsOf(path: string): Stats {
  try {
    return statSync(path)
  } catch (error) {
    throw diskError(error)
  }
}

/** All regular files below a folder, sorted by path. Links to folders are not followed, so no loop can form. */
function filesIn(root: string, ignored: { name: string; why: string }[]): string[] {
  const files: string[] = []
  const pass = (path: string, why: string) => ignored.push({ name: relative(root, path), why })
  const walk = (folder: string, depth: number): void => {
    if (depth > maxFolderDepth)
      throw new AppError('invalid_input', `${folder} lies more than ${maxFolderDepth} folders deep.`, {
        hint: 'Import the folder that holds the files.',
      })
    const dir = opendirSync(folder)
    try {
      for (let entry = dir.readSync(); entry !== null; entry = dir.readSync()) {
        const path = join(folder, entry.name)
        if (entry.name.startsWith('.')) continue
        if (entry.isDirectory()) walk(path, depth + 1)
        else if (entry.isFile()) files.push(path)
        else if (entry.isSymbolicLink()) takeLink(path)
        else pass(path, 'not a regular file')
        if (files.length > maxFiles)
          throw new AppError('too_large', `${root} holds more than ${maxFiles} files.`, { hint: 'Import it in parts.' })
      }
    } finally {
      dir.closeSync()
    }
  }
  // Hugging Face's cache is made of links to files, so those are followed.
  const takeLink = (path: string): void => {
    let facts: Stats
    try {
      facts = statSync(realpathSync(path))
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? ''
      pass(path, code === 'ELOOP' ? 'a loop of symbolic links' : 'a symbolic link to nothing')
      return
    }
    if (facts.isFile()) files.push(path)
    else pass(path, facts.isDirectory() ? 'a symbolic link to a folder' : 'a symbolic link to no regular file')
  }
  try {
    walk(root, 0)
  } catch (error) {
    throw diskError(error)
  }
  return files.toSorted()
}

const describes = /^(readme|licen[cs]e|notice|changelog|citation|contributing|authors|dataset_?card)\b[^/]*$/i

/** Beside rows, a README and its like are about the dataset and no part of it; on their own they are what was asked for. */
function withoutDescriptions(
  found: readonly InputFile[],
  ignored: { name: string; why: string }[],
): readonly InputFile[] {
  const isDescription = ({ name, type }: InputFile) =>
    ['document', 'text'].includes(type) && describes.test(name.split('/').at(-1) ?? '')
  if (found.every(isDescription)) return found
  for (const { name } of found.filter(isDescription)) ignored.push({ name, why: 'about the dataset, not rows of it' })
  return found.filter(file => !isDescription(file))
}

/** Mixing a test set into training data is the worst silent mistake there is: several splits need a decision. */
function chooseSplit(files: readonly InputFile[], split: string | undefined): readonly InputFile[] {
  if (split === 'all' || files.length < 2) return files
  const bySplit = Map.groupBy(files, file => splitOf(file.name) ?? 'other')
  if (split !== undefined) {
    const chosen = bySplit.get(split)
    if (chosen) return chosen
    throw new AppError('not_found', `There are no files of the split ${split}.`, {
      hint: `There are ${[...bySplit.keys()].join(', ')}.`,
      details: { splits: [...bySplit.keys()] },
    })
  }
  const named = [...bySplit.keys()].filter(name => name !== 'other')
  if (named.length < 2) return files
  const counts = [...bySplit].map(([name, group]) => `${name} (${group.length} files)`).join(', ')
  throw new AppError('invalid_input', `There are several splits here: ${counts}.`, {
    hint: 'Import each on its own with --split NAME, or mix them on purpose with --split all.',
    details: { splits: [...bySplit.keys()] },
  })
}
