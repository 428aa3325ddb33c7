import { basename, dirname } from 'node:path'
import { extensionOf, findCode } from './code-signals.ts'
import type { CodeFinding, FileRole, ModelFile } from './facts.ts'
import { type Folder, isInside, type Member, ownBlobs } from './folder.ts'
import { readLicence } from './licence.ts'
import type { Reading } from './limits.ts'
import { printable, readWhole } from './regular-file.ts'
import { type JsonObject, parseJsonObject } from './strict-json.ts'

/** What every format's facts have in common, gathered from the folder around the weights. */
export type Surroundings = {
  readonly path: string
  readonly name: string
  readonly files: readonly ModelFile[]
  readonly sizeBytes: number
  readonly weightsBytes: number
  readonly licence: string | undefined
  readonly containsCode: readonly CodeFinding[]
  readonly warnings: readonly string[]
}

const rolePatterns: readonly (readonly [RegExp, FileRole])[] = [
  [/\.index\.json$/, 'index'],
  [/(^|\/)chat_template\.(jinja|json)$|additional_chat_templates\//, 'chat-template'],
  [
    /(^|\/)(tokenizer[\w.-]*|vocab\.(json|txt)|merges\.txt|special_tokens_map\.json|added_tokens\.json|spiece\.model|[\w.-]*\.(spm|bpe|tiktoken)|tekken\.json)$/,
    'tokenizer',
  ],
  [/(^|\/)readme\.md$/i, 'card'],
  [/(^|\/)(licen[cs]e|copying|notice|use_policy)[\w.-]*$/i, 'licence'],
  [/\.(safetensors|gguf|onnx|onnx_data)$/, 'weights'],
  [/(config|preprocessor|processor|modules)[\w.-]*\.json$/, 'config'],
]

/** `weights`: the files that hold this model's numbers; others of the folder may belong to another form of it. */
export async function surroundingsOf(
  folder: Folder,
  weights: readonly Member[],
  path: string,
  reading: Reading,
): Promise<Surroundings> {
  const containsCode = await findCode(folder, reading)
  const code = new Set(containsCode.map(finding => finding.path))
  const weightPaths = new Set(weights.map(member => member.path))
  const roleOf = (name: string): FileRole =>
    weightPaths.has(name)
      ? 'weights'
      : code.has(name)
        ? 'code'
        : (rolePatterns.find(([pattern]) => pattern.test(name))?.[1] ?? 'other')
  const sum = (members: readonly Member[]): number => members.reduce((bytes, member) => bytes + member.sizeBytes, 0)
  return {
    path,
    name: nameOf(folder, path),
    files: folder.members.map(member => ({ ...member, role: roleOf(member.path) })),
    sizeBytes: sum(folder.members),
    weightsBytes: sum(weights),
    licence: await readLicence(folder, reading),
    containsCode,
    warnings: [...folder.unusable].slice(0, 20).map(([name, reason]) => `${printable(name)} is left out: ${reason}.`),
  }
}

/** `org/name` for a snapshot of the Hugging Face cache, else what the folder or file is called. */
function nameOf(folder: Folder, path: string): string {
  const blobs = ownBlobs(folder.root)
  if (blobs !== undefined && isInside(dirname(blobs), folder.root)) {
    const [, ...parts] = basename(dirname(blobs)).split('--')
    if (parts.length > 0) return printable(parts.join('/'))
  }
  const isWeights = /^(gguf|safetensors|onnx|bin|pt|pth|ckpt|pkl)$/.test(extensionOf(path))
  return printable(basename(path).replace(isWeights ? /(-\d{5}-of-\d{5})?\.[^.]+$/ : /$^/, ''))
}

/** The JSON object in a file of the folder, if the file is there. Configs by Python may hold NaN and Infinity. */
export async function readJsonFile(folder: Folder, path: string, reading: Reading): Promise<JsonObject | undefined> {
  const member = folder.members.find(candidate => candidate.path === path)
  if (member === undefined) return undefined
  const bytes = await readWhole(member.location, member.path, reading.limits.jsonBytes, reading)
  return parseJsonObject(bytes, member.path, { allowNonFinite: true })
}
