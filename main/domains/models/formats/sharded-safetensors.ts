import type { Tensor } from './facts.ts'
import { type Folder, isPlainName, type Member } from './folder.ts'
import type { Reading } from './limits.ts'
import { refuse, refuseSize } from './refuse.ts'
import { printable, readWhole, withFile } from './regular-file.ts'
import { readSafetensors } from './safetensors.ts'
import { isJsonObject, parseJsonObject } from './strict-json.ts'

export type Weights = {
  readonly tensors: readonly Tensor[]
  /** The files that hold them. */
  readonly members: readonly Member[]
  readonly metadata: ReadonlyMap<string, string>
  readonly warnings: readonly string[]
}

/** Tensors per shard file are counted together against the limit of one model. */
const maxShards = 2_000

/** Reads safetensors files that together are one model, and refuses a tensor that two of them hold. */
export async function readSafetensorsFiles(members: readonly Member[], reading: Reading): Promise<Weights> {
  const tensors: Tensor[] = []
  const holders = new Map<string, string>()
  const metadata = new Map<string, string>()
  if (members.length > maxShards) throw refuseSize('model', `it has more than ${maxShards} weight files.`)
  for (const member of members) {
    const header = await withFile(member.location, member.path, reading, file => readSafetensors(file, reading))
    for (const tensor of header.tensors) {
      tensors.push(tensor)
      // Within one file the header's keys are unique already.
      if (members.length === 1) continue
      const holder = holders.get(tensor.name)
      if (holder !== undefined) {
        throw refuse(member.path, `tensor "${printable(tensor.name)}" is in ${printable(holder)} as well.`)
      }
      holders.set(tensor.name, member.path)
    }
    if (tensors.length > reading.limits.tensors) {
      throw refuseSize(member.path, `the model has more than ${reading.limits.tensors} tensors.`)
    }
    for (const [key, text] of header.metadata) metadata.set(key, text)
  }
  return { tensors, members, metadata, warnings: [] }
}

/** Reads a sharded model by its `*.safetensors.index.json`: index and shards must name the same tensors at the same places. */
export async function readSharded(folder: Folder, index: Member, reading: Reading): Promise<Weights> {
  const bytes = await readWhole(index.location, index.path, reading.limits.jsonBytes, reading)
  const weightMap = parseJsonObject(bytes, index.path).get('weight_map')
  if (!isJsonObject(weightMap) || weightMap.size === 0) throw refuse(index.path, 'it has no weight_map.')

  const base = index.path.includes('/') ? index.path.slice(0, index.path.lastIndexOf('/') + 1) : ''
  const fileByTensor = new Map<string, string>()
  for (const [tensor, file] of weightMap) {
    if (typeof file !== 'string' || !isPlainName(file)) {
      throw refuse(index.path, `it places tensor "${printable(tensor)}" outside its folder.`, 'Do not use this model.')
    }
    fileByTensor.set(tensor, base + file)
  }

  const byPath = new Map(folder.members.map(member => [member.path, member]))
  const shards = [...new Set(fileByTensor.values())].sort().map(path => {
    const shard = byPath.get(path)
    if (shard !== undefined) return shard
    const reason = folder.unusable.get(path)
    if (reason !== undefined) throw refuse(printable(path), `the index names this shard, but ${reason}.`)
    throw refuse(printable(path), 'the index names this shard, but it is missing.')
  })

  const weights = await readSafetensorsFiles(shards, reading)
  for (const { name, file } of weights.tensors) {
    const named = fileByTensor.get(name)
    if (named === file) fileByTensor.delete(name)
    else if (named === undefined) throw refuse(file, `it holds tensor "${printable(name)}", which the index lacks.`)
    else throw refuse(file, `it holds tensor "${printable(name)}", which the index places in ${printable(named)}.`)
  }
  for (const [name, file] of fileByTensor) {
    throw refuse(printable(file), `the index places tensor "${printable(name)}" here, but it is missing.`)
  }
  return weights
}

/** Shards without an index tell by their names how many they should be. */
export function assertComplete(members: readonly Member[], extension: 'safetensors' | 'gguf'): void {
  const pattern = new RegExp(`^(.*)-(\\d{5})-of-(\\d{5})\\.${extension}$`)
  const present = new Set(members.map(member => member.path))
  for (const { path } of members) {
    const [, stem, , count] = pattern.exec(path) ?? []
    if (stem === undefined || count === undefined) continue
    if (Number(count) > maxShards) throw refuse(printable(path), `its name claims ${Number(count)} parts.`)
    for (let part = 1; part <= Number(count); part++) {
      const sibling = `${stem}-${String(part).padStart(5, '0')}-of-${count}.${extension}`
      if (!present.has(sibling)) throw refuse(printable(sibling), `part ${part} of ${Number(count)} is missing.`)
    }
  }
}
