import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** The file that llama.cpp is given for a GGUF model: the model itself, or of a folder its only file, or its first part. */
export function ggufFileOf(path: string): string {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path
  const names = readdirSync(path)
    .filter(name => name.toLowerCase().endsWith('.gguf'))
    .sort()
  // A projector for pictures lies beside some models and is none.
  const first = names.find(name => !/mmproj/i.test(name)) ?? names[0]
  return first === undefined ? path : join(path, first)
}
