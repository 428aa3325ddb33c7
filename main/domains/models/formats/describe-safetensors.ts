import { adapterWarnings, readAdapterConfig } from './adapter.ts'
import { readChatTemplate } from './chat-template.ts'
import type { AdapterFacts, CodeFinding, SafetensorsFacts, Tensor } from './facts.ts'
import type { Folder, Member } from './folder.ts'
import { codeReferences, quantisationOf, readConfig } from './hf-config.ts'
import type { Reading } from './limits.ts'
import { readJsonFile, surroundingsOf } from './model-folder.ts'
import { countParameters, mainDtype } from './parameter-count.ts'
import { refuse } from './refuse.ts'
import { assertComplete, readSafetensorsFiles, readSharded, type Weights } from './sharded-safetensors.ts'

/** A model as its facts and its tensors; both come from one reading of the headers. */
export type Described<F> = { readonly facts: F; readonly tensors: readonly Tensor[] }

/** Where the weights are: one file, parts without an index, or an index and the parts that it names. */
export type SafetensorsSource = { readonly index: Member } | { readonly files: readonly Member[] }

/** A Hugging Face folder, or a single safetensors file without one. */
export async function describeSafetensors(
  folder: Folder,
  source: SafetensorsSource,
  path: string,
  reading: Reading,
): Promise<Described<SafetensorsFacts>> {
  const { tensors, members } = await readWeights(folder, source, reading)
  const around = await surroundingsOf(folder, members, path, reading)
  const config = await readJsonFile(folder, 'config.json', reading)
  const tokenizerConfig = await readJsonFile(folder, 'tokenizer_config.json', reading)
  const said = config === undefined ? undefined : readConfig(config)
  const dimensions = said?.dimensions ?? {}
  const parameterCount = countParameters(tensors, said?.packing, dimensions.tiedEmbeddings)
  const references: readonly CodeFinding[] = [
    ...(said?.codeReferences ?? []).map(name => ({ path: 'config.json', reason: `names Python to import: ${name}` })),
    ...(tokenizerConfig === undefined ? [] : codeReferences(tokenizerConfig)).map(name => ({
      path: 'tokenizer_config.json',
      reason: `names Python to import: ${name}`,
    })),
  ]
  const facts: SafetensorsFacts = {
    format: 'safetensors',
    ...around,
    architecture: said?.architecture,
    dtype: said?.packing === undefined ? mainDtype(tensors) : (said.dtype ?? mainDtype(tensors)),
    quantisation: said?.packing && quantisationOf(said.packing, around.weightsBytes, parameterCount),
    dimensions,
    parameterCount,
    tensorCount: tensors.length,
    chatTemplate: await readChatTemplate(folder, tokenizerConfig, reading),
    containsCode: [...around.containsCode, ...references],
    warnings: [
      ...around.warnings,
      ...(config === undefined
        ? ['There is no config.json: name the whole folder, or the model cannot be loaded.']
        : []),
      ...vocabularyWarnings(tensors, dimensions.vocabSize),
    ],
  }
  return { facts, tensors }
}

/** A PEFT adapter folder. */
export async function describeAdapter(
  folder: Folder,
  source: SafetensorsSource,
  path: string,
  reading: Reading,
): Promise<Described<AdapterFacts>> {
  const { tensors, members } = await readWeights(folder, source, reading)
  const config = await readJsonFile(folder, 'adapter_config.json', reading)
  if (config === undefined) throw refuse('adapter_config.json', 'it is missing.')
  const adapter = readAdapterConfig(config, 'adapter_config.json')
  const around = await surroundingsOf(folder, members, path, reading)
  const { method, rank, alpha, targets, baseModel } = adapter
  const facts: AdapterFacts = {
    format: 'adapter',
    container: 'safetensors',
    ...around,
    method,
    rank,
    alpha,
    targets,
    baseModel,
    dtype: mainDtype(tensors),
    dimensions: {},
    parameterCount: countParameters(tensors),
    tensorCount: tensors.length,
    chatTemplate: await readChatTemplate(folder, await readJsonFile(folder, 'tokenizer_config.json', reading), reading),
    warnings: [...around.warnings, ...adapterWarnings(adapter, tensors)],
  }
  return { facts, tensors }
}

async function readWeights(folder: Folder, source: SafetensorsSource, reading: Reading): Promise<Weights> {
  if ('index' in source) return readSharded(folder, source.index, reading)
  assertComplete(source.files, 'safetensors')
  return readSafetensorsFiles(source.files, reading)
}

/** A vocabulary that does not fit the embedding makes a model fail when it is loaded, or answer nonsense. */
function vocabularyWarnings(tensors: readonly Tensor[], vocabSize: number | undefined): readonly string[] {
  const embedding = tensors.find(({ name }) => /(^|\.)(embed_tokens|wte|word_embeddings|embed_in)\.weight$/.test(name))
  const rows = embedding?.shape.length === 2 ? embedding.shape[0] : undefined
  if (rows === undefined || vocabSize === undefined || rows === vocabSize) return []
  return [`config.json says ${vocabSize} tokens, but the embedding has ${rows}.`]
}
