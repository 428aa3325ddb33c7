import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Folder, isPlainName, type Member, memberOf, ownBlobs } from './folder.ts'
import type { Reading } from './limits.ts'
import type { OnnxTensor } from './onnx.ts'
import { refuse } from './refuse.ts'
import { fileError, printable, withFile } from './regular-file.ts'

const hint = 'Do not load this model: it tries to read files that are not its own. Get it from a source that you trust.'

/**
 * Finds the files that an ONNX model keeps its weights in. A model names them itself, so each must be a plain name below
 * the model's folder, no link (but for the Hugging Face cache's own), no second name of another file, and long enough.
 */
export async function externalFiles(
  folder: Folder,
  model: Member,
  tensors: readonly OnnxTensor[],
  reading: Reading,
): Promise<readonly Member[]> {
  const base = model.path.includes('/') ? model.path.slice(0, model.path.lastIndexOf('/') + 1) : ''
  const found = new Map<string, Member>()
  for (const { name, external, sizeBytes } of tensors) {
    if (external === undefined) continue
    const bad = (reason: string) => refuse(model.path, `tensor "${printable(name)}" ${reason}`, hint)
    // Exporters write `./weights.bin` now and then; every other dot stays forbidden.
    const location = external.location.replace(/^\.\//, '')
    if (!isPlainName(location)) throw bad(`is kept outside the model's folder, at "${printable(external.location)}".`)
    const path = base + location
    const member = found.get(path) ?? (await openable(folder, path, bad, reading))
    found.set(path, member)
    if (external.length !== undefined && external.length !== sizeBytes) {
      throw bad(`needs ${sizeBytes} bytes by its type and shape, but claims ${external.length}.`)
    }
    if (external.offset + sizeBytes > member.sizeBytes) {
      throw bad(`ends at byte ${external.offset + sizeBytes} of ${printable(path)}, which has ${member.sizeBytes}.`)
    }
  }
  return [...found.values()]
}

async function openable(
  folder: Folder,
  path: string,
  bad: (reason: string) => Error,
  reading: Reading,
): Promise<Member> {
  await assertNoLink(folder, path, bad)
  const member = await memberOf(folder.root, path)
  if (typeof member === 'string') throw bad(`is kept in ${printable(path)}, but ${member}.`)
  return withFile(member.location, path, reading, async file => {
    if (file.linkCount > 1) throw bad(`is kept in ${printable(path)}, which is a hard link to another file.`)
    return member
  })
}

async function assertNoLink(folder: Folder, path: string, bad: (reason: string) => Error): Promise<void> {
  const parts = path.split('/')
  for (let depth = 1; depth <= parts.length; depth++) {
    const isCacheLink = depth === parts.length && ownBlobs(folder.root) !== undefined
    if (isCacheLink) return
    try {
      const stats = await lstat(join(folder.root, ...parts.slice(0, depth)))
      if (stats.isSymbolicLink()) throw bad(`is kept in ${printable(path)}, which is a symbolic link.`)
    } catch (error) {
      throw fileError(error, path)
    }
  }
}
