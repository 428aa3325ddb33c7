import type { Language } from './view.ts'

/** Figures read alike in both languages: thousands by comma, ISO dates. */
const cache = new Map<number, Intl.NumberFormat>()
const fixed = (digits: number): Intl.NumberFormat => {
  const known = cache.get(digits)
  if (known) return known
  const made = new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  cache.set(digits, made)
  return made
}

/** `48,216`; with digits `0.4038`. */
export const number = (value: number, digits = 0): string => fixed(digits).format(value)
export const percent = (share: number, digits = 1): string => `${number(share * 100, digits)}%`

const diskUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
/** Sizes on disk: decimal units, three significant figures: `8.04 GB`. */
export function bytes(value: number): string {
  let unit = 0
  let left = value
  // 999,999 bytes are 1.00 MB, not 1,000 kB.
  while (left >= (unit === 0 ? 1000 : 999.5) && unit < diskUnits.length - 1) {
    left /= 1000
    unit++
  }
  return `${unit === 0 ? number(left) : number(left, left >= 100 ? 0 : left >= 10 ? 1 : 2)} ${diskUnits[unit]}`
}

const GiB = 2 ** 30
/** Memory: binary units, always GiB above a tenth of one: `18.5 GiB`. */
export const memory = (value: number): string =>
  value >= GiB / 10
    ? `${number(value / GiB, value >= 10 * GiB ? 1 : 2)} GiB`
    : `${number(value / 2 ** 20, value < 10 * 2 ** 20 ? 1 : 0)} MiB`
/** The figure of `memory` in GiB, for bars whose unit stands elsewhere. */
export const gib = (value: number): string => number(value / GiB, 1)

/** Parameter counts: `4.02 B`, `600 M`, `12.3 k`. */
export function count(value: number): string {
  for (const [size, unit] of [
    [1e12, 'T'],
    [1e9, 'B'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (value >= size * (size > 1e3 ? 0.9995 : 1)) {
      const figure = value / size
      return `${number(figure, figure >= 100 ? 0 : figure >= 10 ? 1 : 2)} ${unit}`
    }
  }
  return number(value)
}

/** As many decimals as tell a loss or a rate apart: 1.2345, 0.000200 → 2.00e-4. */
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–'
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞'
  if (value === 0) return '0'
  const size = Math.abs(value)
  return size < 1e-3 || size >= 1e6 ? value.toExponential(2) : number(value, size >= 100 ? 1 : size >= 10 ? 2 : 4)
}

/** Seconds in words: `2 h 15 min`, `4 min`, `12 s`. */
export function duration(seconds: number, language: Language): string {
  const s = Math.max(0, Math.round(seconds))
  const [h, min, sec] = language === 'zh' ? ['小时', '分钟', '秒'] : ['h', 'min', 's']
  // Before seconds, a minute is said short in Chinese.
  const shortMin = language === 'zh' ? '分' : 'min'
  if (s < 60) return `${s} ${sec}`
  if (s < 3600)
    return s < 600 && s % 60 ? `${Math.floor(s / 60)} ${shortMin} ${s % 60} ${sec}` : `${Math.round(s / 60)} ${min}`
  const hours = Math.floor(s / 3600)
  const minutes = Math.round((s % 3600) / 60)
  return minutes === 60 ? `${hours + 1} ${h}` : minutes ? `${hours} ${h} ${minutes} ${min}` : `${hours} ${h}`
}

const two = (value: number): string => String(value).padStart(2, '0')
/** `2026-11-25 14:03:09` in this machine's time zone. */
export function dateTime(iso: string): string {
  const d = new Date(iso)
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${timeOfDay(iso)}`
}
export function timeOfDay(iso: string): string {
  const d = new Date(iso)
  return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`
}

/** How long ago, for tables; the exact time stands in its tooltip. A clock that was set back says "now", never "in 2 h". */
export function ago(iso: string, nowMs: number, language: Language): string {
  const seconds = (nowMs - Date.parse(iso)) / 1000
  if (seconds < 45) return language === 'zh' ? '刚刚' : 'now'
  const past = language === 'zh' ? '前' : ''
  if (seconds < 86_400) {
    const rounded = seconds < 3600 ? Math.round(seconds / 60) * 60 : Math.round(seconds / 3600) * 3600
    return `${duration(rounded, language)}${past}`
  }
  return `${number(Math.round(seconds / 86_400))} ${language === 'zh' ? '天' : 'd'}${past}`
}

/** Long names are cut in the middle: their ends tell them apart. Figures are never cut. */
export function middle(name: string, most = 48): string {
  const letters = [...name]
  if (letters.length <= most) return name
  const head = Math.ceil((most - 1) * 0.6)
  return `${letters.slice(0, head).join('')}…${letters.slice(letters.length - (most - 1 - head)).join('')}`
}

/** A device as the strip at the top calls it: `CPU`, `GPU 0`. */
export const deviceName = (id: string): string => (id === 'cpu' ? 'CPU' : id.replace(/^cuda:/, 'GPU '))

export const shortHash = (hash: string): string => `${hash.slice(0, 4)}…${hash.slice(-4)}`
