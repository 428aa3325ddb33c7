import type { Inputs } from '../../../main/contract/index.ts'

/** The form of a build, as it is kept while it is filled in. */
export type BuildDraft = {
  readonly backend: 'auto' | 'cpu' | 'cu12x' | 'cu13x' | 'rocm'
  readonly from: 'index' | 'mirror' | 'folder'
  readonly mirror: string
  readonly folder: string
  readonly isAgain: boolean
}

export const emptyDraft: BuildDraft = { backend: 'auto', from: 'index', mirror: '', folder: '', isAgain: false }

export function isBuildDraft(value: unknown): value is BuildDraft {
  if (typeof value !== 'object' || value === null) return false
  const draft = value as Record<string, unknown>
  return (
    ['auto', 'cpu', 'cu12x', 'cu13x', 'rocm'].includes(String(draft.backend)) &&
    ['index', 'mirror', 'folder'].includes(String(draft.from)) &&
    typeof draft.mirror === 'string' &&
    typeof draft.folder === 'string' &&
    typeof draft.isAgain === 'boolean'
  )
}

/** Whether what the chosen source needs is filled in. */
export const isComplete = ({ from, mirror, folder }: BuildDraft): boolean =>
  from === 'index' || (from === 'mirror' ? URL.canParse(mirror.trim()) : folder.trim() !== '')

export const buildInput = (name: string, draft: BuildDraft): Inputs['environments']['build'] => ({
  name,
  backend: draft.backend,
  rebuild: draft.isAgain,
  ...(draft.from === 'mirror' && { index: draft.mirror.trim() }),
  ...(draft.from === 'folder' && { wheelhouse: draft.folder.trim() }),
})

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

/** The same build as a command. */
export const buildCommand = (name: string, draft: BuildDraft): string =>
  [
    'slipway environments build',
    quoted(name),
    draft.backend !== 'auto' && `--backend ${draft.backend}`,
    draft.from === 'mirror' && `--index ${quoted(draft.mirror.trim() || 'URL')}`,
    draft.from === 'folder' && `--wheelhouse ${quoted(draft.folder.trim() || 'DIR')}`,
    draft.isAgain && '--rebuild',
  ]
    .filter(Boolean)
    .join(' ')
