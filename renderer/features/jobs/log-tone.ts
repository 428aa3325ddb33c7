/** What the beginning of a line of a log says of it: programs write it in many ways, and these are the common ones. */
export function toneOf(text: string): 'tx-warn' | 'tx-err' | undefined {
  if (/^\W*warn(ing)?\b/i.test(text)) return 'tx-warn'
  if (/^\W*(error|fatal|critical|traceback)\b/i.test(text) || /^[\w.]*(Error|Exception)\b:?/.test(text)) return 'tx-err'
  return undefined
}
