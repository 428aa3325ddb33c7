import { useEffect, useRef, useState } from 'react'
import { setQuery, useRoute } from '../../lib/route.ts'
import type { Conversation } from './conversation.ts'
import { conversations, useConversation, useConversations } from './playground-store.ts'

const lastKey = 'slipway.playground.last'

/** Which conversation the page shows: the one that the address names, else the last one, else a new one. */
export function useCurrentConversation(): Conversation | undefined {
  const { query } = useRoute()
  const { c, a, b } = query
  const current = useConversation(c)
  const isLoaded = useConversations(({ heads }) => heads !== undefined)
  const [missing, setMissing] = useState<string>()
  useEffect(() => {
    if (!isLoaded) void conversations.load()
  }, [isLoaded])
  useEffect(() => {
    if (!isLoaded || current) return
    // A link such as `#/playground?a=assistant` asks for a new conversation with that deployment.
    if (c === undefined && (a !== undefined || b !== undefined)) {
      const made = conversations.start()
      conversations.change(made.id, before => ({
        ...before,
        deployments: { ...(a !== undefined && { a }), ...(b !== undefined && { b }) },
      }))
      return setQuery({ c: made.id, a: undefined, b: undefined })
    }
    const wanted = c ?? localStorage.getItem(lastKey) ?? undefined
    if (wanted === undefined || wanted === missing) return setQuery({ c: conversations.start().id })
    let isGone = false
    void conversations.open(wanted).then(found => {
      if (isGone) return
      if (!found) setMissing(wanted)
      else if (c === undefined) setQuery({ c: wanted })
    })
    return () => {
      isGone = true
    }
  }, [isLoaded, current, c, a, b, missing])
  useEffect(() => {
    if (current && current.turns.length > 0) localStorage.setItem(lastKey, current.id)
  }, [current])
  // While the next one is read, the page keeps showing the one before: nothing flickers, no field loses its text.
  const shown = useRef(current)
  if (current) shown.current = current
  return shown.current
}
