import { useQuery } from '@tanstack/react-query'
import { covers } from '../../main/contract/call.ts'
import type { Access } from '../../main/contract/identity.ts'
import type { Scope } from '../../main/contract/method.ts'
import { api, client } from './client.ts'
import { dictionary, useText } from './i18n.ts'
import { scopeText } from './scope-words.ts'

const phrases = dictionary({
  lacks: [
    (scope: string, name: string) => `Needs the permission “${scope}” (${name}).`,
    (scope: string, name: string) => `需要“${scope}”权限（${name}）。`,
  ],
  lacksWith: [
    (scope: string, name: string, key: string, scopes: string) =>
      `Needs the permission “${scope}” (${name}). The key “${key}” has: ${scopes}.`,
    (scope: string, name: string, key: string, scopes: string) =>
      `需要“${scope}”权限（${name}）。密钥“${key}”的权限：${scopes}。`,
  ],
  join: [', ', '、'],
  grant: [
    'Whoever owns this machine can make a key that has it, on the page API keys or with the command below.',
    '本机所有者可以在“密钥”页面或用下面的命令新建具有该权限的密钥。',
  ],
})

/** Who this window acts for, and what they may do; undefined until it is known. */
export const useAccess = (): Access | undefined => useQuery(api.sessions.show.queryOptions({ input: {} })).data

/** Whether whoever sits here may do what demands `scope`; undefined until it is known. */
export function useMay(scope: Scope): boolean | undefined {
  const access = useAccess()
  return access && covers(access.scopes, scope)
}

/** Tells why actions that demand a scope are closed to whoever sits here; undefined for what is open. */
export function useLacks(): (scope: Scope) => string | undefined {
  const access = useAccess()
  const say = useLackWords()
  return scope => (access && !covers(access.scopes, scope) ? say(scope, access) : undefined)
}
export const useLack = (scope: Scope): string | undefined => useLacks()(scope)

/** Says which permission is missing, and which ones there are. */
function useLackWords(): (scope: Scope, access: Access | undefined) => string {
  const text = useText(phrases)
  const scopes = useText(scopeText)
  return (scope, access) =>
    access?.key
      ? text.lacksWith(scopes[scope], scope, access.key.name, access.scopes.map(each => scopes[each]).join(text.join))
      : text.lacks(scopes[scope], scope)
}

/** What somebody who lacks a permission is told: what is missing, who can grant it, and by which command. */
export function useRefusal(scope: Scope): {
  readonly cause: string
  readonly remedy: string
  readonly command: string
} {
  const access = useAccess()
  const say = useLackWords()
  return {
    cause: say(scope, access),
    remedy: useText(phrases).grant,
    command: `slipway keys create NAME --scope ${scope}`,
  }
}

/** Ends this browser's session; the page then asks for a key or a launch link. */
export async function signOut(): Promise<void> {
  await client.sessions.end({})
  location.reload()
}
