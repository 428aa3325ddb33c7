import * as z from 'zod'

/** An identifier: a short prefix that says what it names, and a time-ordered UUID (RFC 9562, version 7) without dashes. */
export const id = <P extends string>(prefix: P) =>
  z
    .string()
    .regex(new RegExp(`^${prefix}_[0-9a-f]{32}$`), `an id like ${prefix}_… `)
    .brand<P>()

/** What a person calls a thing. Any script; no control characters, no line breaks. */
export const Name = z
  .string()
  .trim()
  .min(1)
  .max(300)
  .regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+$/u, 'control characters are not allowed in names')

/** A name for one version of a thing: NAME@alias. */
export const Alias = z
  .string()
  .regex(/^[a-z][a-z0-9._-]{0,59}$/, 'lower-case letters, digits, dot, dash and underscore, beginning with a letter')

/** An id or a unique name: both are accepted wherever a person points at a thing. */
export const Ref = z.string().trim().min(1).max(300).meta({ description: 'id or unique name' })

/** Of what was removed: its name may be another's by now. Ids that are none are answered by the method, in its own words. */
export const RemovedRef = z.string().trim().min(1).max(300).meta({ description: 'the id that the removal told' })

/** A path on the machine of the backend; the command line makes what is typed absolute. */
export const Path = z
  .string()
  .min(1, 'the path is empty: name a file or a folder')
  .max(4096)
  .refine(path => !path.includes('\0'), 'a path has no zero byte')
  .meta({ format: 'path' })

/** ISO 8601, UTC, milliseconds. */
export const Timestamp = z.iso.datetime()
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/)
export const Bytes = z.number().int().nonnegative()

/** Keyset pages: `cursor` is opaque, absent on the last page. */
export const PageInput = {
  limit: z.coerce.number().int().min(1).max(1000).default(50),
  cursor: z.string().max(500).optional(),
}

/** For tables that scroll far: how many rows to skip, counted from the first of the list. */
export const OffsetInput = z.coerce.number().int().min(0).max(100_000_000).default(0).meta({
  description: 'how many to skip; not together with cursor',
})

/** Pages of a list that can be sorted. `cursor` goes on under the same sort; `offset` jumps, for tables that scroll far. */
export const sortedPageInput = <const K extends readonly [string, ...string[]]>(keys: K, usual: K[number]) => ({
  ...PageInput,
  offset: OffsetInput,
  sort: z.enum(keys).default(usual as never), // one of the keys, as the parameter's type says
  order: z
    .enum(['asc', 'desc'])
    .optional()
    .meta({ description: 'default: names ascending, everything else descending' }),
})

/** A filter that takes one value or several: any of them may match. In addresses: `format=gguf`, `format[]=gguf&format[]=onnx`. */
export const anyOf = <T extends z.ZodType>(value: T) =>
  z
    .union([z.array(value).max(100), value])
    .default([])
    .transform((given): z.output<T>[] => (Array.isArray(given) ? given : [given]))

export const Search = z.string().max(200).optional().meta({ description: 'words in the name' })

/** Of a removal: whether its bytes go at once. */
export const Purge = z.boolean().default(false).meta({
  description: 'delete it at once; otherwise it can be restored for 7 days, and only then its bytes are freed',
})

export const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), total: z.number().int(), nextCursor: z.string().optional() })

/** One file of an asset: where its bytes are, how many, and what they hash to (absent until verified). */
export const FileEntry = z.object({
  path: z.string().meta({ description: 'relative to the asset, with forward slashes' }),
  sizeBytes: Bytes,
  sha256: Sha256.optional(),
  verifiedAt: Timestamp.optional(),
})
export type FileEntry = z.output<typeof FileEntry>

/** A node of the lineage graph, as far as `show` tells it. */
export const LineageRef = z.object({ kind: z.string(), id: z.string(), name: z.string(), role: z.string() })
export const Lineage = z.object({ madeBy: z.array(LineageRef), made: z.array(LineageRef) })
export type Lineage = z.output<typeof Lineage>

/** What a thing was made from and what was made of it, over several steps. */
export const LineageGraph = z.object({
  nodes: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      name: z.string(),
      state: z.string().optional().meta({ description: 'as lists show it; absent once the thing is removed' }),
    }),
  ),
  edges: z
    .array(z.object({ from: z.string(), to: z.string(), role: z.string() }))
    .meta({ description: 'from what was used to what was made' }),
  isCut: z.boolean().meta({ description: 'there is more than the limits let through' }),
})
export type LineageGraph = z.output<typeof LineageGraph>

/** How far a lineage graph goes. */
export const graphLimits = {
  depth: z.coerce.number().int().min(1).max(20).default(5).meta({ description: 'steps in each direction' }),
  nodes: z.coerce.number().int().min(2).max(1_000).default(200).meta({ description: 'at most so many' }),
}
