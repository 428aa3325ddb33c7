import { formatFields } from './format-fields.ts'
import type { ImportDraft } from './import-draft.ts'

type Query = Readonly<Record<string, string | undefined>>

/** What an address says of an import: `#/datasets?import=/data/a.jsonl&name=a&format=text` reads a file again as text. */
export function presetOf({ name, format }: Query): Partial<ImportDraft> {
  const known = Object.keys(formatFields).find((each): each is keyof typeof formatFields => each === format)
  return { ...(name !== undefined && { name }), ...(known !== undefined && { format: known }) }
}
