import { Input } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { setQuery, useRoute } from '../lib/route.ts'

/** Not every letter of a word is worth a search of a hundred thousand rows. */
const typingMs = 120

/** The words that a list is searched for, as `q` in the address. `/` leads here, Escape leaves. */
export function FilterBox({ label }: { readonly label: string }) {
  const inAddress = useRoute().query.q ?? ''
  const [typed, setTyped] = useState(inAddress)
  const sent = useRef(inAddress)
  useEffect(() => {
    // The address changed by itself, such as by Back: what it says is shown. What was sent from here is not put back.
    if (inAddress === sent.current) return
    sent.current = inAddress
    setTyped(inAddress)
  }, [inAddress])
  const send = () => {
    if (typed === sent.current) return
    sent.current = typed
    // The row that was chosen may not be among those that are found.
    setQuery({ q: typed || undefined, sel: undefined })
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is sent is what was typed.
  useEffect(() => {
    const timer = window.setTimeout(send, typingMs)
    return () => window.clearTimeout(timer)
  }, [typed])
  return (
    <div data-filter className="filter-box">
      <Input
        value={typed}
        dir="auto"
        maxLength={200}
        aria-label={label}
        placeholder={label}
        suffix={<kbd>/</kbd>}
        allowClear
        onChange={event => setTyped(event.target.value)}
        // Whoever goes on means the list that they typed for: it is asked for before anything else happens.
        onBlur={send}
        onPressEnter={send}
        onKeyDown={event => {
          if (event.key === 'Escape') event.currentTarget.blur()
        }}
      />
    </div>
  )
}
