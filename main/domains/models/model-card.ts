import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { FileEntry } from '../../contract/common.ts'

/** Longer cards are cut: they are read on a screen. */
const mostBytes = 256 * 1024
const names = /^(readme|model[_-]?card)(\.md|\.txt)?$/i

export type ModelCard = { readonly file?: string; readonly text: string; readonly isCut: boolean }

/** What a model's own card says, in its own words. Empty where it has none, or where it is gone. */
export async function readCard(path: string, files: readonly FileEntry[]): Promise<ModelCard> {
  const card = files.find(file => names.test(file.path))
  if (!card) return { text: '', isCut: false }
  try {
    // A pipe that took the file's place would keep the reader waiting for ever.
    const handle = await open(join(path, card.path), constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(mostBytes), 0, mostBytes, 0)
      return {
        file: card.path,
        text: withoutFrontMatter(buffer.toString('utf8', 0, bytesRead)),
        isCut: card.sizeBytes > mostBytes,
      }
    } finally {
      await handle.close()
    }
  } catch {
    // Gone or unreadable: the state of the version says so, once it is verified again.
    return { text: '', isCut: false }
  }
}

/** Cards begin with facts for machines, between two lines of dashes; the headers of the weights tell better. */
const withoutFrontMatter = (text: string): string => text.replace(/^\uFEFF?---\r?\n[\s\S]*?\n---\r?\n/, '').trim()
