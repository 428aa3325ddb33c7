import * as z from 'zod'
import { Bytes, Timestamp } from './common.ts'
import { query } from './method.ts'

/** What a file or folder probably is, by its name (a folder: by what lies in it). A guess: importing looks inside. */
export const FileHint = z.enum(['model', 'adapter', 'dataset', 'notebook', 'archive'])
export type FileHint = z.output<typeof FileHint>

/** Why an entry cannot be opened. `protected`: it belongs to Slipway itself. */
export const FileProblem = z.enum(['broken_link', 'unreadable', 'protected'])
export type FileProblem = z.output<typeof FileProblem>

export const FolderEntry = z.object({
  name: z.string(),
  path: z.string(),
  kind: z.enum(['folder', 'file']),
  sizeBytes: Bytes.optional().meta({ description: 'of a file' }),
  modifiedAt: Timestamp.optional(),
  isLink: z.boolean(),
  hint: FileHint.optional(),
  problem: FileProblem.optional(),
})
export type FolderEntry = z.output<typeof FolderEntry>

/** A place that people often open; only those that exist are listed. */
export const Shortcut = z.object({
  kind: z.enum(['home', 'huggingface', 'ollama', 'lmstudio', 'samples']),
  path: z.string(),
})
export type Shortcut = z.output<typeof Shortcut>

/** The most entries that one answer holds. */
export const maxFolderEntries = 5_000

export const files = {
  browse: query({
    description: 'List a folder of this machine, for a page that has no file dialog of its own; reads no file',
    // Whoever may import may look for what to import; a key that only reads Slipway may not look at the disk.
    policy: 'write',
    route: 'GET /files/browse',
    input: z.object({
      path: z
        .string()
        .min(1)
        .max(4096)
        .optional()
        .meta({ description: 'absolute, or ~ and below; default: the home folder' }),
      hidden: z.boolean().default(false).meta({ description: 'also names that begin with a dot' }),
      q: z.string().max(200).optional().meta({ description: 'only names that contain this text, in any case' }),
    }),
    output: z.object({
      path: z.string().meta({ description: 'the folder itself, links resolved' }),
      parent: z.string().optional().meta({ description: 'absent at the root' }),
      home: z.string(),
      hint: FileHint.optional().meta({ description: 'what the folder as a whole probably is' }),
      entries: z.array(FolderEntry).meta({ description: `folders first, by name; at most ${maxFolderEntries}` }),
      more: z.number().int().meta({ description: 'how many further entries the folder has' }),
      others: z.number().int().meta({ description: 'pipes, sockets and devices, which are not listed' }),
      shortcuts: z.array(Shortcut),
    }),
  }),
}
