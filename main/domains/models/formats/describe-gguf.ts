import { adapterOfTensors } from './adapter.ts'
import { checked } from './chat-template.ts'
import type { Described } from './describe-safetensors.ts'
import type { AdapterFacts, GgufFacts, Tensor } from './facts.ts'
import type { Folder, Member } from './folder.ts'
import { ggufFileTypes } from './ggml-types.ts'
import { type GgufHeader, readGguf } from './gguf.ts'
import { type GgufKeys, ggufKeys } from './gguf-keys.ts'
import { assertLoadable } from './gguf-requirements.ts'
import type { Reading } from './limits.ts'
import { type Surroundings, surroundingsOf } from './model-folder.ts'
import { elementsOf, mainDtype, toExact } from './parameter-count.ts'
import { refuse, refuseSize } from './refuse.ts'
import { printable, withFile } from './regular-file.ts'

/** Set by quantisers that guessed the file type: `LLAMA_FTYPE_GUESSED`. */
const guessedFlag = 1_024

/** A GGUF model in one file or in parts (`name-00001-of-00003.gguf`, in order). */
export async function describeGguf(
  folder: Folder,
  parts: readonly Member[],
  path: string,
  reading: Reading,
): Promise<Described<GgufFacts | AdapterFacts>> {
  const headers: GgufHeader[] = []
  for (const part of parts) {
    headers.push(await withFile(part.location, part.path, reading, file => readGguf(file, reading)))
  }
  const [header] = headers
  const [first] = parts
  if (header === undefined || first === undefined) throw refuse('model', 'it has no files.')
  assertParts(parts, headers)
  const tensors = uniqueTensors(headers, reading)
  const keys = ggufKeys(header, first.path)
  const around = await surroundingsOf(folder, parts, path, reading)
  const said = {
    ...around,
    name: printable(keys.text('general.name') ?? around.name) || around.name,
    licence: licenceOf(keys, header) ?? around.licence,
    parameterCount: toExact(tensors.reduce((sum, tensor) => sum + elementsOf(tensor), 0n)),
    tensorCount: tensors.length,
    architecture: keys.architecture,
    dtype: mainDtype(tensors),
  }
  if (keys.text('general.type') === 'adapter') return { facts: adapterFacts(said, keys, header, tensors), tensors }

  const purpose = purposeOf(keys, tensors)
  if (purpose === 'model') assertLoadable(keys, tensors, first.path)
  const facts: GgufFacts = {
    format: 'gguf',
    ...said,
    version: header.version,
    purpose,
    quantisation: quantisationOf(keys, said.dtype, around.weightsBytes, said.parameterCount),
    dimensions: dimensionsOf(keys, tensors),
    ...templatesOf(keys, header, first.path, reading),
  }
  return { facts, tensors }
}

type Counted = Surroundings & {
  readonly parameterCount: number
  readonly tensorCount: number
  readonly architecture: string
}

function adapterFacts(said: Counted, keys: GgufKeys, header: GgufHeader, tensors: readonly Tensor[]): AdapterFacts {
  const alpha = header.values.get('adapter.lora.alpha')
  return {
    format: 'adapter',
    container: 'gguf',
    ...said,
    method: printable(keys.text('adapter.type') ?? 'unknown').toUpperCase(),
    ...adapterOfTensors(tensors),
    alpha: alpha?.type === 'f32' && typeof alpha.value === 'number' ? alpha.value : undefined,
    baseModel: keys.text('general.base_model.0.repo_url') ?? keys.text('general.base_model.0.name'),
    dimensions: {},
  }
}

function purposeOf(keys: GgufKeys, tensors: readonly Tensor[]): GgufFacts['purpose'] {
  if (keys.architecture === 'clip' || keys.text('general.type') === 'mmproj') return 'projector'
  return tensors.length === 0 ? 'vocabulary' : 'model'
}

/** The parts must be those of one model, in order, and complete: `split.no`, `split.count`, `split.tensors.count`. */
function assertParts(parts: readonly Member[], headers: readonly GgufHeader[]): void {
  const number = (header: GgufHeader, key: string): number | undefined => {
    const value = header.values.get(key)
    return value?.type !== 'array' && typeof value?.value === 'number' ? value.value : undefined
  }
  headers.forEach((header, index) => {
    const file = parts[index]?.path ?? 'model'
    const count = number(header, 'split.count') ?? 1
    if (Math.max(count, 1) !== parts.length) {
      throw refuse(
        file,
        `it says it is one of ${count} parts, but ${parts.length} ${parts.length === 1 ? 'is' : 'are'} here.`,
        'Keep all parts in one folder under their own names (…-00001-of-00003.gguf) and name the first.',
      )
    }
    const place = number(header, 'split.no')
    if (parts.length > 1 && place !== index)
      throw refuse(file, `it says it is part ${place}, but its name says ${index}.`)
  })
  const [first] = headers
  const claimed = first && number(first, 'split.tensors.count')
  const found = headers.reduce((sum, header) => sum + header.tensors.length, 0)
  if (parts.length > 1 && claimed !== undefined && claimed !== found) {
    throw refuse(parts[0]?.path ?? 'model', `the model should have ${claimed} tensors, but its parts have ${found}.`)
  }
}

function uniqueTensors(headers: readonly GgufHeader[], { limits }: Reading): readonly Tensor[] {
  const tensors = headers.flatMap(header => header.tensors)
  const names = new Set<string>()
  for (const { name, file } of tensors) {
    if (names.has(name)) throw refuse(file, `tensor "${printable(name)}" is in another part as well.`)
    names.add(name)
  }
  const [first] = tensors
  if (tensors.length > limits.tensors)
    throw refuseSize(first?.file ?? 'model', `the model has ${tensors.length} tensors.`)
  return tensors
}

function quantisationOf(
  keys: GgufKeys,
  dtype: string | undefined,
  weightsBytes: number,
  parameterCount: number,
): GgufFacts['quantisation'] {
  const stated = keys.integer('general.file_type')
  const method = (stated === undefined ? undefined : ggufFileTypes.get(stated & ~guessedFlag)) ?? dtype
  if (method === undefined || /^(F|BF)\d+$/.test(method) || parameterCount === 0) return undefined
  return { method, bitsPerWeight: Math.round((weightsBytes * 800) / parameterCount) / 100 }
}

function dimensionsOf(keys: GgufKeys, tensors: readonly Tensor[]): GgufFacts['dimensions'] {
  const { own, perLayer, array } = keys
  const largest = (key: string): number | undefined => {
    const most = Math.max(0, ...(perLayer(key) ?? []))
    return most > 0 ? most : undefined
  }
  const hiddenSize = own('embedding_length')
  const heads = largest('attention.head_count')
  const hasOutput = tensors.some(({ name }) => name === 'output.weight')
  return {
    contextLength: own('context_length'),
    layers: own('block_count'),
    hiddenSize,
    heads,
    kvHeads: largest('attention.head_count_kv') ?? heads,
    headSize: own('attention.key_length') ?? (hiddenSize && heads ? Math.floor(hiddenSize / heads) : undefined),
    feedForwardSize: largest('feed_forward_length'),
    vocabSize: array('tokenizer.ggml.tokens')?.count ?? own('vocab_size'),
    experts: own('expert_count') || undefined,
    expertsPerToken: largest('expert_used_count'),
    slidingWindow: largest('attention.sliding_window'),
    tiedEmbeddings: tensors.some(({ name }) => name === 'token_embd.weight') ? !hasOutput : undefined,
  }
}

function templatesOf(
  keys: GgufKeys,
  { values }: GgufHeader,
  file: string,
  { limits }: Reading,
): Pick<GgufFacts, 'chatTemplate' | 'chatTemplates'> {
  const prefix = 'tokenizer.chat_template'
  const templates = new Map<string, string>()
  for (const key of values.keys()) {
    if (key !== prefix && !key.startsWith(`${prefix}.`)) continue
    const text = keys.text(key)
    if (text !== undefined) templates.set(key.slice(prefix.length + 1), checked(text, file, limits.chatTemplateBytes))
  }
  const chatTemplate = templates.get('')
  templates.delete('')
  return { chatTemplate, chatTemplates: Object.fromEntries(templates) }
}

function licenceOf(keys: GgufKeys, { values }: GgufHeader): string | undefined {
  const value = values.get('general.license')
  const text = value?.type === 'array' ? undefined : (keys.text('general.license.name') ?? keys.text('general.license'))
  return text ? printable(text).slice(0, 100) : undefined
}
