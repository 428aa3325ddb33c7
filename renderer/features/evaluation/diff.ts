/** A stretch of two texts: in both, only in the reference, or only in the answer. */
export type DiffPart = { readonly kind: 'same' | 'missing' | 'added'; readonly text: string }

// Words stand for themselves; Han, kana and Hangul are compared by character, as the metrics do.
const pieces =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]|[\p{L}\p{N}\p{M}_]+|\s+|[^\p{L}\p{N}\p{M}\s]/gu
const inPieces = (text: string): readonly string[] => text.match(pieces) ?? []

/** Texts that differ in more places than this are shown whole: a person cannot follow them, and it would take long. */
const mostChanges = 400

/**
 * How an answer differs from its reference, in words (Myers, "An O(ND) difference algorithm", 1986).
 * Joined, the parts that are not `added` are the reference, and those that are not `missing` are the answer.
 */
export function diffWords(reference: string, answer: string): readonly DiffPart[] {
  const before = inPieces(reference)
  const after = inPieces(answer)
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1
  let end = 0
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  )
    end += 1
  const middle = changes(before.slice(start, before.length - end), after.slice(start, after.length - end))
  return joined([...before.slice(0, start).map(same), ...middle, ...before.slice(before.length - end).map(same)])
}

/** How much of the longer text both have, 0 to 1; empty texts are the same. */
export function commonShare(parts: readonly DiffPart[]): number {
  const lengthOf = (kind: DiffPart['kind']) =>
    parts.reduce((sum, part) => sum + (part.kind === kind ? part.text.trim().length : 0), 0)
  const common = lengthOf('same')
  const longer = common + Math.max(lengthOf('missing'), lengthOf('added'))
  return longer === 0 ? 1 : common / longer
}

const same = (text: string): DiffPart => ({ kind: 'same', text })

function changes(before: readonly string[], after: readonly string[]): readonly DiffPart[] {
  const whole = (): readonly DiffPart[] => [
    ...before.map((text): DiffPart => ({ kind: 'missing', text })),
    ...after.map((text): DiffPart => ({ kind: 'added', text })),
  ]
  if (before.length === 0 || after.length === 0) return whole()
  const most = Math.min(before.length + after.length, mostChanges)
  // furthest[k] is how far in `before` the best path on the diagonal k has come; one snapshot per number of changes.
  let furthest = new Map<number, number>([[1, 0]])
  const history: Map<number, number>[] = []
  for (let made = 0; made <= most; made += 1) {
    history.push(new Map(furthest))
    const next = new Map(furthest)
    for (let k = -made; k <= made; k += 2) {
      const down = next.get(k + 1) ?? -1
      const right = (next.get(k - 1) ?? -1) + 1
      let x = k === -made || (k !== made && right <= down) ? Math.max(0, down) : right
      while (x < before.length && x - k < after.length && before[x] === after[x - k]) x += 1
      next.set(k, x)
      if (x >= before.length && x - k >= after.length) return walkBack(before, after, history)
    }
    furthest = next
  }
  return whole()
}

/** Follows the best path from its end to its beginning. */
function walkBack(
  before: readonly string[],
  after: readonly string[],
  history: readonly ReadonlyMap<number, number>[],
): readonly DiffPart[] {
  const parts: DiffPart[] = []
  let x = before.length
  let y = after.length
  for (let made = history.length - 1; made >= 0; made -= 1) {
    const furthest = history[made]
    if (!furthest) break
    const k = x - y
    const down = furthest.get(k + 1) ?? -1
    const right = (furthest.get(k - 1) ?? -1) + 1
    const isDown = k === -made || (k !== made && right <= down)
    const startX = isDown ? Math.max(0, down) : right - 1
    const startY = startX - (isDown ? k + 1 : k - 1)
    const meetX = isDown ? startX : startX + 1
    while (x > meetX && x > 0 && y > 0) {
      x -= 1
      y -= 1
      parts.push(same(before[x] ?? ''))
    }
    if (made === 0) break
    if (isDown) parts.push({ kind: 'added', text: after[y - 1] ?? '' })
    else parts.push({ kind: 'missing', text: before[x - 1] ?? '' })
    x = startX
    y = startY
  }
  return parts.reverse()
}

/** Neighbours of one kind become one part; between two common stretches, what is missing comes before what was added. */
function joined(parts: readonly DiffPart[]): readonly DiffPart[] {
  const result: DiffPart[] = []
  let missing = ''
  let added = ''
  const flush = () => {
    if (missing !== '') result.push({ kind: 'missing', text: missing })
    if (added !== '') result.push({ kind: 'added', text: added })
    missing = ''
    added = ''
  }
  for (const { kind, text } of parts) {
    if (kind === 'missing') missing += text
    else if (kind === 'added') added += text
    else {
      flush()
      const last = result.at(-1)
      if (last?.kind === 'same') result[result.length - 1] = { kind, text: last.text + text }
      else result.push({ kind, text })
    }
  }
  flush()
  return result
}
