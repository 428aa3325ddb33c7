import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Member, memberOf } from '../formats/folder.ts'
import type { Reading } from '../formats/limits.ts'
import { refuse } from '../formats/refuse.ts'
import { printable, readWhole } from '../formats/regular-file.ts'
import { isJsonArray, isJsonObject, type JsonObject, parseJsonObject } from '../formats/strict-json.ts'

/** A model of Ollama's store: a name and the blob that holds its weights. */
export type OllamaModel = {
  /** `llama3:8b`, `user/model:tag` or `host/user/model:tag`, as `ollama list` shows it. */
  readonly name: string
  /** The GGUF blob, absolute. */
  readonly path: string
  readonly sizeBytes: number
  /** Device and inode of the blob. */
  readonly identity: string
}

const maxManifestBytes = 2 ** 20
const digestPattern = /^sha256:([0-9a-f]{64})$/
const weightsType = 'application/vnd.ollama.image.model'

/** `manifests/<host>/<namespace>/<model>/<tag>` → the name that Ollama shows; undefined for a file that is no manifest. */
export function ollamaName(path: string): string | undefined {
  const parts = path.split('/')
  if (parts.length !== 5 || parts[0] !== 'manifests' || parts.some(part => part === '' || part.startsWith('.')))
    return undefined
  const [, host, namespace, model, tag] = parts
  // As `ollama list`: what the official registry and its library are called by default is left out.
  const owner = namespace === 'library' && host === 'registry.ollama.ai' ? '' : `${namespace}/`
  return printable(`${host === 'registry.ollama.ai' ? '' : `${host}/`}${owner}${model}:${tag}`)
}

/**
 * Reads one manifest of the store at `root`. Throws `invalid_input` when it does not lead to a whole GGUF blob; Ollama
 * itself lists such models as healthy.
 */
export async function readOllamaManifest(
  root: string,
  manifest: Member,
  name: string,
  reading: Reading,
): Promise<OllamaModel> {
  const bad = (reason: string) => refuse(name, reason, `Run \`ollama pull ${name}\` again.`)
  const bytes = await readWhole(manifest.location, name, maxManifestBytes, reading)
  const layers = parseJsonObject(bytes, name).get('layers')
  const weights = isJsonArray(layers)
    ? layers.filter(isJsonObject).filter(layer => layer.get('mediaType') === weightsType)
    : []
  const [layer] = weights
  if (layer === undefined) throw bad('its manifest names no GGUF weights.')
  const { digest, sizeBytes } = layerOf(layer, bad)
  // The digest decides a path, so its form is checked first (CVE-2024-37032).
  const blob = await memberOf(root, `blobs/sha256-${digest}`)
  if (typeof blob === 'string') throw bad(`its weights cannot be used: ${blob}.`)
  if (sizeBytes !== undefined && blob.sizeBytes !== sizeBytes) {
    throw bad(`its weights have ${blob.sizeBytes} bytes; the manifest says ${sizeBytes}.`)
  }
  const { dev, ino } = await stat(blob.location)
  return { name, path: join(root, blob.path), sizeBytes: blob.sizeBytes, identity: `${dev}:${ino}` }
}

function layerOf(
  layer: JsonObject,
  bad: (reason: string) => Error,
): { readonly digest: string; readonly sizeBytes: number | undefined } {
  const stated = layer.get('digest')
  const digest = typeof stated === 'string' ? digestPattern.exec(stated)?.[1] : undefined
  if (digest === undefined) throw bad('its manifest has no valid digest.')
  const size = layer.get('size')
  return { digest, sizeBytes: typeof size === 'number' ? size : undefined }
}
