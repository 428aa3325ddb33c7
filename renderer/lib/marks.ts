import { useView } from './view.ts'

// Who writes these reads the language elsewhere already, by its own words, and is drawn again when it is switched.
const isChinese = (): boolean => useView.getState().language === 'zh'

/** A name and what belongs to it: `Loss: 0.3`, `损失：0.3`. */
export const named = (name: string, value: string): string => `${name}${isChinese() ? '：' : ': '}${value}`

/** Names in a row: `a, b`, `a、b`. */
export const listed = (names: readonly string[]): string => names.join(isChinese() ? '、' : ', ')

/** Facts about one thing, in a row: `90%, about 216 rows`, `90%，约 216 行`. */
export const facts = (...parts: readonly (string | false | undefined)[]): string =>
  parts.filter(part => part !== undefined && part !== false && part !== '').join(isChinese() ? '，' : ', ')
