import { extname } from 'node:path'
import type { FileHint } from '../../contract/files.ts'

const byExtension: ReadonlyMap<string, FileHint> = new Map([
  ['.gguf', 'model'],
  ['.safetensors', 'model'],
  ['.onnx', 'model'],
  ['.jsonl', 'dataset'],
  ['.ndjson', 'dataset'],
  ['.json', 'dataset'],
  ['.csv', 'dataset'],
  ['.tsv', 'dataset'],
  ['.parquet', 'dataset'],
  ['.txt', 'dataset'],
  ['.ipynb', 'notebook'],
  ['.zip', 'archive'],
  ['.tar', 'archive'],
  ['.tgz', 'archive'],
  ['.gz', 'archive'],
])

/** JSON files that describe a model: no rows are in them. */
const partsOfModels = new Set([
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.json',
  'adapter_config.json',
  'model.safetensors.index.json',
])

/** What a file probably is, by its name alone. */
export const hintOfFile = (name: string): FileHint | undefined =>
  partsOfModels.has(name) ? undefined : byExtension.get(extname(name).toLowerCase())

/** Files by which a model's folder is known; the first that is there decides. */
export const signsOfModels: readonly (readonly [name: string, hint: FileHint])[] = [
  ['adapter_config.json', 'adapter'],
  ['config.json', 'model'],
]
