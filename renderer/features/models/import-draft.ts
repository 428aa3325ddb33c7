/** What a person filled in to import a model, kept across reload and crash. */
export type ModelDraft = {
  readonly path: string
  /** Undefined: as the folder or file is called. */
  readonly name?: string | undefined
  readonly description: string
  readonly labels: readonly string[]
  readonly isCopied: boolean
}
export const emptyDraft: ModelDraft = { path: '', description: '', labels: [], isCopied: false }
export const isModelDraft = (value: unknown): value is ModelDraft =>
  typeof value === 'object' &&
  value !== null &&
  'path' in value &&
  typeof value.path === 'string' &&
  'description' in value &&
  typeof value.description === 'string' &&
  'labels' in value &&
  Array.isArray(value.labels) &&
  'isCopied' in value &&
  typeof value.isCopied === 'boolean' &&
  (!('name' in value) || typeof value.name === 'string')
