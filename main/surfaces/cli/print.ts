/** How answers look to a person in a terminal. `--json` prints the answer itself instead. */

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** Decimal units, as file managers and drive labels use them. */
export function bytes(value: number): string {
  let size = value
  let unit = 0
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000
    unit += 1
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`
}

export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60
    ? `${minutes} min ${Math.round(seconds % 60)} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** Text from files, models and other people may hold terminal control sequences: they are shown, not obeyed. */
export const harmless = (text: string): string =>
  text.replace(/(?![\t\n])[\p{Cc}\p{Bidi_Control}]/gu, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)

const cell = (key: string, value: unknown): string => {
  if (value === undefined || value === null) return ''
  if (typeof value === 'number' && (key === 'bytes' || key.endsWith('Bytes'))) return bytes(value)
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)))
  if (typeof value === 'string') return harmless(value)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value) && value.every(item => typeof item !== 'object'))
    return value.map(item => cell('', item)).join(', ')
  return harmless(JSON.stringify(value))
}

const isScalar = (value: unknown): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (Array.isArray(value) && value.length > 0 && value.every(item => typeof item !== 'object'))

const clip = (text: string, width: number): string =>
  [...text].length > width ? `${[...text].slice(0, Math.max(1, width - 1)).join('')}…` : text

/** Rows as columns; columns that no row fills are left out, and long cells are cut to the terminal's width. */
export function table(rows: readonly Readonly<Record<string, unknown>>[], width: number): string {
  const keys = [...new Set(rows.flatMap(row => Object.keys(row)))].filter(key =>
    rows.some(row => isScalar(row[key]) && cell(key, row[key]) !== ''),
  )
  const cells = rows.map(row => keys.map(key => cell(key, row[key]).replaceAll('\n', ' ')))
  const needed = keys.map((key, i) => Math.max(key.length, ...cells.map(row => [...(row[i] ?? '')].length)))
  const widths = needed.map(each => Math.min(48, each))
  // The last column may have what the others leave: that is where texts stand.
  const last = widths.length - 1
  const others = widths.slice(0, last).reduce((sum, each) => sum + each + 2, 0)
  if (last >= 0) widths[last] = Math.min(needed[last] ?? 0, Math.max(48, width - others))
  // The last columns give way first: ids, names and states stand at the front.
  let fit = 0
  for (let used = 0; fit < keys.length; fit += 1) {
    used += (widths[fit] ?? 0) + (fit > 0 ? 2 : 0)
    if (used > width && fit > 0) break
  }
  const line = (parts: readonly string[]) =>
    parts
      .slice(0, fit)
      .map((part, i) => clip(part, widths[i] ?? 0).padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd()
  return [line(keys), ...cells.map(line)].join('\n')
}

/** A piece of a rendered row: what a run learns of it, and what it only reads. */
type Part = { readonly text: string; readonly learned: boolean }
const isPart = (value: unknown): value is Part =>
  typeof value === 'object' && value !== null && 'text' in value && 'learned' in value
const partLine = ({ text, learned }: Part): string =>
  `${learned ? 'learned' : 'masked '}  ${harmless(text).replaceAll('\n', '\\n').replaceAll('\t', '\\t')}`

/** What a table would hide, because the thing itself is in nested values: a row of a dataset, a rendered row. */
const isBlock = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const nested = Object.values(value).filter(entry => !isScalar(entry))
  const hasParts = nested.some(entry => Array.isArray(entry) && entry.length > 0 && entry.every(isPart))
  return hasParts || (nested.length > 0 && Object.keys(value).length - nested.length <= 1)
}

/** One answer: lists as tables, everything else as `key: value` lines, nested objects indented. */
export function pretty(value: unknown, width = 120, indent = ''): string {
  if (typeof value !== 'object' || value === null) return `${indent}${cell('', value)}`
  if (Array.isArray(value)) {
    if (value.length === 0) return `${indent}(none)`
    if (value.every(isPart)) return value.map(part => `${indent}${partLine(part)}`).join('\n')
    if (value.every(isBlock)) return value.map(entry => pretty(entry, width, indent)).join('\n\n')
    const text = value.every(item => typeof item === 'object' && item !== null)
      ? table(value as Record<string, unknown>[], width - indent.length)
      : value.map(item => cell('', item)).join('\n')
    return text
      .split('\n')
      .map(line => indent + line)
      .join('\n')
  }
  const { items, total, nextCursor, ...rest } = value as Record<string, unknown>
  if (Array.isArray(items)) {
    const more =
      typeof total === 'number' && total > items.length
        ? `\n${indent}${items.length} of ${total}${nextCursor === undefined ? '' : ' (more: --limit, --cursor)'}`
        : ''
    return `${pretty(items, width, indent)}${more}`
  }
  return Object.entries({ ...rest, ...(items !== undefined && { items }), ...(total !== undefined && { total }) })
    .filter(([, entry]) => entry !== undefined)
    .map(([key, entry]) =>
      isScalar(entry)
        ? `${indent}${key}: ${cell(key, entry)}`
        : `${indent}${key}:\n${pretty(entry, width, `${indent}  `)}`,
    )
    .join('\n')
}
