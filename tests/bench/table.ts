/** One measured figure beside its bar. `ratio` figures compare two things in one run; only they carry a verdict of speed. */
export type Figure = {
  readonly name: string
  readonly value: string
  readonly bar: string
  readonly isReached: boolean
  readonly note?: string
}

export type Bench = { readonly name: string; readonly run: () => Promise<readonly Figure[]> }

/** A bench that cannot run here: its reason is printed in its place. */
export class NotHere extends Error {}

export function renderTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => (row[column] ?? '').length)))
  return rows
    .map(row =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

export const quantile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)
export const ms = (value: number): string => `${value < 10 ? value.toFixed(2) : Math.round(value)} ms`
