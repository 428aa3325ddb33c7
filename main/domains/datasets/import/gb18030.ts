import { type Buffer, isUtf8 } from 'node:buffer'

const newline = 0x0a
const sampledLines = 1_000

/**
 * Whether the beginning of a text file is Chinese in GB18030 or its older forms GBK and GB2312, as Excel saves CSV there:
 * at least half of its lines hold such characters and are no UTF-8. A few lines like that in a file of others are bad
 * rows, not an encoding. Single letters with accents, as in Latin-1, are never taken for it.
 */
export function looksLikeGb18030(head: Buffer): boolean {
  let lines = 0
  let chinese = 0
  for (let start = 0; start < head.length && lines < sampledLines; ) {
    const found = head.indexOf(newline, start)
    const line = head.subarray(start, found < 0 ? head.length : found)
    start += line.length + 1
    if (line.length === 0 || (line.length === 1 && line[0] === 0x0d)) continue
    lines += 1
    if (!isUtf8(line) && !isDamagedUtf8(line) && isMostlyGb2312(line)) chinese += 1
  }
  return chinese > 0 && chinese * 2 >= lines
}

/** Whether most of what is beyond ASCII is whole UTF-8 all the same. */
function isDamagedUtf8(line: Buffer): boolean {
  let whole = 0
  let broken = 0
  for (const character of line.toString('utf8')) {
    if (character === '\ufffd') broken += 1
    else if (character > '\u007f') whole += 1
  }
  return whole >= broken
}

/** Four fifths of the characters beyond ASCII lie where GB2312 has its own: two bytes from 0xa1 on. */
function isMostlyGb2312(line: Buffer): boolean {
  let common = 0
  let others = 0
  for (let at = 0; at < line.length; at += 1) {
    if ((line[at] ?? 0) < 0x80) continue
    const second = line[at + 1] ?? 0
    if ((line[at] ?? 0) >= 0xa1 && second >= 0xa1) common += 1
    else others += 1
    if (second >= 0x80) at += 1
  }
  return common > 0 && common >= others * 4
}
