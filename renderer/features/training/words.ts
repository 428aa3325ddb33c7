import { type Text, useText } from '../../lib/i18n.ts'
import { listed } from '../../lib/marks.ts'
import type { Parameter } from './form/draft.ts'
import { shortNumber } from './numbers.ts'
import { choiceText, groupText, parameterText, unitText } from './parameter-text.ts'

const own = <T extends object>(words: T, key: string): string | undefined =>
  Object.hasOwn(words, key) ? String(words[key as keyof T]) : undefined

export type Words = {
  readonly label: (key: string) => string
  readonly group: (name: string) => string
  readonly unit: (unit: string) => string
  readonly choice: (key: string, value: string) => string
  /** A value as a person reads it: `0.0003` as 3e-4, lists by comma, on and off. */
  readonly value: (key: string, value: unknown) => string
}

const wordsOf = (
  labels: Text<typeof parameterText>,
  groups: Text<typeof groupText>,
  units: Text<typeof unitText>,
  choices: Text<typeof choiceText>,
  [on, off, none]: readonly [string, string, string],
): Words => {
  const choice = (key: string, value: string) => own(choices, `${key}.${value}`) ?? value
  return {
    label: key => own(labels, key) ?? key,
    group: name => own(groups, name) ?? name,
    unit: unit => own(units, unit) ?? unit,
    choice,
    value: (key, value) => {
      if (value === undefined || value === null) return none
      if (typeof value === 'boolean') return value ? on : off
      if (typeof value === 'number') return shortNumber(value)
      return Array.isArray(value) ? listed(value.map(String)) : choice(key, String(value))
    },
  }
}

const onOff = { on: ['on', '开'], off: ['off', '关'], none: ['none', '无'] } as const

/** The words for parameters in the language that is on. */
export function useWords(): Words {
  const labels = useText(parameterText)
  const groups = useText(groupText)
  const units = useText(unitText)
  const choices = useText(choiceText)
  const { on, off, none } = useText(onOff)
  return wordsOf(labels, groups, units, choices, [on, off, none])
}

/** The range of a parameter: `1e-9 to 0.1`. */
export const rangeWords = ({ range }: Parameter, to: (low: string, high: string) => string): string | undefined =>
  range && to(shortNumber(range.min), shortNumber(range.max))
