import { count } from '../../../lib/format.ts'
import type { Language } from '../../../lib/view.ts'

type Word = readonly [from: RegExp, to: Readonly<Record<Language, string>>]

/** The words that formulas of the planner are written in, short enough for a row. */
const words: readonly Word[] = [
  [/tile of (.+) tokens/, { en: 'tile of $1 tokens', zh: '每块 $1 词元' }],
  [/(.+) for Python, torch and trl/, { en: '$1 for Python', zh: 'Python 运行时 $1' }],
  [/(.+) for the CUDA context and libraries/, { en: '$1 for CUDA', zh: 'CUDA 上下文 $1' }],
  [/ frozen parameters/, { en: ' frozen', zh: ' 冻结参数' }],
  [/ trained parameters/, { en: ' trained', zh: ' 可训练参数' }],
  [/ parameters/, { en: ' parameters', zh: ' 参数' }],
  [/ tokens/, { en: ' tokens', zh: ' 词元' }],
  [/ layers/, { en: ' layers', zh: ' 层' }],
]
const mostLetters = 26

/**
 * What a term of the plan is made of, short enough for its row: the first quantities, large counts rounded. The whole
 * formula stands in the row's title.
 */
export function formulaInBrief(formula: string, language: Language): string {
  const sides = formula.split(' = ')
  const first = (sides.at(-1) ?? formula).split(/ \(| × \(| \+ /)[0] ?? formula
  const rounded = first.replaceAll(/\d{5,}/g, digits => count(Number(digits)))
  const told = words.reduce((text, [from, to]) => text.replace(from, to[language]), rounded)
  const [head = '', ...factors] = told.split(' × ')
  return factors.reduce((text, factor) => {
    const longer = `${text} × ${factor}`
    return longer.length > mostLetters ? text : longer
  }, head)
}
