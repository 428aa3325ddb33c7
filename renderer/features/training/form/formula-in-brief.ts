import { count, number } from '../../../lib/format.ts'

const mostLetters = 26

/** Where the first quantities of a formula end, in either language. */
const endOfFirst = / × \(| \(|（| \+ |, |，| and /

/**
 * What a term of the plan is made of, short enough for its row: the first quantities, large counts rounded. The whole
 * formula stands in the row's title.
 */
export function formulaInBrief(formula: string): string {
  const sides = formula.split(' = ')
  const first = (sides.at(-1) ?? formula).split(endOfFirst)[0] ?? formula
  const rounded = first.replaceAll(/\d{4,}/g, digits =>
    digits.length > 4 ? count(Number(digits)) : number(Number(digits)),
  )
  const [head = '', ...factors] = rounded.split(' × ')
  return factors.reduce((text, factor) => {
    const longer = `${text} × ${factor}`
    return longer.length > mostLetters ? text : longer
  }, head)
}
