const marks = /[，。：；！？、（）“”…]/
const han = /\p{Script=Han}/u
const latin = /[A-Za-z0-9]/

/** Puts texts together: Chinese stands next to Chinese and its marks without a space, and apart from Latin words and figures. */
export function joined(before: string, after: string): string {
  const left = before.endsWith(' ') ? before.slice(0, -1) : before
  const right = after.startsWith(' ') ? after.slice(1) : after
  const [last = '', first = ''] = [left.at(-1), right[0]]
  if (marks.test(last) || marks.test(first) || (han.test(last) && han.test(first))) return left + right
  const isSeam = (han.test(last) && latin.test(first)) || (latin.test(last) && han.test(first))
  return isSeam ? `${left} ${right}` : before + after
}
