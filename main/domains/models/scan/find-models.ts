import { basename, dirname, join, resolve } from 'node:path'
import { AppError, type ErrorBody } from '../../../contract/errors.ts'
import type { ModelFacts } from '../formats/facts.ts'
import { type InspectOptions, inspectModel } from '../formats/inspect.ts'
import { defaultLimits, type Reading } from '../formats/limits.ts'
import { printable } from '../formats/regular-file.ts'
import type { KnownStore } from './known-stores.ts'
import { ollamaName, readOllamaManifest } from './ollama-store.ts'
import { defaultWalkLimits, type FoundFile, type FoundFolder, type WalkLimits, walkFolders } from './walk.ts'

/** A model that lies somewhere on the machine. Nothing was copied, and only its headers were read. */
export type FoundModel = {
  /** What to give to an import: a folder or a file, absolute. */
  readonly path: string
  /** `org/name`, `llama3:8b`, or what its folder or file is called. */
  readonly name: string
  readonly store: KnownStore['kind'] | 'folder'
  /** The commit of a Hugging Face snapshot. */
  readonly revision?: string | undefined
  /** Other names and places that lead to the same bytes: links, tags, another program's store. */
  readonly duplicates: readonly Pick<FoundModel, 'name' | 'path'>[]
  readonly sizeBytes: number
} & ({ readonly facts: ModelFacts } | { readonly problem: ErrorBody })

export type FindProgress = {
  readonly folders: number
  readonly entries: number
  /** Models seen so far, read or not. */
  readonly candidates: number
  readonly warnings: readonly string[]
}

export type FindOptions = {
  readonly signal?: AbortSignal | undefined
  /** Called now and then while folders are walked, and once when the walk is done. */
  readonly onProgress?: ((progress: FindProgress) => void) | undefined
  readonly limits?: Partial<WalkLimits>
  readonly inspect?: InspectOptions
}

/** A place where a model seems to be, before it is read. */
type Candidate = Pick<FoundModel, 'path' | 'name' | 'store' | 'revision' | 'sizeBytes'> & {
  /** Of its main file: two candidates with the same are the same model. */
  readonly identity: string
  readonly problem?: ErrorBody
}

const maxCandidates = 100_000
const maxWarnings = 1_000
const foldersPerProgress = 200

/**
 * Finds the models in any folders, and in the stores of other programs below them: Hugging Face caches, Ollama's and
 * LM Studio's. It walks first (so that one model under several names becomes one result) and then reads headers, model by
 * model; a model that cannot be read is a result with its `problem`. Ends early only when `signal` aborts.
 */
export async function* findModels(
  dirs: readonly (string | KnownStore)[],
  options: FindOptions = {},
): AsyncGenerator<FoundModel, void> {
  const candidates = await findCandidates(dirs, options)
  for (const [{ identity: _, problem, ...candidate }, duplicates] of candidates) {
    options.signal?.throwIfAborted()
    const found = { ...candidate, duplicates }
    if (problem !== undefined) {
      yield { ...found, problem }
      continue
    }
    try {
      const facts = await inspectModel(candidate.path, { ...options.inspect, signal: options.signal })
      if (facts.format === 'gguf' && facts.purpose !== 'model') continue
      yield { ...found, sizeBytes: facts.weightsBytes, facts }
    } catch (error) {
      options.signal?.throwIfAborted()
      if (!(error instanceof AppError)) throw error
      yield { ...found, problem: error.toBody() }
    }
  }
}

async function findCandidates(
  dirs: readonly (string | KnownStore)[],
  { signal, onProgress, limits, inspect }: FindOptions,
): Promise<readonly (readonly [Candidate, FoundModel['duplicates']])[]> {
  const byIdentity = new Map<
    string,
    { readonly candidate: Candidate; readonly duplicates: Pick<FoundModel, 'name' | 'path'>[] }
  >()
  const warnings: string[] = []
  let folders = 0
  let entries = 0
  const reading: Reading = { limits: { ...defaultLimits, ...inspect?.limits }, signal }
  const progress = () => onProgress?.({ folders, entries, candidates: byIdentity.size, warnings: [...warnings] })
  const warn = (message: string): void => {
    if (warnings.length < maxWarnings) warnings.push(message)
  }
  const add = (candidate: Candidate): void => {
    const known = byIdentity.get(candidate.identity)
    if (known !== undefined) known.duplicates.push({ name: candidate.name, path: candidate.path })
    else if (byIdentity.size < maxCandidates) byIdentity.set(candidate.identity, { candidate, duplicates: [] })
  }

  const seen = new Set<string>()
  const configured = new Set<string>()
  for (const dir of dirs) {
    const start = resolve(typeof dir === 'string' ? dir : dir.path)
    const store = typeof dir === 'string' ? 'folder' : dir.kind
    const context = {
      limits: { ...defaultWalkLimits, ...limits },
      signal,
      warn,
      seen,
      onFolder: (count: number) => {
        folders += 1
        entries += count
        if (folders % foldersPerProgress === 0) progress()
      },
    }
    await walkFolders(start, context, async folder => {
      if (isOllamaRoot(folder)) {
        for (const candidate of await ollamaCandidates(folder, context, reading)) add(candidate)
        return false
      }
      // Blobs are the bytes behind a cache's snapshots: they are met there, under their names.
      if (basename(folder.path) === 'blobs' && /^(models|datasets|spaces)--/.test(basename(dirname(folder.path))))
        return false
      if (/^(datasets|spaces)--/.test(basename(folder.path))) return false
      for (const candidate of folderCandidates(folder, store, warn, configured)) add(candidate)
      return true
    })
  }
  progress()
  return [...byIdentity.values()].map(({ candidate, duplicates }) => [candidate, duplicates])
}

const isOllamaRoot = ({ folders }: FoundFolder): boolean => {
  const names = new Set(folders.map(path => basename(path)))
  return names.has('manifests') && names.has('blobs')
}

async function ollamaCandidates(
  root: FoundFolder,
  context: Parameters<typeof walkFolders>[1],
  reading: Reading,
): Promise<readonly Candidate[]> {
  const found: Candidate[] = []
  await walkFolders(join(root.path, 'manifests'), context, async folder => {
    for (const file of folder.files) {
      const path = file.path.slice(root.path.length + 1).replaceAll('\\', '/')
      const name = ollamaName(path)
      if (name === undefined) continue
      const common = { name, store: 'ollama' as const, revision: undefined }
      try {
        const model = await readOllamaManifest(
          root.path,
          { path, location: file.location, sizeBytes: file.sizeBytes },
          name,
          reading,
        )
        found.push({ ...common, path: model.path, sizeBytes: model.sizeBytes, identity: model.identity })
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        found.push({ ...common, path: file.path, sizeBytes: 0, identity: file.identity, problem: error.toBody() })
      }
    }
    return true
  })
  return found
}

/**
 * The models that lie directly in a folder: the folder itself, or each file that is a model of its own. `configured` keeps
 * the folders with a config and no weights, for an `onnx/` below that belongs to them.
 */
function folderCandidates(
  folder: FoundFolder,
  store: FoundModel['store'],
  warn: (message: string) => void,
  configured: Set<string>,
): readonly Candidate[] {
  const weights = folder.files.filter(({ path }) => /\.(safetensors|gguf|onnx)$/i.test(path))
  const usable = weights.filter(file => {
    if (file.isPlaceholder) warn(`${printable(file.path)} is left out: only a placeholder of it is on this disk.`)
    return !file.isPlaceholder
  })
  const isOnnxPart = basename(folder.path) === 'onnx' && configured.has(dirname(folder.path))
  const path = isOnnxPart ? dirname(folder.path) : folder.path
  const { name, revision, kind } = storeNames(path)
  const common = { store: kind ?? store, revision }
  const byExtension = (extension: string) => usable.filter(({ path }) => path.toLowerCase().endsWith(extension))

  const safetensors = byExtension('.safetensors')
  const names = new Set(folder.files.map(({ path }) => basename(path)))
  const isFolderModel =
    names.has('config.json') ||
    names.has('adapter_config.json') ||
    [...names].some(file => file.endsWith('.safetensors.index.json'))
  const candidates: Candidate[] = []
  const asFolder = (files: readonly FoundFile[]): void => {
    const [main] = files
    if (main === undefined) return
    candidates.push({ ...common, path, name, sizeBytes: sum(files), identity: main.identity })
  }
  const asFiles = (files: readonly FoundFile[]): void => {
    for (const parts of Map.groupBy(files, ({ path }) => path.replace(/-\d{5}-of-\d{5}(?=\.\w+$)/, '')).values()) {
      const [main] = parts
      if (main === undefined) continue
      candidates.push({
        ...common,
        path: main.path,
        name: fileName(main.path),
        sizeBytes: sum(parts),
        identity: main.identity,
      })
    }
  }
  if (isFolderModel && safetensors.length > 0) asFolder(safetensors)
  else asFiles(safetensors)
  asFiles(byExtension('.gguf').filter(({ path }) => !/mmproj/i.test(basename(path))))

  const onnx = byExtension('.onnx')
  if (isOnnxPart || (isFolderModel && safetensors.length === 0)) asFolder(onnx)
  else asFiles(onnx)
  if (names.has('config.json') && weights.length === 0) configured.add(folder.path)
  if (candidates.length === 0 && weights.length === 0 && names.has('config.json')) {
    // Weights of PyTorch alone: shown as what they are, "contains code".
    asFolder(folder.files.filter(({ path }) => /(^|[/\\])(pytorch_model.*\.bin|.*\.(pt|pth|ckpt))$/.test(path)))
  }
  return candidates
}

const sum = (files: readonly FoundFile[]): number => files.reduce((bytes, file) => bytes + file.sizeBytes, 0)
const fileName = (path: string): string => printable(basename(path).replace(/(-\d{5}-of-\d{5})?\.\w+$/, ''))

/** `…/models--org--name/snapshots/<commit>` is called `org/name`; anything else by its folder. */
function storeNames(path: string): {
  readonly name: string
  readonly revision?: string
  readonly kind?: 'huggingface'
} {
  const [, repository, revision] = /[/\\]models--([^/\\]+)[/\\]snapshots[/\\]([^/\\]+)/.exec(path) ?? []
  if (repository === undefined || revision === undefined) return { name: printable(basename(path)) }
  return { name: printable(repository.replaceAll('--', '/')), revision, kind: 'huggingface' }
}
