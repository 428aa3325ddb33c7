import { useQuery } from '@tanstack/react-query'
import { KeyRound, MessagesSquare, PackageCheck } from 'lucide-react'
import { useEffect } from 'react'
import { environmentGlyph, environmentNameText, environmentStateText } from '../../features/environments/text.ts'
import { keyGlyph, stateOf } from '../../features/identity/key-state.ts'
import { keysText } from '../../features/identity/text.ts'
import { conversations, useConversations } from '../../features/playground/playground-store.ts'
import { useMay } from '../../lib/access.ts'
import { api } from '../../lib/client.ts'
import { dateTime } from '../../lib/format.ts'
import { dictionary, useText } from '../../lib/i18n.ts'
import { go } from '../../lib/route.ts'
import type { Item } from './items.ts'

const phrases = dictionary({ untitled: ['Conversation', '对话'] })

/** What the window itself has at hand, and there is little of: environments, kept conversations, API keys. */
export function useOwnItems(): readonly Item[] {
  return [...useEnvironments(), ...useConversationItems(), ...useKeys()]
}

function useEnvironments(): readonly Item[] {
  const names = useText(environmentNameText)
  const states = useText(environmentStateText)
  const { data } = useQuery(api.environments.list.queryOptions({ input: {} }))
  return (data?.items ?? []).map(({ name, state, backend }) => ({
    key: `environment ${name}`,
    group: 'environment',
    icon: PackageCheck,
    name: Object.hasOwn(names, name) ? names[name as keyof typeof names] : name,
    note: backend?.toUpperCase(),
    status: { glyph: environmentGlyph[state], word: states[state] },
    also: [name],
    run: () => go('environments', name),
  }))
}

/** Conversations are kept by this browser alone; they are found by their title and by what was asked in them. */
function useConversationItems(): readonly Item[] {
  const { untitled } = useText(phrases)
  const heads = useConversations(state => state.heads)
  useEffect(() => {
    if (!heads) void conversations.load()
  }, [heads])
  return (heads ?? []).map(({ id, title, updatedAt, questions }) => ({
    key: `conversation ${id}`,
    group: 'conversation',
    icon: MessagesSquare,
    name: title || untitled,
    note: dateTime(updatedAt),
    also: [questions],
    run: () => go('playground', { c: id }),
  }))
}

function useKeys(): readonly Item[] {
  const text = useText(keysText)
  const isOpen = useMay('admin') === true
  const { data } = useQuery({ ...api.keys.list.queryOptions({ input: {} }), enabled: isOpen })
  const nowMs = Date.now()
  return (data?.items ?? []).map(key => {
    const state = stateOf(key, nowMs)
    return {
      key: `key ${key.id}`,
      group: 'key',
      icon: KeyRound,
      name: key.name,
      status: { glyph: keyGlyph[state], word: text[state] },
      also: [key.id],
      run: () => go('keys'),
    }
  })
}
