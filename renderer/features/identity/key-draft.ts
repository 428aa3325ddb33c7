import type { Scope } from '../../../main/contract/method.ts'

export const lifetimes = ['12h', '7d', '30d', '90d', '365d'] as const

/** The form of a new key. Its secret is not part of it: that is never kept. */
export type KeyDraft = {
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly expires: (typeof lifetimes)[number]
}

export const emptyKeyDraft: KeyDraft = { name: '', scopes: ['inference'], expires: '90d' }

export function isKeyDraft(value: unknown): value is KeyDraft {
  if (typeof value !== 'object' || value === null) return false
  const { name, scopes, expires } = value as Record<string, unknown>
  return (
    typeof name === 'string' &&
    Array.isArray(scopes) &&
    scopes.every(scope => ['inference', 'read', 'write', 'admin'].includes(String(scope))) &&
    lifetimes.some(lifetime => lifetime === expires)
  )
}

/** The same key as a command; a name with anything unusual in it is quoted for the shell. */
export const keyCommand = ({ name, scopes, expires }: KeyDraft): string => {
  const word = name.trim() || 'NAME'
  const quoted = /^[\w.-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
  return `slipway keys create ${quoted} --scope ${scopes.join(',') || 'SCOPE'} --expires ${expires}`
}
