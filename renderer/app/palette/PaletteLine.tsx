import { Kbd } from '../../ui/bits.tsx'
import { Glyph } from '../../ui/Glyph.tsx'
import type { Ranked } from './items.ts'

type Props = {
  readonly id: string
  readonly line: Ranked
  readonly isChosen: boolean
  readonly onPoint: () => void
  readonly onRun: () => void
}

/** One line: what it is, its facts, and at the end its keys or how it does. */
export const PaletteLine = ({ id, line: { item, at }, isChosen, onPoint, onRun }: Props) => (
  <button
    type="button"
    role="option"
    tabIndex={-1}
    id={id}
    aria-selected={isChosen}
    aria-disabled={item.lack !== undefined}
    className={isChosen ? 'on' : undefined}
    onMouseMove={isChosen ? undefined : onPoint}
    onClick={onRun}
  >
    <item.icon size={15} strokeWidth={1.6} />
    <span className="ell pl-name" dir="auto" title={item.name}>
      <Marked text={item.name} at={at} />
    </span>
    {item.lack !== undefined ? (
      <em className="ell">{item.lack}</em>
    ) : (
      <em className={item.cli === undefined ? 'ell' : 'mono ell'}>{item.cli ?? item.note}</em>
    )}
    <span className="grow" />
    {item.status && (
      <span className="st">
        <Glyph state={item.status.glyph} quiet />
        {item.status.word}
      </span>
    )}
    {item.keys !== undefined && <Kbd keys={item.keys} />}
  </button>
)

/** The text with the characters that answered the query; a screen reader hears it as one. */
function Marked({ text, at }: { readonly text: string; readonly at: readonly number[] }) {
  if (at.length === 0) return text
  const meant = new Set(at)
  const pieces: { text: string; isMeant: boolean; from: number }[] = []
  for (const [index, character] of [...text].entries()) {
    const isMeant = meant.has(index)
    const last = pieces.at(-1)
    if (last && last.isMeant === isMeant) last.text += character
    else pieces.push({ text: character, isMeant, from: index })
  }
  return pieces.map(piece =>
    piece.isMeant ? <mark key={piece.from}>{piece.text}</mark> : <span key={piece.from}>{piece.text}</span>,
  )
}
