import type { Folder } from './folder.ts'
import type { Reading } from './limits.ts'
import { printable, withFile } from './regular-file.ts'

const headBytes = 65_536

/** Titles that licence texts begin with, and the names that the Hugging Face Hub gives them. */
const titles: readonly (readonly [RegExp, string])[] = [
  [/Apache License\s+Version 2\.0/, 'apache-2.0'],
  [/\bMIT License\b|Permission is hereby granted, free of charge/, 'mit'],
  [/GNU AFFERO GENERAL PUBLIC LICENSE\s+Version 3/, 'agpl-3.0'],
  [/GNU LESSER GENERAL PUBLIC LICENSE\s+Version 3/, 'lgpl-3.0'],
  [/GNU GENERAL PUBLIC LICENSE\s+Version 3/, 'gpl-3.0'],
  [/GNU GENERAL PUBLIC LICENSE\s+Version 2/, 'gpl-2.0'],
  [/Mozilla Public License Version 2\.0/i, 'mpl-2.0'],
  [/Neither the name of .{1,80} nor the names of its/s, 'bsd-3-clause'],
  [/BSD 3-Clause License/, 'bsd-3-clause'],
  [/BSD 2-Clause License/, 'bsd-2-clause'],
  [/Creative Commons Attribution-NonCommercial 4\.0/, 'cc-by-nc-4.0'],
  [/Creative Commons Attribution 4\.0|Attribution 4\.0 International/, 'cc-by-4.0'],
  [/LLAMA 2 COMMUNITY LICENSE/i, 'llama2'],
  [/META LLAMA 3 COMMUNITY LICENSE/i, 'llama3'],
  [/LLAMA 3\.([123]) COMMUNITY LICENSE/i, 'llama3.$1'],
  [/LLAMA 4 COMMUNITY LICENSE/i, 'llama4'],
  [/Gemma Terms of Use/i, 'gemma'],
  [/OpenRAIL/i, 'openrail'],
]

/** What the model card (`README.md`, YAML front matter) or else the licence file says; undefined when neither does. */
export async function readLicence(folder: Folder, reading: Reading): Promise<string | undefined> {
  const head = async (pattern: RegExp): Promise<string | undefined> => {
    const member = folder.members.find(({ path }) => pattern.test(path))
    if (member === undefined) return undefined
    return withFile(member.location, member.path, reading, async file =>
      (await file.read(0, Math.min(file.sizeBytes, headBytes))).toString('utf8'),
    )
  }
  const card = await head(/^readme\.md$/i)
  const stated = card === undefined ? undefined : licenceOfCard(card)
  if (stated !== undefined) return stated
  const text = await head(/^(licen[cs]e|copying)(\.(txt|md))?$/i)
  return text === undefined ? undefined : licenceOfText(text)
}

/** `license` of a card's front matter; of "other" the `license_name`. */
function licenceOfCard(card: string): string | undefined {
  const front = /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---\s*(\r?\n|$)/.exec(card)?.[1]
  if (front === undefined) return undefined
  const field = (name: string): string | undefined => {
    const value = new RegExp(`^${name}:[ \\t]*(?:\\r?\\n[ \\t]*-[ \\t]*)?(.+)$`, 'm').exec(front)?.[1]
    const bare = value
      ?.replace(/\s+#.*$/, '')
      .trim()
      .replace(/^\[(.*)\]$/, '$1')
      .replace(/^(['"])(.*)\1$/, '$2')
    return bare ? printable(bare).slice(0, 100) : undefined
  }
  const licence = field('license')
  return licence === 'other' ? (field('license_name') ?? 'other') : licence
}

/** The licence whose title or characteristic sentence the text has; `other` for one that is not known. */
function licenceOfText(text: string): string {
  for (const [pattern, name] of titles) {
    const found = pattern.exec(text)
    if (found) return name.replace('$1', found[1] ?? '')
  }
  return 'other'
}
