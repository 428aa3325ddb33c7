import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { ModelCard } from '../../contract/models.ts'
import { memberOf, ownBlobs, realPathOf } from './formats/folder.ts'
import { defaultLimits } from './formats/limits.ts'
import { fileError, withFile } from './formats/regular-file.ts'

/** The longest cards of the Hugging Face Hub have about half of this. */
export const maxCardBytes = 512 * 1024

const names = ['README.md', 'readme.md', 'README.txt', 'README', 'MODEL_CARD.md']

/**
 * The text that came with a model, as plain text: nobody vouches for it, so it is never rendered as HTML here. Control
 * characters and marks that turn the direction of text are made visible.
 */
export async function readCard(path: string, signal?: AbortSignal): Promise<ModelCard> {
  const folder = await cardFolder(path)
  for (const name of folder === undefined ? [] : names) {
    const member = await memberOf(folder ?? '', name)
    if (typeof member === 'string') continue // not there, or a link that leads away
    const reading = { limits: defaultLimits, signal }
    const bytes = await withFile(member.location, name, reading, file =>
      file.read(0, Math.min(file.sizeBytes, maxCardBytes)),
    )
    return { name, text: harmless(bytes), sizeBytes: member.sizeBytes, isCut: member.sizeBytes > bytes.length }
  }
  return { text: '', sizeBytes: 0, isCut: false }
}

/** The folder of a model; of a single file only where the folder around it is known to belong to it: a download of the Hub. */
async function cardFolder(path: string): Promise<string | undefined> {
  const real = await realPathOf(path)
  const around = ownBlobs(dirname(path)) === undefined ? undefined : dirname(path)
  try {
    return (await stat(real)).isDirectory() ? real : around
  } catch (error) {
    throw fileError(error, path)
  }
}

function harmless(bytes: Buffer): string {
  // A cut in the middle of a character leaves a replacement character at the end; it says nothing.
  const text = new TextDecoder('utf-8').decode(bytes).replace(/\uFFFD+$/, '')
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, mark =>
      mark === '\n' || mark === '\t' ? mark : `\\u${(mark.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
    )
}
