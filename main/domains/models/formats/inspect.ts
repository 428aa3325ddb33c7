import { basename, dirname, resolve } from 'node:path'
import { AppError } from '../../../contract/errors.ts'
import { codeReason, extensionOf } from './code-signals.ts'
import { describeGguf } from './describe-gguf.ts'
import { describeOnnx } from './describe-onnx.ts'
import { type Described, describeAdapter, describeSafetensors, type SafetensorsSource } from './describe-safetensors.ts'
import type { ModelFacts, Tensor } from './facts.ts'
import { assertUsable, type Folder, kindOfPath, listFolder, type Member, memberOf, realPathOf } from './folder.ts'
import { defaultLimits, type Limits, type Reading } from './limits.ts'
import { surroundingsOf } from './model-folder.ts'
import { refuse, unsupported } from './refuse.ts'
import { printable, withFile } from './regular-file.ts'

export type InspectOptions = {
  /** Limits to raise; the defaults hold every known model. */
  readonly limits?: Partial<Limits>
  readonly signal?: AbortSignal | undefined
  readonly onRead?: ((sizeBytes: number) => void) | undefined
}

/**
 * Reads what a model's files say about it, from their headers alone: nothing is loaded, unpickled or run, nothing outside
 * the model's folder is opened, and memory and time do not follow what a file claims.
 *
 * `path` is a model file (of a split GGUF any part) or a folder with one model; a link is followed to where it leads.
 * Throws `invalid_input` for a damaged or dishonest file, `too_large` beyond the limits, `unsupported` for a format
 * without a reader, `not_found`, `forbidden`, and `missing_requirement` for files that are not on this disk yet.
 */
export const inspectModel = async (path: string, options: InspectOptions = {}): Promise<ModelFacts> =>
  (await describe(path, options)).facts

/** Every tensor of the model at `path` (for an adapter: its own). Throws as `inspectModel`, and `unsupported` for pickles. */
export async function tensorsOf(path: string, options: InspectOptions = {}): Promise<readonly Tensor[]> {
  const { facts, tensors } = await describe(path, options)
  if (facts.format === 'pickle')
    throw unsupported(facts.name, 'its tensors cannot be listed without running its code.', saferFormat)
  return tensors
}

const saferFormat = 'Get the model as safetensors or GGUF.'

async function describe(path: string, { limits, signal, onRead }: InspectOptions): Promise<Described<ModelFacts>> {
  const reading: Reading = { limits: { ...defaultLimits, ...limits }, signal, onRead }
  const absolute = resolve(path)
  const kind = await kindOfPath(absolute)
  const isFolder = kind === 'folder' || (kind === 'link' && (await kindOfPath(await realPathOf(absolute))) === 'folder')
  return isFolder
    ? describeFolder(await listFolder(absolute, reading), absolute, reading)
    : describeFile(absolute, reading)
}

async function describeFile(path: string, reading: Reading): Promise<Described<ModelFacts>> {
  const root = await realPathOf(dirname(path))
  const name = basename(path)
  // A file that is named itself may be a link to anywhere; the names that it mentions may not.
  const location = await realPathOf(path)
  const { sizeBytes, head } = await withFile(location, name, reading, async file => ({
    sizeBytes: file.sizeBytes,
    head: await file.read(0, Math.min(file.sizeBytes, 16)),
  }))
  if (sizeBytes === 0) throw refuse(name, 'it is empty.')
  const member: Member = { path: name, location, sizeBytes }
  const alone: Folder = { root, members: [member], unusable: new Map() }
  const extension = extensionOf(name)
  if (extension === 'safetensors') return describeSafetensors(alone, { files: [member] }, path, reading)
  if (extension === 'gguf' || head.toString('latin1', 0, 4) === 'GGUF') {
    const parts = await ggufParts(root, member)
    return describeGguf({ ...alone, members: parts }, parts, path, reading)
  }
  if (/^(lmgg|tjgg|fmgg|algg)/.test(head.toString('latin1'))) {
    throw unsupported(name, 'it is a GGML file from before GGUF.', 'Get the model as GGUF.')
  }
  const code = await codeReason(member, reading)
  if (extension === 'onnx') {
    if (code !== undefined) throw refuse(name, `it is no ONNX model but a ${code}.`, 'Do not load it anywhere.')
    return describeOnnx(alone, member, path, reading)
  }
  if (code !== undefined) return describePickle(alone, [member], path, reading)
  if (sizeBytes >= 10 && head[8] === 0x7b && head.readUInt32LE(4) === 0) {
    return describeSafetensors(alone, { files: [member] }, path, reading)
  }
  throw unsupported(printable(name), 'it is no model file that Slipway knows.', formatsHint)
}

const formatsHint =
  'Slipway reads safetensors, GGUF, ONNX and PEFT adapters: name such a file or the folder that holds it.'

async function describeFolder(folder: Folder, path: string, reading: Reading): Promise<Described<ModelFacts>> {
  const top = folder.members.filter(member => !member.path.includes('/'))
  const has = (name: string) => top.some(member => member.path === name)
  assertUsable(
    folder,
    /^([^/]+\.(safetensors|gguf|onnx|index\.json)|(adapter_|tokenizer_)?config\.json|chat_template\.\w+)$/,
  )

  if (has('adapter_config.json')) {
    const weights = top.filter(member => /^adapter_model.*\.safetensors$/.test(member.path))
    if (weights.length > 0) return describeAdapter(folder, safetensorsSource(top, weights), path, reading)
  }
  const safetensors = top.filter(member => extensionOf(member.path) === 'safetensors')
  if (safetensors.length > 0 || top.some(member => member.path.endsWith('.safetensors.index.json'))) {
    return describeSafetensors(folder, safetensorsSource(top, safetensors), path, reading)
  }
  const ggufs = top.filter(member => extensionOf(member.path) === 'gguf')
  if (ggufs.length > 0) return describeGguf(folder, onlyGguf(ggufs), path, reading)

  const onnx = onlyOnnx(folder.members.filter(member => extensionOf(member.path) === 'onnx'))
  if (onnx !== undefined) return describeOnnx(folder, onnx, path, reading)

  if (has('model_index.json')) {
    throw unsupported(
      basename(path),
      'it is a Diffusers pipeline of several models.',
      'Name the folder of one of its parts.',
    )
  }
  const pickles: Member[] = []
  for (const member of top) {
    if (/\.(py|ipynb|sh|js|bat|ps1)$/i.test(member.path)) continue
    if ((await codeReason(member, reading)) !== undefined) pickles.push(member)
  }
  if (pickles.length > 0) return describePickle(folder, pickles, path, reading)
  assertUsable(folder, /^[^/]+$/)
  throw unsupported(printable(basename(path)), 'there is no model in this folder.', formatsHint)
}

async function describePickle(
  folder: Folder,
  weights: readonly Member[],
  path: string,
  reading: Reading,
): Promise<Described<ModelFacts>> {
  const around = await surroundingsOf(folder, weights, path, reading)
  const warning = `This model can only be read by running code that is in it, so Slipway lists it and never loads it. ${saferFormat}`
  return {
    facts: { format: 'pickle', ...around, dimensions: {}, warnings: [warning, ...around.warnings] },
    tensors: [],
  }
}

/** Which of a folder's safetensors files are the model: what an index names, `model.safetensors`, or the parts of one name. */
function safetensorsSource(top: readonly Member[], files: readonly Member[]): SafetensorsSource {
  const indexes = top.filter(member => member.path.endsWith('.safetensors.index.json'))
  const index =
    indexes.find(({ path }) => path === 'model.safetensors.index.json') ??
    (indexes.length === 1 ? indexes[0] : undefined)
  const single = files.find(({ path }) => path === 'model.safetensors' || path === 'adapter_model.safetensors')
  if (index !== undefined && single === undefined) return { index }
  if (single !== undefined) return { files: [single] }
  const [first] = files
  if (first === undefined)
    throw refuse(indexes[0]?.path ?? 'model', 'several indexes are here, but no weights that are meant.')
  const stems = new Set(files.map(({ path }) => path.replace(/-\d{5}-of-\d{5}(?=\.safetensors$)/, '')))
  if (stems.size > 1) throw several(files.map(({ path }) => path))
  return { files }
}

/** The parts of the one GGUF model in a folder; vision and audio halves (`mmproj`) are companions, not models. */
function onlyGguf(files: readonly Member[]): readonly Member[] {
  const own = files.filter(({ path }) => !/mmproj/i.test(path))
  const models = own.length > 0 ? own : files
  const stems = Map.groupBy(models, ({ path }) => path.replace(splitName, ''))
  const [parts, ...others] = [...stems.values()]
  if (parts === undefined || others.length > 0)
    throw several([...stems.values()].flatMap(([first]) => first?.path ?? []))
  return completeParts(parts)
}

const splitName = /-\d{5}-of-\d{5}\.gguf$/

function completeParts(parts: readonly Member[]): readonly Member[] {
  const [first] = parts
  const names = first === undefined ? [] : partNames(first.path)
  return names.map(name => {
    const part = parts.find(({ path }) => path === name)
    if (part === undefined) throw refuse(printable(name), 'this part of the model is missing.')
    return part
  })
}

/** All names of the split model that `name` is a part of; only itself when it is none. */
function partNames(name: string): readonly string[] {
  const count = Number(/-of-(\d{5})\.gguf$/.exec(name.match(splitName)?.[0] ?? '')?.[1] ?? 1)
  if (!splitName.test(name)) return [name]
  if (count < 1 || count > 2_000) throw refuse(printable(name), `its name claims ${count} parts.`)
  const stem = name.replace(splitName, '')
  const five = (number: number): string => String(number).padStart(5, '0')
  return Array.from({ length: count }, (_, index) => `${stem}-${five(index + 1)}-of-${five(count)}.gguf`)
}

async function ggufParts(root: string, member: Member): Promise<readonly Member[]> {
  const parts: Member[] = []
  for (const name of partNames(member.path)) {
    const part = name === member.path ? member : await sibling(root, member, name)
    if (typeof part === 'string') throw refuse(printable(name), `this part of the model cannot be used: ${part}.`)
    parts.push(part)
  }
  return parts
}

/** Another part, beside the named file or beside the file that it links to. */
async function sibling(root: string, member: Member, name: string): Promise<Member | string> {
  const beside = await memberOf(root, name)
  const target = dirname(member.location)
  if (typeof beside !== 'string' || target === root) return beside
  const linked = await memberOf(target, name)
  return typeof linked === 'string' ? beside : linked
}

/** A folder's main ONNX file: exporters write `model.onnx`, in the folder or in `onnx/`, beside its quantised forms. */
function onlyOnnx(files: readonly Member[]): Member | undefined {
  const preferred = ['model.onnx', 'onnx/model.onnx', 'decoder_model_merged.onnx', 'onnx/decoder_model_merged.onnx']
  const main = preferred.map(name => files.find(({ path }) => path === name)).find(file => file !== undefined)
  if (main !== undefined || files.length < 2) return main ?? files[0]
  throw several(files.map(({ path }) => path))
}

const several = (names: readonly string[]): AppError =>
  new AppError('invalid_input', `There are ${names.length} models in this folder.`, {
    hint: 'Name the file of one of them.',
    details: { files: names.slice(0, 50).map(printable) },
  })
