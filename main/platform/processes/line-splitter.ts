/** One line of a byte stream, without its line break. `cutBytes` of it were dropped because it was too long. */
export type SplitLine = { readonly bytes: Buffer; readonly cutBytes: number }

const lineFeed = 0x0a
const carriageReturn = 0x0d

/**
 * Cuts a byte stream into lines and never holds more than `maxLineBytes` of one: a gigabyte without a line break costs
 * that much memory and no more. With `breakAtReturn`, a carriage return ends a line too (progress bars redraw with it).
 */
export function createLineSplitter(
  { maxLineBytes, breakAtReturn = false }: { readonly maxLineBytes: number; readonly breakAtReturn?: boolean },
  onLine: (line: SplitLine) => void,
): { readonly push: (chunk: Buffer) => void; readonly end: () => void } {
  let held: Buffer[] = []
  let heldBytes = 0
  let cutBytes = 0

  const hold = (piece: Buffer) => {
    const room = Math.max(0, maxLineBytes - heldBytes)
    const kept = piece.length > room ? piece.subarray(0, room) : piece
    cutBytes += piece.length - kept.length
    heldBytes += kept.length
    if (kept.length > 0) held.push(kept)
  }

  const finish = () => {
    let bytes = held.length === 1 && held[0] ? held[0] : Buffer.concat(held)
    if (bytes.at(-1) === carriageReturn) bytes = bytes.subarray(0, -1)
    const line = { bytes, cutBytes }
    held = []
    heldBytes = 0
    cutBytes = 0
    // A redrawn line that ends in \r\n would add an empty one for the \n.
    if (line.bytes.length > 0 || line.cutBytes > 0 || !breakAtReturn) onLine(line)
  }

  const nextBreak = (chunk: Buffer, from: number): number => {
    const feed = chunk.indexOf(lineFeed, from)
    if (!breakAtReturn) return feed
    const end = feed === -1 ? chunk.length : feed
    const back = chunk.subarray(from, end).indexOf(carriageReturn)
    return back === -1 ? feed : from + back
  }

  return {
    push: chunk => {
      let from = 0
      for (let at = nextBreak(chunk, from); at !== -1; at = nextBreak(chunk, from)) {
        hold(chunk.subarray(from, at))
        finish()
        from = at + 1
      }
      // A copy: the rest must not keep the whole chunk alive until its line ends.
      if (from < chunk.length) hold(Buffer.from(chunk.subarray(from)))
    },
    end: () => {
      if (heldBytes > 0 || cutBytes > 0) finish()
    },
  }
}
