import type { Inputs } from '../../../main/contract/index.ts'
import type { DeploymentDetail } from '../../../main/contract/inference.ts'

/** What a person fills in; undefined means "as the backend does by itself". */
export type DeploymentDraft = {
  /** A model version's id. */
  readonly model: string | undefined
  readonly adapter: string | undefined
  readonly name: string
  readonly description: string
  readonly device: string
  /** Tokens. */
  readonly contextLength: number | undefined
  readonly parallel: number
  readonly threads: number | undefined
  /** Jinja. */
  readonly chatTemplate: string | undefined
}

export const emptyDraft: DeploymentDraft = {
  model: undefined,
  adapter: undefined,
  name: '',
  description: '',
  device: 'auto',
  contextLength: undefined,
  parallel: 4,
  threads: undefined,
  chatTemplate: undefined,
}

const isOptional = (value: unknown, type: 'string' | 'number'): boolean => value === undefined || typeof value === type

export function isDeploymentDraft(value: unknown): value is DeploymentDraft {
  if (typeof value !== 'object' || value === null) return false
  const draft = value as Record<keyof DeploymentDraft, unknown>
  return (
    typeof draft.name === 'string' &&
    typeof draft.description === 'string' &&
    typeof draft.device === 'string' &&
    typeof draft.parallel === 'number' &&
    isOptional(draft.model, 'string') &&
    isOptional(draft.adapter, 'string') &&
    isOptional(draft.contextLength, 'number') &&
    isOptional(draft.threads, 'number') &&
    isOptional(draft.chatTemplate, 'string')
  )
}

/** The settings as methods take them: what was left open is left out. */
export const settingsOf = ({ adapter, device, contextLength, parallel, threads, chatTemplate }: DeploymentDraft) => ({
  device,
  parallel,
  ...(adapter !== undefined && { adapter }),
  ...(contextLength !== undefined && { contextLength }),
  ...(threads !== undefined && { threads }),
  ...(chatTemplate !== undefined && chatTemplate !== '' && { chatTemplate }),
})

/** A draft that changes nothing of what is served now. */
export const draftOf = (deployment: DeploymentDetail): DeploymentDraft => ({
  ...emptyDraft,
  model: deployment.model.id,
  adapter: deployment.adapter?.id,
  name: deployment.name,
  description: deployment.description,
  device: deployment.device,
  contextLength: deployment.contextLength,
  parallel: deployment.parallel,
  threads: undefined,
  chatTemplate: deployment.chatTemplate,
})

/** Settings that an update can take away: with null. */
const unsettable = ['adapter', 'contextLength', 'threads', 'chatTemplate'] as const
type Changes = Omit<Inputs['inference']['update'], 'id' | 'wait'>

/** Only what a person changed: what is left out stays as it is, and null takes away. Empty when nothing differs. */
export function changesOf(before: DeploymentDraft, after: DeploymentDraft): Changes {
  const was = { model: before.model, ...settingsOf(before) }
  const is = { model: after.model, ...settingsOf(after) }
  const changed = Object.entries(is).filter(([key, value]) => was[key as keyof typeof was] !== value)
  const unset = unsettable.filter(key => was[key] !== undefined && is[key] === undefined).map(key => [key, null])
  return Object.fromEntries([...changed, ...unset]) as Changes // by the names of the settings
}
