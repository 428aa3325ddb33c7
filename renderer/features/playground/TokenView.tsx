import { type KeyboardEvent, useId, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { percent } from '../../lib/format.ts'
import { useText } from '../../lib/i18n.ts'
import { facts } from '../../lib/marks.ts'
import { tokenText } from './text.ts'
import { groupTokens, isControl, probabilityOf, type Token, type TokenGroup, visible } from './tokens.ts'

type Props = { readonly tokens: readonly Token[]; readonly isLive: boolean }

/** An answer whose tokens tell their probabilities, by pointer or with the arrow keys. The less certain, the stronger its line. */
export function TokenView({ tokens, isLive }: Props) {
  const text = useText(tokenText)
  const groups = useMemo(() => groupTokens(tokens), [tokens])
  const [at, setAt] = useState<number>()
  const box = useRef<HTMLDivElement>(null)
  const id = useId()
  const group = at === undefined ? undefined : groups[at]
  const onKeyDown = (event: KeyboardEvent) => {
    const last = groups.length - 1
    const next = {
      ArrowRight: Math.min(last, (at ?? -1) + 1),
      ArrowLeft: Math.max(0, (at ?? 1) - 1),
      Home: 0,
      End: last,
    }[event.key]
    if (event.key === 'Escape') setAt(undefined)
    else if (next === undefined) return
    else setAt(next)
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div className="token-box">
      <div
        ref={box}
        className="token-text"
        dir="auto"
        role="listbox"
        tabIndex={0}
        aria-label={text.answer}
        aria-activedescendant={at === undefined ? undefined : `${id}-${at}`}
        onKeyDown={onKeyDown}
        onBlur={() => setAt(undefined)}
        onMouseLeave={() => setAt(undefined)}
      >
        {groups.map((each, index) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: tokens have nothing but their place, and never move.
            key={index}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === at}
            aria-label={index === at ? wordsOf(each) : undefined}
            className={tokenClass(each, index === at)}
            onMouseEnter={() => setAt(index)}
          >
            {each.text === '' ? (each.tokens[0]?.text ?? '') : each.text}
          </span>
        ))}
        {isLive && <i className="caret" aria-hidden />}
      </div>
      {group && at !== undefined && (
        <Alternatives group={group} anchor={box.current?.children[at] as HTMLElement | undefined} box={box.current} />
      )}
    </div>
  )
}

/** The least certain token of a group stands for it. */
const certaintyOf = ({ tokens }: TokenGroup): number => Math.min(...tokens.map(({ logprob }) => probabilityOf(logprob)))

function tokenClass(group: TokenGroup, isOn: boolean): string {
  const certainty = certaintyOf(group)
  const level = certainty >= 0.9 ? '' : certainty >= 0.6 ? ' p1' : certainty >= 0.3 ? ' p2' : ' p3'
  const isMark = group.tokens.every(isControl)
  return `tk${level}${isOn ? ' on' : ''}${isMark ? ' mark' : ''}`
}

const wordsOf = ({ tokens }: TokenGroup): string =>
  facts(...tokens.map(({ text, logprob }) => `${visible(text)} ${percent(probabilityOf(logprob))}`))

const cardPx = 232
const gapPx = 4

type AlternativesProps = {
  readonly group: TokenGroup
  readonly anchor: HTMLElement | undefined
  readonly box: HTMLElement | null
}
/** What else could have stood here. Drawn in the answer itself: it scrolls with it. */
function Alternatives({ group, anchor, box }: AlternativesProps) {
  const text = useText(tokenText)
  const card = useRef<HTMLDivElement>(null)
  const [isAbove, setIsAbove] = useState(false)
  // Below its token, unless the pane ends there: the newest answer is the one at its end.
  useLayoutEffect(() => {
    const pane = box?.closest('.scroll')?.getBoundingClientRect()
    if (!anchor || !card.current || !pane) return
    const { top, bottom } = anchor.getBoundingClientRect()
    const neededPx = card.current.offsetHeight + gapPx
    setIsAbove(bottom + neededPx > pane.bottom && top - pane.top > pane.bottom - bottom)
  }, [anchor, box])
  if (!anchor || !box) return null
  const leftPx = Math.max(0, Math.min(anchor.offsetLeft, box.clientWidth - cardPx))
  return (
    <div
      className="token-card"
      role="tooltip"
      ref={card}
      style={{
        left: leftPx,
        width: cardPx,
        top: isAbove ? anchor.offsetTop - gapPx : anchor.offsetTop + anchor.offsetHeight + gapPx,
        ...(isAbove && { transform: 'translateY(-100%)' }),
      }}
    >
      {group.tokens.length > 1 && <p className="dim">{text.partOf(group.tokens.length)}</p>}
      {group.tokens.map((token, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts of one character, in their order.
        <TokenTable key={index} token={token} />
      ))}
    </div>
  )
}

function TokenTable({ token }: { readonly token: Token }) {
  const text = useText(tokenText)
  const others = token.top.filter(other => other.text !== token.text)
  const rows = [{ ...token, isChosen: true }, ...others.map(other => ({ ...other, isChosen: false }))].sort(
    (one, other) => other.logprob - one.logprob,
  )
  const rest = Math.max(0, 1 - rows.reduce((sum, { logprob }) => sum + probabilityOf(logprob), 0))
  return (
    <dl>
      {isControl(token) && <p className="dim">{text.control}</p>}
      {rows.map(row => (
        <div key={`${row.text} ${row.logprob}`} className={row.isChosen ? 'on' : undefined}>
          <dt className="mono">{visible(row.text)}</dt>
          <dd>
            <i style={{ width: `${probabilityOf(row.logprob) * 100}%` }} />
            <b>{percent(probabilityOf(row.logprob))}</b>
          </dd>
        </div>
      ))}
      {token.top.length > 0 && (
        <div className="dim">
          <dt>{text.rest}</dt>
          <dd>
            <i style={{ width: `${rest * 100}%` }} />
            <b>{percent(rest)}</b>
          </dd>
        </div>
      )}
    </dl>
  )
}
